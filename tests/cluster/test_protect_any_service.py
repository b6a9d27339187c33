"""Every example of docs/protect-any-service.md on real nodes: by pcs, by crm and by hakit; each broken and seen to come back."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from hakit.lab.lab import Lab
from tests.cluster.command import Hakit
from tests.cluster.protected import Example, examples

pytestmark = pytest.mark.first_release

EXAMPLES = examples()
NODES = ("qsp-a", "qsp-b")
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)


def waited_for(good: Callable[[], object], what: str, *, seconds: float = 90) -> float:
    """Wait until `good()` is true, and return how long that took; the deadline is generous, for these machines are noisy."""
    start = time.monotonic()
    while not good():
        assert time.monotonic() - start < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.1)  # noqa: TID251 - a test's own wait
    return time.monotonic() - start


def active_on(hakit: Hakit, unit: str) -> list[str]:
    """Name the nodes on which the unit is active."""
    return [node for node in NODES if hakit.on(node, "systemctl", "is-active", "--", unit) == "active"]


def broken(hakit: Hakit, node: str, unit: str) -> Callable[[], bool]:
    """Kill the unit's main process, or take away what a oneshot set up; returns how to see that it is back."""
    pid = hakit.on(node, "systemctl", "show", "--property=MainPID", "--value", "--", unit)
    if pid != "0":
        hakit.on(node, "kill", "-KILL", pid)

        def other() -> bool:
            now = hakit.on(node, "systemctl", "show", "--property=MainPID", "--value", "--", unit)
            return now not in {pid, "0", ""} and active_on(hakit, unit) == [node]

        return other
    assert hakit.on(node, "ip", "link", "show", "office0")
    hakit.on(node, "ip", "link", "delete", "office0")
    return lambda: hakit.on(node, "ip", "link", "show", "office0") != ""


def comes_back(hakit: Hakit, example: Example, way: str) -> None:
    waited_for(lambda: len(active_on(hakit, example.unit)) == 1, f"{example.unit} runs on one node")
    (node,) = active_on(hakit, example.unit)
    hakit.on(node, "crm_resource", "--wait", "--timeout=60")
    took = waited_for(broken(hakit, node, example.unit), f"{example.unit} is back on {node}")
    sys.stderr.write(f"{example.title}, by {way}: back {took:.2f} s after it was broken\n")


@pytest.fixture(scope="module")
def hakit(fresh_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Hakit:
    """Two nodes in a cluster without services, with the page's files, units out of the boot, and the agent installed."""
    hakit = Hakit(fresh_lab)
    empty = tmp_path_factory.mktemp("spec") / "hakit.yaml"
    empty.write_text(Path(hakit.spec).read_text().partition("services:")[0])
    hakit.must("agent", "install", "--yes", str(empty))
    for node in NODES:
        for example in EXAMPLES:
            for path, text in example.files.items():
                hakit.put(node, path, text)
        hakit.on(node, "systemctl", "daemon-reload")
        hakit.on(node, "systemctl", "disable", "--now", *(example.unit for example in EXAMPLES))
    hakit.must("bootstrap", "--yes", str(empty))
    return hakit


def test_the_page_has_what_it_promises() -> None:
    assert [example.title for example in EXAMPLES] == [
        "nginx",
        "haproxy",
        "An instance of a template",
        "A oneshot",
        "squid",
    ]
    for example in EXAMPLES:
        assert example.crm[3] == example.resource
        assert list(example.services) == [example.resource]
        assert f"unit={example.unit}" in example.pcs and f"unit={example.unit}" in example.crm


@every_example
def test_by_pcs(hakit: Hakit, example: Example) -> None:
    said = hakit.on("qsp-a", *example.pcs, "--agent-validation")
    assert "rror" not in said, said
    comes_back(hakit, example, "pcs")
    hakit.on("qsp-a", "pcs", "resource", "delete", example.resource)
    waited_for(lambda: active_on(hakit, example.unit) == [], f"{example.unit} is stopped with its resource")


@every_example
def test_by_crm(hakit: Hakit, example: Example) -> None:
    said = hakit.on("qsp-a", *example.crm)
    assert "ERROR" not in said, said
    comes_back(hakit, example, "crm")
    hakit.on("qsp-a", "crm", "resource", "stop", example.resource)
    waited_for(lambda: active_on(hakit, example.unit) == [], f"{example.unit} is stopped")
    hakit.on("qsp-a", "crm_resource", "--wait", "--timeout=60")
    hakit.on("qsp-a", "crm", "configure", "delete", example.resource)


def test_by_hakit(hakit: Hakit, tmp_path: Path) -> None:
    """All of them in one spec file, added to the running cluster."""
    spec = tmp_path / "hakit.yaml"
    yaml = YAML(typ="safe", pure=True)
    whole = yaml.load(Path(hakit.spec).read_text())
    whole["services"] = {name: part for example in EXAMPLES for name, part in example.services.items()}
    with spec.open("w") as file:
        yaml.dump(whole, file)
    hakit.must("bootstrap", "--yes", str(spec))
    assert json.loads(hakit.must("status", "--json", str(spec)).out)["healthy"]
    for example in EXAMPLES:
        comes_back(hakit, example, "hakit")
    hakit.must("destroy", "--yes", str(spec))
