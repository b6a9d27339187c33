"""`vagrant up` for real: the box that `hakit lab box` writes, its machines, and a cluster on them, where there is no way out."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hakit.lab import box, layout, specfile
from hakit.run import machine
from tests.vm.island import MISSING, NEEDS, Island, island
from tests.vm.story import TOOL

# Three machines on an emulated processor.
pytestmark = [
    pytest.mark.timeout(2400),
    pytest.mark.only_all("what needs Vagrant's machines"),
    pytest.mark.skipif(bool(MISSING), reason=NEEDS),
]

ROOT = Path(__file__).parents[2]
HAKIT = (sys.executable, "-m", "hakit")
MACHINES = ("qsp-a", "qsp-b", layout.CLIENT)
LONG = 900.0
ORIGIN = f"http://{layout.client().addresses[0]}:{layout.ORIGIN_PORT}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Island]:
    """An island in which Vagrant has a home of its own; what it leaves is a GiB or three, so it is deleted."""
    folder = tmp_path_factory.mktemp("vagrant")
    env = {
        "HAKIT_DRIVER": "qemu",
        "HOME": str(folder),
        "LIBVIRT_DEFAULT_URI": "qemu:///system",
        "NO_COLOR": "1",
        "PATH": machine.environment()["PATH"],
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "VAGRANT_CWD": str(ROOT / "vagrant"),
        "VAGRANT_DEFAULT_PROVIDER": "libvirt",
        "VAGRANT_DOTFILE_PATH": str(folder / "dot"),
        "VAGRANT_HOME": str(folder / "home"),
        "VAGRANT_NO_COLOR": "1",
    }
    try:
        with island(folder, env) as found:
            yield found
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def machines(place: Island) -> Iterator[Island]:
    """The three machines, from a box that is made, added and booted as the README says."""
    file = place.folder / "hakit.box"
    place.must(*HAKIT, "lab", "box", "--output", str(file), timeout=LONG)
    place.must("vagrant", "box", "add", "--name", "hakit", str(file), timeout=LONG)
    file.unlink()
    place.must("vagrant", "up", timeout=LONG)
    ssh_config(place).write_text(place.must("vagrant", "ssh-config", timeout=120))
    yield place
    place.run("vagrant", "destroy", "--force", timeout=120)


def ssh_config(place: Island) -> Path:
    return place.folder / "ssh_config"


def spec(place: Island) -> Path:
    """Write the spec as for a lab whose machines are emulated: examples/squid.yaml, and time."""
    file = place.folder / "hakit.yaml"
    file.write_text(specfile.text(layout.hosts(2), slow=True))
    return file


def on(place: Island, name: str, *argv: str) -> str:
    return place.must("ssh", "-F", str(ssh_config(place)), "-o", "LogLevel=ERROR", name, *argv, timeout=120)


def test_machines_are_what_the_scenario_says(machines: Island) -> None:
    for name, number in zip(MACHINES, (11, 12, 139), strict=True):
        assert on(machines, name, "hostname").strip() == name
        shown = on(machines, name, "ip", "-4", "-brief", "address", "show", "scope", "global").splitlines()
        assert [line.split()[0] for line in shown] == ["eth0", "eth1", "eth2"]
        assert [line.split()[2] for line in shown[1:]] == [f"{ring}.{number}/24" for ring in layout.RINGS]
        assert on(machines, name, "getent", "hosts", "qsp-b").split() == ["192.168.233.12", "qsp-b"]
        assert box.INSECURE.split()[1] not in on(machines, name, "cat", "/root/.ssh/authorized_keys"), "replaced"
    assert machines.must("ip", "route", "show", "default", timeout=10) == "", "and there is no way out"
    keys = {on(machines, name, "cat", "/etc/ssh/ssh_host_ed25519_key.pub") for name in MACHINES}
    ids = {on(machines, name, "cat", "/etc/machine-id") for name in MACHINES}
    assert len(keys) == len(ids) == len(MACHINES)


def test_hosts_have_disks_and_a_watchdog(machines: Island) -> None:
    for name in MACHINES[:2]:
        sizes = on(machines, name, "blockdev", "--getsize64", "/dev/vdb", "/dev/vdc").split()
        assert sizes == [str(256 << 20), str(1 << 30)]
        named = on(machines, name, "readlink", "/dev/disk/by-id/virtio-data", "/dev/disk/by-id/virtio-sbd").split()
        assert named == ["../../vdb", "../../vdc"]
        assert "i6300ESB" in on(machines, name, "cat", "/sys/class/watchdog/watchdog0/identity")
    on(machines, "qsp-a", "sh", "-c", "'printf %512s hello | dd of=/dev/vdc oflag=direct bs=512'")
    assert on(machines, "qsp-b", "dd", "if=/dev/vdc", "iflag=direct", "bs=512", "count=1").strip() == "hello"


def test_bootstrap_serves_a_page_as_the_readme_says(machines: Island) -> None:
    # As the README says for emulated machines.
    reach = ("--yes", *TOOL, "--ssh-config", str(ssh_config(machines)), str(spec(machines)))
    machines.must(*HAKIT, "bootstrap", *reach, timeout=LONG)
    page = machines.must(
        "vagrant", "ssh", layout.CLIENT, "-c", f"curl -sS -x {layout.VIP}:3128 {ORIGIN}/numbered/7", timeout=120
    )
    assert page == "7\n"
    machines.must(*HAKIT, "destroy", *reach, timeout=LONG)


def test_the_suite_of_the_lab_passes_unchanged(machines: Island) -> None:
    """Bootstrap, what is on the hosts, switchover, destroy: as on the lab's nodes, with testinfra over ssh."""
    said = machines.run(
        sys.executable, "-m", "pytest", str(ROOT / "tests/cluster/test_bootstrap.py"), "-p", "no:cacheprovider",
        f"--rootdir={ROOT}", f"--ssh-config={ssh_config(machines)}", f"--spec={spec(machines)}", "--go-on",
        env={"HAKIT_TEST_RELEASES": "bookworm"}, timeout=2 * LONG,
    )  # fmt: skip
    sys.stderr.write(said.stdout)
    assert said.returncode == 0
    assert int(re.findall(r"(\d+) passed", said.stdout)[0]) > 8


def test_destroy_takes_everything_but_the_box_and_the_shared_disk(machines: Island) -> None:
    machines.must("vagrant", "destroy", "--force", timeout=180)
    assert machines.must("virsh", "list", "--all", "--name", timeout=30).split() == []
    assert machines.must("virsh", "net-list", "--all", "--name", timeout=30).split() == []
    volumes = machines.must("virsh", "vol-list", "default", timeout=30)
    left = [line.split()[0] for line in volumes.splitlines()[2:] if line]
    assert [name for name in left if "_vagrant_box_image_" not in name] == ["hakit-sbd.raw"]
