"""fence_hakit on its own: which node it leaves to the next level, and when; Pacemaker and the devices are the test's."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from lxml import etree

from hakit.model import DeviceFencing
from hakit.render import advance
from tests.unit.render.test_devices import fenced

AGENT = Path(__file__).parents[3] / "agents/fence_hakit"
OK, FAILED, OFF = 0, 1, 2
HERE, THERE = os.uname().nodename, "other"
# Runs the agent's own main, with another folder of fence agents.
RUN = """\
import importlib.machinery, importlib.util, sys
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("fence_hakit", sys.argv[1])
agent = importlib.util.module_from_spec(importlib.util.spec_from_loader("fence_hakit", loader))
loader.exec_module(agent)
agent.FOLDER = sys.argv[2]
sys.exit(agent.main(sys.argv[3:]))
"""
DEVICE = """#!/bin/sh
said=$(cat)
echo "${0##*/} $(echo "$said" | sort | tr '\\n' ' ')" >> "${0%/*}/calls"
exit "$(cat "${0%/*}/$(echo "$said" | sed -n 's/^ip=//p')")"
"""
CIB = """\
<resources>
  <primitive id="board" class="stonith" type="fence_a"><instance_attributes id="i">
    <nvpair id="1" name="ip" value="first"/><nvpair id="2" name="password" value="hush"/>
    <nvpair id="3" name="pcmk_host_map" value="other:7,9;more:8"/></instance_attributes></primitive>
  <primitive id="strip" class="stonith" type="fence_b"><instance_attributes id="j">
    <nvpair id="4" name="ip" value="second"/></instance_attributes></primitive>
</resources>
"""


class Place:
    """A folder with the commands that the agent runs, and their answers."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder, self.python = folder, python
        for name in ("fence_a", "fence_b"):
            self.program(name, DEVICE)
        self.program("cibadmin", f"#!/bin/sh\ncat {folder}/cib\n")
        self.program("crm_mon", f"#!/bin/sh\ncat {folder}/mon\n")
        (folder / "cib").write_text(CIB)
        self.devices(OFF, OFF)
        self.members({HERE: 0, THERE: 3})

    def program(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o755)

    def devices(self, first: int, second: int) -> None:
        (self.folder / "first").write_text(str(first))
        (self.folder / "second").write_text(str(second))

    def members(self, active: dict[str, int], *, online: bool = False) -> None:
        """Let Pacemaker say how many resources are active where, a fencing device here besides."""
        nodes = f'<node name="{HERE}" online="true"/><node name="{THERE}" online="{str(online).lower()}"/>'
        lines = [
            f'<resource resource_agent="systemd:squid" active="true"><node name="{node}"/></resource>'
            for node, count in active.items()
            for _ in range(count)
        ]
        lines += [f'<resource resource_agent="stonith:fence_a" active="true"><node name="{HERE}"/></resource>'] * 9
        (self.folder / "mon").write_text(f"<x><nodes>{nodes}</nodes><resources>{''.join(lines)}</resources></x>")

    def run(self, *argv: str, stdin: str = "") -> tuple[int, float]:
        start = time.monotonic()
        done = subprocess.run(
            (self.python, "-ISE", "-c", RUN, str(AGENT), str(self.folder), *argv),
            input=stdin, env={"PATH": f"{self.folder}:/usr/bin:/bin"}, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert "hush" not in done.stdout + done.stderr
        return done.returncode, time.monotonic() - start

    def fence(self, action: str = "reboot", *, names: str = "board", advance: float = 2) -> tuple[int, float]:
        lines = (f"action={action}", f"nodename={THERE}", f"devices={THERE}:{names};x:y", f"advance={advance}")
        return self.run(stdin="".join(f"{line}\n" for line in lines))

    def calls(self, action: str) -> list[str]:
        file = self.folder / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line for line in lines if f"action={action} " in line]


@pytest.fixture
def place(tmp_path: Path, python: str) -> Place:
    return Place(tmp_path, python)


def test_a_node_without_power_is_fenced_already_and_switched_on(place: Place) -> None:
    code, seconds = place.fence(advance=30)
    assert (code, seconds < 20) == (OK, True)
    assert place.calls("status") == ["fence_a action=status ip=first nodename=other password=hush plug=7,9 "]
    end = time.monotonic() + 20
    while not place.calls("on"):
        assert time.monotonic() < end
        time.sleep(0.05)  # noqa: TID251 - nobody waits for it, but the test
    assert place.calls("on") == ["fence_a action=on ip=first nodename=other password=hush plug=7,9 "]


def test_one_that_is_to_be_off_stays_off(place: Place) -> None:
    assert place.fence("off")[0] == OK
    assert place.calls("on") == []


@pytest.mark.parametrize("code", [OK, FAILED], ids=["has power", "nobody knows"])
def test_a_lost_node_that_runs_more_is_left_to_the_next_level_after_the_advance(place: Place, code: int) -> None:
    place.devices(code, OFF)
    failed, seconds = place.fence()
    assert (failed, seconds >= 2) == (FAILED, True)
    assert place.calls("on") == []


def test_nobody_waits_for_one_that_runs_less_or_is_still_a_member(place: Place) -> None:
    place.devices(OK, OFF)
    for active, online in (({HERE: 3, THERE: 0}, False), ({HERE: 1, THERE: 1}, False), ({HERE: 0, THERE: 3}, True)):
        place.members(active, online=online)
        code, seconds = place.fence(advance=30)
        assert (code, seconds < 20) == (FAILED, True)


def test_all_devices_have_to_call_it_off(place: Place) -> None:
    place.devices(OFF, OK)
    assert place.fence(names="board,strip", advance=0)[0] == FAILED
    place.devices(OFF, OFF)
    assert place.fence(names="board,strip", advance=0)[0] == OK
    (strip, *_) = (call for call in place.calls("status") if call.startswith("fence_b"))
    assert "plug=other" in strip, "what has no map takes the node's name"


@pytest.mark.parametrize("names", ["board,gone", ""], ids=["not in the CIB", "none"])
def test_what_can_t_be_asked_doesn_t_call_anything_off(place: Place, names: str) -> None:
    assert place.fence(names=names, advance=0)[0] == FAILED


def test_without_pacemakers_word_nobody_is_off_and_nobody_waits(place: Place) -> None:
    for name in ("cib", "mon"):
        (place.folder / name).write_text("no XML")
    code, seconds = place.fence(advance=30)
    assert (code, seconds < 20) == (FAILED, True)


def test_status_and_monitor(place: Place) -> None:
    said = f"nodename={THERE}\ndevices={THERE}:board\n"
    assert place.run(stdin=f"action=status\n{said}")[0] == OFF
    assert place.run(stdin=f"action=monitor\n{said}")[0] == OK
    assert place.run(stdin="action=monitor\n")[0] == FAILED
    assert place.run(stdin=f"action=on\n{said}")[0] == FAILED


def test_metadata_knows_what_hakit_says_to_it(python: str) -> None:
    argv = (python, "-ISE", str(AGENT), "-o", "metadata")
    done = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    root = etree.fromstring(done.stdout)
    assert root.get("name") == advance.AGENT
    known = {each.get("name") for each in root.iterfind("parameters/parameter")}
    cluster = fenced("hush")
    assert isinstance(cluster.fencing, DeviceFencing)
    device = advance.device(cluster)
    assert device is not None
    assert {name for name, _ in device.parameters if not name.startswith("pcmk_")} <= known
    assert {"off", "reboot", "status", "monitor", "metadata"} <= {
        each.get("name") for each in root.iterfind("actions/action")
    }
