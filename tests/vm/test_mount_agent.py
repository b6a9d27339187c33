"""ocf:hakit:mount in a machine with a kernel and a disk of its own, and what others wrote to judge agents.

A machine whose kernel is a program where KVM doesn't work.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from tests.cluster.command import Hakit
from tests.cluster.conftest import Teller, test_lab_name

# An image is made, and a machine boots.
pytestmark = pytest.mark.timeout(1200)

ROOT = Path(__file__).parents[2]
RNG = ROOT / "tests/agent/data/ocf-ra-api-1.1.rng"
AGENT = "/usr/lib/ocf/resource.d/hakit/mount"
NODE, DEVICE = "qsp-a", "/dev/vdb"
# Not there before: the agent makes it.
DIRECTORY = "/srv/t-mount"
SAID = {"device": DEVICE, "directory": DIRECTORY, "fstype": "ext4"}
OK, GENERIC, CONFIGURED, NOT_RUNNING = 0, 1, 6, 7


class Machine:
    """The machine, with the agent and a file system on its disk."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.hakit = lab, Hakit(lab)
        self.sh(f"mkdir -p {AGENT.rpartition('/')[0]}")
        self.hakit.put(NODE, AGENT, (ROOT / "agents/mount").read_text())
        self.sh(f"chmod 755 {AGENT}")

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        inside = self.lab.node_argv(NODE, argv)
        return subprocess.run(inside, capture_output=True, text=True, check=False, timeout=180)

    def sh(self, script: str) -> str:
        done = self.run("sh", "-ec", script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def call(self, action: str, *, seconds: int = 20, **parameters: str) -> tuple[int, str]:
        """Call the agent; return its exit code and what it said."""
        said = {f"OCF_RESKEY_{name}": value for name, value in (SAID | parameters).items()}
        said |= {"OCF_ROOT": "/usr/lib/ocf", "OCF_RESKEY_CRM_meta_timeout": str(1000 * seconds)}
        done = self.run("env", *(f"{name}={value}" for name, value in said.items()), AGENT, action)
        return done.returncode, done.stdout + done.stderr

    def mounted(self) -> str:
        return self.run("findmnt", "--noheadings", "--output=SOURCE", "--mountpoint", DIRECTORY).stdout.strip()


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    name = test_lab_name("mount")
    try:
        made = Machine(Lab.up(name, Teller(), release=Release.BOOKWORM, nodes=2, vm=True))
        made.sh(f"mkfs.ext4 -q -F {DEVICE}")
        yield made
    finally:
        Lab.down(name)


@pytest.fixture
def box(machine: Machine) -> Iterator[Machine]:
    """Nothing is mounted, before and after."""
    yield machine
    machine.run("sh", "-c", f"pkill -KILL -f '^t-holds'; while umount --recursive {DIRECTORY}; do :; done 2>/dev/null")


def test_a_life(box: Machine) -> None:
    assert box.call("monitor")[0] == NOT_RUNNING
    assert [box.call("start")[0] for _ in range(2)] == [OK, OK]
    assert (box.mounted(), box.call("monitor")) == (box.sh(f"readlink --canonicalize {DEVICE}"), (OK, ""))
    assert [box.call("stop")[0] for _ in range(2)] == [OK, OK]
    assert (box.mounted(), box.call("monitor")[0]) == ("", NOT_RUNNING)


def test_options_and_a_link_to_the_directory_and_to_the_device(box: Machine) -> None:
    box.sh(f"ln -sfn {DIRECTORY} /srv/t-link; ln -sf {DEVICE} /dev/t-disk")
    said = {"directory": "/srv/t-link/", "device": "/dev/t-disk"}
    assert box.call("start", **said, options="noatime,nodev") == (OK, "")
    assert {"noatime", "nodev"} <= set(box.sh(f"findmnt -n -o VFS-OPTIONS {DIRECTORY}").split(","))
    assert box.call("monitor", **said) == (OK, "")
    assert box.call("stop", **said) == (OK, "")
    assert box.mounted() == ""


def test_a_file_system_that_takes_no_writes_after_an_error_is_seen_and_still_unmounted(box: Machine) -> None:
    assert box.call("start", options="errors=remount-ro") == (OK, "")
    box.sh("echo hakit > /sys/fs/ext4/$(basename $(readlink -f /dev/vdb))/trigger_fs_error")
    code, said = box.call("monitor")
    assert (code, f"the file system on {DEVICE} takes no writes any more" in said) == (GENERIC, True), said
    assert box.call("start")[0] == GENERIC
    assert box.call("stop") == (OK, "")
    # As DRBD's other side would have it: its journal is replayed, and it takes writes.
    assert [box.call(action)[0] for action in ("start", "monitor", "stop")] == [OK, OK, OK]


def test_one_that_is_meant_to_be_read_only_is_well(box: Machine) -> None:
    assert [box.call(action, options="ro") for action in ("start", "monitor", "stop")] == [(OK, "")] * 3


def test_xfs_that_has_shut_itself_down_is_seen(box: Machine) -> None:
    # It wants 300 MB, which the machine's disk doesn't have.
    loop = box.sh("truncate -s 400M /srv/t-xfs; losetup --find --show /srv/t-xfs")
    said = {"device": loop, "fstype": "xfs"}
    try:
        box.sh(f"mkfs.xfs -q {loop}")
        assert box.call("start", **said) == (OK, "")
        box.sh(f"xfs_io -x -c shutdown {DIRECTORY}")
        code, why = box.call("monitor", **said)
        assert (code, f"{DIRECTORY} can't be looked at any more" in why) == (GENERIC, True), why
        assert box.call("stop", **said) == (OK, "")
        assert box.mounted() == ""
    finally:
        box.sh(f"losetup --detach {loop}; rm /srv/t-xfs")


def test_who_works_in_it_is_asked_to_end_and_then_ended_and_nobody_else(box: Machine) -> None:
    assert box.call("start") == (OK, "")
    for name, deaf, file in (
        ("t-holds-1", "", f"{DIRECTORY}/one"),
        ("t-holds-2", "trap '' TERM; ", f"{DIRECTORY}/two"),
        ("t-holds-3", "", "/srv/t-elsewhere"),
    ):
        box.sh(f'bash -c "{deaf}exec -a {name} sleep 600" > {file} 2>&1 < /dev/null &')
    assert len(box.run("pgrep", "--full", "^t-holds").stdout.split()) == 3
    code, said = box.call("stop", seconds=4)
    assert (code, box.mounted()) == (OK, ""), said
    assert "SIGTERM" in said
    assert "SIGKILL" in said
    left = box.run("pgrep", "--full", "--list-full", "^t-holds").stdout
    assert left.split()[1:2] == ["t-holds-3"]
    assert len(left.splitlines()) == 1


def test_what_is_mounted_below_goes_with_it(box: Machine) -> None:
    assert box.call("start") == (OK, "")
    box.sh(f"mkdir -p {DIRECTORY}/below; mount -t tmpfs below {DIRECTORY}/below")
    assert box.call("stop") == (OK, "")
    assert DIRECTORY not in box.sh("cat /proc/mounts")


def test_what_somebody_else_mounted_there_is_left_alone_and_said(box: Machine) -> None:
    box.sh(f"mkdir -p {DIRECTORY}; mount -t tmpfs theirs {DIRECTORY}")
    for action in ("start", "monitor"):
        code, said = box.call(action)
        assert (code, f"theirs is mounted on {DIRECTORY}" in said) == (GENERIC, True), said
    assert box.call("stop")[0] == OK
    assert box.mounted() == "theirs"


def test_what_stands_in_the_way_is_said(box: Machine) -> None:
    code, said = box.call("start", device="/dev/t-none")
    assert (code, "there is no device /dev/t-none" in said) == (GENERIC, True)
    code, said = box.call("start", fstype="xfs")
    assert (code, "ocf-exit-reason:mount:" in said) == (GENERIC, True), said
    code, said = box.call("start", directory="/etc/hostname")
    assert (code, "ocf-exit-reason:mkdir:" in said) == (GENERIC, True), said


@pytest.mark.parametrize(
    "wrong",
    [
        {"device": ""},
        {"device": "vdb"},
        {"directory": ""},
        {"directory": "/"},
        {"directory": "//"},
        {"directory": "srv"},
        {"directory": "/srv/a b"},
        {"fstype": ""},
        {"fstype": "ext4 -o x"},
        {"options": "ro nodev"},
        {"options": "-a"},
    ],
    ids=str,
)
def test_what_can_t_be_meant_is_refused(box: Machine, wrong: dict[str, str]) -> None:
    for action in ("validate-all", "start"):
        code, said = box.call(action, **wrong)
        assert (code, "ocf-exit-reason:" in said) == (CONFIGURED, True), said
    assert [box.call(action, **wrong)[0] for action in ("monitor", "stop")] == [NOT_RUNNING, OK]
    assert box.mounted() == ""


def test_a_wrong_word_beside_it_does_not_keep_it_from_being_unmounted(box: Machine) -> None:
    assert box.call("start") == (OK, "")
    assert box.call("stop", fstype="", options="a b")[0] == OK
    assert box.mounted() == ""


def test_ocf_tester(box: Machine) -> None:
    parameters = " ".join(f"-o {name}={value}" for name, value in SAID.items())
    said = box.sh(f"OCF_ROOT=/usr/lib/ocf ocf-tester -n t-mount {parameters} {AGENT}")
    assert f"{AGENT} passed all tests" in said


def test_meta_data_is_valid_by_every_schema(box: Machine) -> None:
    box.sh(f"cd /usr/share/resource-agents; {AGENT} meta-data | xmllint --noout --valid --nonet -")
    etree.RelaxNG(etree.parse(RNG)).assertValid(etree.fromstring(box.sh(f"{AGENT} meta-data").encode()))
    done = box.run("crm_resource", "--show-metadata=ocf:hakit:mount")
    assert done.returncode == 0
    assert "<!ATTLIST" not in done.stdout


def test_crm_describes_it(box: Machine) -> None:
    assert "directory*" in box.sh("crm ra info ocf:hakit:mount")
