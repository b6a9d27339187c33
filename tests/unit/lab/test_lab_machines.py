"""What a virtual machine is started with, as far as that is text and bytes."""

from __future__ import annotations

import json
import lzma
import os
import shutil
import stat
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from hakit.core import Tape
from hakit.core.errors import ExitCode, HakitError
from hakit.lab import (
    accelerator,
    access,
    cpio,
    image,
    initrd,
    kinds,
    layout,
    machines,
    network,
    qemu,
    recipe,
    state,
    uml,
    vmlinux,
)
from hakit.lab.layout import Layout
from hakit.lab.qemu import Accelerator
from hakit.lab.recipe import Release
from hakit.lab.state import State
from hakit.run import qmp

NODE = layout.hosts(2)[0]


def options(argv: tuple[str, ...], name: str) -> list[str]:
    return [value for option, value in pairwise(argv) if option == name]


def command(folder: str = "/labs/x", how: Accelerator = Accelerator.TCG) -> tuple[str, ...]:
    return qemu.argv(Layout("x", Path(folder)), NODE, Path("/cache/image"), how)


def test_disks_have_names_that_stay() -> None:
    drives, devices = options(command(), "-drive"), options(command(), "-device")
    assert [drive.split(",")[1:3] for drive in drives] == [
        ["id=root", "file=/labs/x/nodes/qsp-a/root.qcow2"],
        ["id=data", "file=/labs/x/nodes/qsp-a/data.raw"],
        ["id=sbd", "file=/labs/x/sbd.raw"],
    ]
    assert all("if=none" in drive for drive in drives), "or QEMU orders them its own way"
    assert [device for device in devices if "blk" in device] == [
        "virtio-blk-pci,drive=root,serial=root",
        "virtio-blk-pci,drive=data,serial=data",
        "virtio-blk-pci,drive=sbd,serial=sbd,share-rw=on",
    ]
    assert ["file.locking=off" in drive for drive in drives] == [False, False, True]


def test_cards_are_those_of_the_lab_and_lead_nowhere_else() -> None:
    nets, devices = options(command(), "-netdev"), options(command(), "-device")
    assert [net.split(",")[0] for net in nets] == ["tap"] * 3
    assert [net.split(",")[2] for net in nets] == ["ifname=qsp-a.0", "ifname=qsp-a.1", "ifname=qsp-a.2"]
    assert all(net.endswith("script=no,downscript=no") for net in nets)
    assert [device.split(",")[2] for device in devices if "net" in device] == [
        "mac=02:00:c0:a8:e9:0b",
        "mac=02:00:ac:10:e9:0b",
        "mac=02:00:0a:17:e9:0b",
    ]


def test_a_watchdog_resets_the_machine() -> None:
    assert "i6300esb" in options(command(), "-device")
    assert options(command(), "-action") == ["watchdog=reset"]


def test_the_processor_is_the_machines_own_only_with_kvm() -> None:
    emulated, own = command(), command(how=Accelerator.KVM)
    assert (options(emulated, "-accel"), options(emulated, "-cpu")) == (["tcg,thread=multi,tb-size=400"], ["max"])
    assert (options(own, "-accel"), options(own, "-cpu")) == (["kvm"], ["host"])


def test_a_folder_with_a_comma_is_not_taken_for_options() -> None:
    argv = command("/labs/a,b")
    assert "file=/labs/a,,b/sbd.raw" in options(argv, "-drive")[2]
    assert options(argv, "-qmp")[0].startswith("unix:/labs/a,,b/nodes/qsp-a/qmp,")


def test_a_kernel_that_is_a_program_has_the_same_disks_and_cards() -> None:
    argv = uml.argv(Layout("x", Path("/labs/x")), NODE, Path("/cache/image"))
    assert argv[:2] == ("taskset", "--cpu-list")
    # In the folder where it finds its loader.
    assert argv[3:7] == ("env", "--chdir=/cache/image", "LD_LIBRARY_PATH=/cache/image/lib", "./linux.uml")
    assert [each for each in argv if each.startswith(("ubd", "eth"))] == [
        "ubdac=/labs/x/nodes/qsp-a/root.cow,/cache/image/root.ext4",
        "ubdbc=/labs/x/nodes/qsp-a/data.raw",
        "ubdcc=/labs/x/sbd.raw",
        "eth0=tuntap,qsp-a.0,02:00:c0:a8:e9:0b",
        "eth1=tuntap,qsp-a.1,02:00:ac:10:e9:0b",
        "eth2=tuntap,qsp-a.2,02:00:0a:17:e9:0b",
    ]


@pytest.mark.parametrize("folder", ["/labs/a,b", "/labs/a b"])
def test_a_folder_that_its_options_can_t_say_is_refused(folder: str) -> None:
    with pytest.raises(HakitError, match="comma or a space") as caught:
        uml.argv(Layout("x", Path(folder)), NODE, Path("/cache/image"))
    assert "--whole" in caught.value.hint


def test_neighbours_run_on_processors_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {2, 5})
    place = Layout("x", Path("/labs/x"))
    assert {uml.argv(place, host, Path("/image"))[2] for host in layout.hosts(2)} == {"2", "5"}


def test_a_kernel_that_is_a_program_is_not_believed_in_where_there_is_none(tmp_path: Path) -> None:
    assert accelerator.choose(tmp_path, whole=False) is Accelerator.TCG or accelerator.offered(Path("/dev/kvm"))


def test_every_machine_can_be_found_by_its_labs_name() -> None:
    assert options(command(), "-name") == ["guest=hakit.x.qsp-a"]


def test_state_remembers_what_nodes_are_made_of(tmp_path: Path) -> None:
    place = Layout("x", tmp_path)
    kept = State(Release.BOOKWORM, 2, Path("/base"), built=True, vm=True, whole=True)
    state.save(place, kept)
    assert state.load(place) == kept
    assert kept.managed, "there is a way in past the rings"


def test_a_state_from_before_there_were_machines_is_one_of_containers(tmp_path: Path) -> None:
    old = {"release": "bookworm", "nodes": 2, "base": "/base", "built": True, "fencing": False, "qnetd": False}
    (tmp_path / "lab.json").write_text(json.dumps(old))
    kept = state.load(Layout("x", tmp_path))
    assert kept == State(Release.BOOKWORM, 2, Path("/base"), built=True)
    assert kept is not None and not kept.vm and not kept.managed


def test_each_kind_says_what_it_is() -> None:
    assert kinds.kind(vm=False).words == "containers"
    assert kinds.kind(vm=True).words == "virtual machines"


def test_power_switches_are_refused_plainly() -> None:
    wanted = State(Release.BOOKWORM, 2, Path(), vm=True, fencing=True)
    with pytest.raises(HakitError, match="no power switches") as caught:
        kinds.kind(vm=True).base(wanted, (), Tape())
    assert caught.value.code is ExitCode.USAGE
    assert "sbd" in caught.value.hint


def test_the_host_of_a_quorum_device_is_a_container_beside_the_machines(tmp_path: Path) -> None:
    place, kind = Layout("x", tmp_path), kinds.kind(vm=True)
    entered = kind.enter(place, layout.WITNESS, os.getpid(), ("true",))
    assert entered[:2] == ("nsenter", f"--target={os.getpid()}")
    assert kind.enter(place, NODE.name, os.getpid(), ("true",))[0] == "ssh"


def test_its_client_on_the_machines_makes_an_image_of_its_own() -> None:
    assert image.path(Release.BOOKWORM, (recipe.MACHINE_DEVICE,)) != image.path(Release.BOOKWORM)


def test_missing_programs_are_named_by_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program, path: None if "qemu" in program else f"{path}/{program}")
    with pytest.raises(HakitError, match="qemu-system-x86, qemu-utils") as caught:
        kinds.kind(vm=True).need()
    assert "apt-get install" in caught.value.hint


def test_a_path_that_no_socket_can_have_is_refused(tmp_path: Path) -> None:
    place = Layout("x", tmp_path / ("d" * qmp.LONGEST))
    with pytest.raises(HakitError, match="too long") as caught:
        machines.door(place, NODE.name)
    assert "--dir" in caught.value.hint


def test_kvm_is_not_believed_in_for_a_file_of_its_name(tmp_path: Path) -> None:
    assert not accelerator.offered(tmp_path / "kvm")
    (tmp_path / "kvm").touch()
    assert not accelerator.offered(tmp_path / "kvm")


def test_the_accelerator_is_kept_with_the_lab(tmp_path: Path) -> None:
    place = Layout("x", tmp_path)
    assert accelerator.remembered(place) is Accelerator.TCG
    accelerator.remember(place, Accelerator.KVM)
    assert accelerator.remembered(place) is Accelerator.KVM


def test_another_release_or_package_is_another_image() -> None:
    assert image.path(Release.BOOKWORM) == image.path(Release.BOOKWORM)
    others = {image.path(Release.TRIXIE), image.path(Release.BOOKWORM, ("lvm2",)), image.path(Release.BOOKWORM)}
    assert len(others) == 3


def test_modules_are_loaded_after_those_they_need() -> None:
    dependencies = (
        "kernel/a/virtio_pci.ko.xz: kernel/a/virtio_ring.ko.xz kernel/a/virtio.ko.xz\n"
        "kernel/a/virtio_ring.ko.xz: kernel/a/virtio.ko.xz\n"
        "kernel/a/virtio.ko.xz:\n"
        "kernel/b/ext4.ko.xz: kernel/b/jbd2.ko.xz\n"
        "kernel/b/jbd2.ko.xz:\n"
        "kernel/c/i6300esb.ko.xz:\n"
        "kernel/c/virtio-net.ko.xz:\n"
        "kernel/c/unasked.ko.xz:\n"
    )
    order = [Path(path).name for path in initrd.modules(dependencies, "kernel/a/virtio_blk.ko\n")]
    assert order == [
        "virtio.ko.xz", "virtio_ring.ko.xz", "virtio_pci.ko.xz", "jbd2.ko.xz", "ext4.ko.xz", "virtio-net.ko.xz",
        "i6300esb.ko.xz",
    ]  # fmt: skip
    with pytest.raises(HakitError, match="no virtio_blk"):
        initrd.modules(dependencies, "")


def test_first_steps_are_shell_that_a_shell_reads() -> None:
    for text in (initrd.INIT, initrd.network(("192.0.2.1", "192.0.2.2"))):
        subprocess.run(("sh", "-n"), input=text, text=True, check=True, timeout=20)
    assert "$b ip address add 192.0.2.2/24 dev eth1\n" in initrd.network(("192.0.2.1", "192.0.2.2"))


def unpack(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """Read an archive as the kernel does: headers in hexadecimal, all on multiples of four."""
    found, at = {}, 0
    while True:
        assert archive[at : at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * index : at + 14 + 8 * index], 16) for index in range(13)]
        name = archive[at + 110 : at + 110 + fields[11] - 1].decode()
        start = -(-(at + 110 + fields[11]) // 4) * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], archive[start : start + fields[6]])
        at = -(-(start + fields[6]) // 4) * 4


def test_an_archive_has_every_folder_before_what_it_holds() -> None:
    packed = cpio.archive({"a/b/c": (b"hello", 0o600), "a/d": (b"", 0o755)}, {"a/b": 0o700, "e": 0o755})
    found = unpack(packed)
    assert list(found) == ["a", "a/b", "e", "a/b/c", "a/d"]
    assert found["a/b"] == (stat.S_IFDIR | 0o700, b"")
    assert found["a/b/c"] == (stat.S_IFREG | 0o600, b"hello")
    assert len(packed) % 512 == 0, "another can follow"


def test_a_machine_has_its_own_names_keys_and_addresses(tmp_path: Path) -> None:
    place = Layout("x", tmp_path)
    (tmp_path / "host-keys").mkdir()
    for key in (access.key(place), *(access.host_key(place, host.name) for host in layout.hosts(2))):
        key.write_text(f"SECRET OF {key.name}\n")
        key.with_suffix(".pub").write_text(f"ssh-ed25519 {key.name} comment\n")
    found = unpack(initrd.own(place, NODE, (*layout.hosts(2), layout.client())))
    assert found["node/etc/hostname"][1] == b"qsp-a\n"
    assert found["node/root/.ssh/id_ed25519"] == (stat.S_IFREG | 0o600, b"SECRET OF key\n")
    assert found["node/etc/ssh/ssh_host_ed25519_key"] == (stat.S_IFREG | 0o600, b"SECRET OF qsp-a\n")
    assert found["node/root/.ssh"][0] == stat.S_IFDIR | 0o700
    assert found["network"][1].decode().split("\n")[::2][:3] == [
        f"$b ip address add {address}/24 dev eth{number}"
        for number, address in enumerate((*NODE.addresses, layout.management(NODE)))
    ]
    assert network.port(NODE.name, 2) == "qsp-a.2"


def test_the_kernel_is_found_in_its_boot_image_or_that_is_taken() -> None:
    kernel = b"\x7fELF" + os.urandom(5000)
    packed = lzma.compress(kernel)
    assert vmlinux.extract(b"MZ" + b"\xfd7zXZ\x00 no stream" + packed + b"trailer") == kernel
    assert vmlinux.extract(b"MZ packed otherwise") == b"MZ packed otherwise"
