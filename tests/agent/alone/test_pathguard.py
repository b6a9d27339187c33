"""The path guard's agent on its own: its parameters, its judgement, and its actions without a network to lose."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

from hakit.model import Cluster, Guard, pathguard
from tests.sample_clusters import cluster

AGENT = Path(__file__).parents[3] / "agents/pathguard"
OK, CONFIGURED, NOT_RUNNING = 0, 6, 7


def agent(python: str, folder: Path, action: str, **params: str) -> tuple[int, str, str]:
    env = {"PATH": os.environ["PATH"], "HA_RSCTMP": str(folder), "OCF_RESOURCE_INSTANCE": "guard"}
    env |= {f"OCF_RESKEY_{name}": value for name, value in params.items()}
    argv = (python, "-ISE", str(AGENT), action)
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def module() -> ModuleType:
    found = spec_from_loader("pathguard_as_it_is", SourceFileLoader("pathguard_as_it_is", str(AGENT)))
    assert found is not None and found.loader is not None
    made = module_from_spec(found)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        found.loader.exec_module(made)
    finally:
        sys.dont_write_bytecode = before
    return made


GUARD = module()


@pytest.mark.parametrize(
    "params",
    [
        {"network": "192.168.233.0/24"},
        {"network": "fd00::/64", "targets": "fd00::1, fd00::2"},
        {"network": "10.0.0.0/8", "timeout": "500ms", "period": "250ms", "settle": "2s", "attribute": "cut_1"},
    ],
    ids=str,
)
def test_good_values(python: str, tmp_path: Path, params: dict[str, str]) -> None:
    assert agent(python, tmp_path, "validate-all", **params)[0] == OK


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("network", ""),
        ("network", "clients"),
        ("targets", "gateway"),
        ("timeout", "soon"),
        ("timeout", "0"),
        ("timeout", "300ms"),
        ("settle", "-1"),
        ("attribute", "a b"),
        ("period", "1000s"),
    ],
)
def test_bad_values(python: str, tmp_path: Path, name: str, value: str) -> None:
    code, _, said = agent(python, tmp_path, "validate-all", **{"network": "10.0.0.0/8", name: value})
    assert code == CONFIGURED
    assert said.startswith("ocf-exit-reason:")


def test_it_describes_all_that_hakit_tells_it(python: str, tmp_path: Path) -> None:
    root = etree.fromstring(agent(python, tmp_path, "meta-data")[1].encode())
    names = {item.get("name") for item in root.iter("parameter")}
    guard = Guard(tuple(node.addresses[0] for node in cluster().nodes), 1)
    whole: Cluster = cluster()
    told = pathguard.parameters(whole, guard)
    assert set(told) <= names
    assert agent(python, tmp_path, "validate-all", **told)[0] == OK


def test_nobody_watches_before_the_start_and_a_stop_then_is_fine(python: str, tmp_path: Path) -> None:
    assert agent(python, tmp_path, "monitor", network="10.0.0.0/8")[0] == NOT_RUNNING
    if os.geteuid() == 0:
        assert agent(python, tmp_path, "stop", network="10.0.0.0/8")[0] == OK


def test_only_questions_that_were_asked_count_as_unanswered() -> None:
    judge = GUARD.Judge(timeout=1.0, period=0.25, now=0.0)
    judge.asked()
    assert not judge.silent(now=60.0), "it slept: one question in a minute is no silence"
    for _ in range(3):
        judge.asked()
    assert judge.silent(now=1.0)
    assert not judge.silent(now=0.9)
    judge.heard(now=1.1)
    assert not judge.silent(now=60.0)


def test_an_echo_request_sums_up_to_nothing() -> None:
    packet = b"\x08\x00\x00\x00\x12\x34\x00\x01"
    total = GUARD.checksum(packet)
    assert GUARD.checksum(packet[:2] + total.to_bytes(2, "big") + packet[4:]) == 0


def test_it_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(AGENT.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert names <= set(sys.stdlib_module_names)
