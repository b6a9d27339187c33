"""docs/operating.md on real nodes, example by example in its order; the CIB means the same before and after."""

from __future__ import annotations

import doctest
import json
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hakit import render
from hakit.lab.lab import Lab
from tests.cluster.command import Hakit

pytestmark = pytest.mark.first_release

PAGE = Path(__file__).parents[2] / "docs/operating.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EMPTY = re.compile(r"<(meta_attributes|instance_attributes|cluster_property_set) [^>]*/>")


def examples() -> Iterator[tuple[str, str]]:
    """Give each command of the page with the output that is shown below it."""
    for block in _BLOCK.findall(PAGE.read_text()):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


@pytest.fixture(scope="module")
def hakit(fresh_lab: Lab) -> Hakit:
    hakit = Hakit(fresh_lab)
    hakit.must("bootstrap", "--yes", hakit.spec)
    return hakit


@pytest.fixture(autouse=True)
def here(hakit: Hakit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the spec lie where hakit looks for it."""
    shutil.copy(hakit.spec, tmp_path / "hakit.yaml")
    monkeypatch.chdir(tmp_path)


def configuration(hakit: Hakit) -> str:
    """Return what the CIB configures; sets that pcs leaves empty mean nothing."""
    text = hakit.on("qsp-a", "cibadmin", "--query")
    return _EMPTY.sub("", text[text.index("<configuration>") : text.index("</configuration>")]).replace("\n", "")


def squeezed(xml: str) -> str:
    return re.sub(r">\s+<", "><", xml).replace("></node>", "/>")


@contextmanager
def following(hakit: Hakit, *words: str) -> Iterator[list[str]]:
    """Run a command that goes on until Ctrl-C; its lines are there behind the body. It must end well."""
    lines: list[str] = []
    # A shell lets what it starts in the background ignore Ctrl-C, and so would this.
    argv = ["env", "--default-signal=INT", *hakit.argv(*words)]
    started = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=hakit.env)
    try:
        time.sleep(5)  # noqa: TID251 - its first look
        yield lines
        time.sleep(3)  # noqa: TID251 - its last
    finally:
        started.send_signal(signal.SIGINT)
        lines += started.communicate(timeout=30)[0].splitlines()
    assert started.returncode == 0


def test_what_is_done_is_told_to_those_who_follow(hakit: Hakit) -> None:
    with following(hakit, "events", "--json") as events, following(hakit, "status", "--watch") as watched:
        hakit.must("stop", "squid")
        hakit.must("start", "squid")
    kinds = [json.loads(line)["kind"] for line in events]
    # Which node it starts on is Pacemaker's choice.
    assert kinds[:3] == ["out of service", "service down", "in service"], kinds
    assert kinds[3:] in (["service up"], ["service moved"]), kinds
    assert [line for line in watched if "squid was taken out of service" in line], watched
    assert [line for line in watched if "squid serves again" in line or "squid moved" in line], watched


def test_the_page(hakit: Hakit) -> None:
    hakit.must("switchover", "squid", "--to", "qsp-a")
    before = squeezed(configuration(hakit))
    failures = []
    for command, expected in examples():
        answer = hakit(*shlex.split(command)[1:])
        if not doctest.OutputChecker().check_output(expected, answer.out, doctest.ELLIPSIS):
            failures.append(f"$ {command}\n{answer.out}{answer.err}")
    assert failures == []
    assert squeezed(configuration(hakit)) == before
    assert render.leftovers(hakit.on("qsp-a", "cibadmin", "--query")) == ()
    assert json.loads(hakit.must("status", "--json").out)["healthy"]
