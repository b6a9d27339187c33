"""What preflight says of the devices of volumes."""

from __future__ import annotations

from dataclasses import replace

from hakit.core import Finding
from hakit.model import Volume
from hakit.model.volume import SAID
from hakit.observe.host.devices import Device, Devices
from hakit.observe.host.volumes import Kind, Place, Volumes
from hakit.plan.preflight import volumes
from hakit.plan.preflight.volumes import (
    DeviceMissing,
    DeviceNotBlank,
    DeviceSizesDiffer,
    DeviceTooSmall,
    ModulesDiffer,
    NoDrbd,
    PlaceTaken,
)
from tests.sample_clusters import SQUID, cluster
from tests.unit.preflight import seen_hosts

GIB = 1 << 30
DISKS = (("qsp-a", "/dev/vdb"), ("qsp-b", "/dev/vdc"))
LOGS = "/var/log/squid"
WANTED = cluster(replace(SQUID, volume=Volume(DISKS, "/srv/squid", 1, size=20 * GIB, links=((LOGS, "log"),))))
BLANK = Device(20 * GIB)


ZEROS = Volumes(zeros=dict.fromkeys(("/dev/vdb", "/dev/vdc"), True))


def found(
    one: Device | None = BLANK, other: Device | None = BLANK, module: str = "8.4.11", sees: Volumes = ZEROS
) -> list[Finding]:
    facts = seen_hosts.hosts()
    for host, path, device in (("qsp-a", "/dev/vdb", one), ("qsp-b", "/dev/vdc", other)):
        facts[host] = replace(facts[host], devices=Devices(module, {path: device}), volumes=sees)
    return list(volumes.check(WANTED, facts))


def test_two_blank_devices_of_one_size_are_fine() -> None:
    assert found() == []


def test_without_volumes_nobody_needs_the_module() -> None:
    assert list(volumes.check(cluster(), seen_hosts.hosts())) == []


def test_no_module() -> None:
    assert found(module="") == [NoDrbd(host="qsp-a"), NoDrbd(host="qsp-b")]


def test_a_device_that_is_not_there() -> None:
    assert found(other=None) == [DeviceMissing(host="qsp-b", service="squid", device="/dev/vdc")]


def test_a_small_one_is_told_and_that_the_other_is_larger() -> None:
    assert found(Device(19 * GIB)) == [
        DeviceTooSmall(host="qsp-a", service="squid", device="/dev/vdb", size=19 * GIB, wanted=20 * GIB),
        DeviceSizesDiffer(service="squid", sizes=(("qsp-a", "19.0 GiB"), ("qsp-b", "20.0 GiB"))),
    ]


def test_what_is_on_a_device_is_shown() -> None:
    busy = Device(20 * GIB, (("ext4", "old"), ("gpt", "")), ("mounted on /mnt/old",))
    assert found(busy) == [
        DeviceNotBlank(
            host="qsp-a", service="squid", device="/dev/vdb", contents=("ext4 'old'", "gpt", "mounted on /mnt/old")
        )
    ]


def test_drbd_s_own_metadata_are_no_data_of_somebody_s_where_its_file_names_the_device() -> None:
    made = Device(20 * GIB, (("drbd", ""), ("ext4", "hakit")))
    known = replace(ZEROS, files={"squid": f"{SAID}{Volume(DISKS, '/srv/squid', 1).dump()}\n"})
    assert found(made, made, sees=known) == []
    by_hand = replace(
        ZEROS, files={"squid": "resource squid { on qsp-a { disk /dev/vdb; } on qsp-b { disk /dev/vdc; } }"}
    )
    assert len(found(made, made, sees=by_hand)) == 2, "a resource that hakit didn't write is not taken over"
    (one, _) = found(made, made)
    assert one == DeviceNotBlank(
        host="qsp-a", service="squid", device="/dev/vdb", contents=("drbd", "ext4 'hakit'")
    )  # fmt: skip


def test_what_has_no_signature_but_is_not_zeros_is_not_blank() -> None:
    contents = ("data of an unknown kind at its beginning or end",)
    both = [("qsp-a", "/dev/vdb"), ("qsp-b", "/dev/vdc")]
    wanted = [DeviceNotBlank(host=host, service="squid", device=path, contents=contents) for host, path in both]
    assert found(sees=Volumes(zeros={"/dev/vdb": False})) == wanted


def test_modules_of_two_generations() -> None:
    facts = seen_hosts.hosts()
    for host, path, module in (("qsp-a", "/dev/vdb", "8.4.11"), ("qsp-b", "/dev/vdc", "9.2.8")):
        facts[host] = replace(facts[host], devices=Devices(module, {path: BLANK}), volumes=ZEROS)
    assert list(volumes.check(WANTED, facts)) == [ModulesDiffer(versions=(("qsp-a", "8.4.11"), ("qsp-b", "9.2.8")))]


def places(place: Place, kept: Place | None = None) -> list[str]:
    there = {LOGS: place, **({f"{LOGS}.before-hakit": kept} if kept else {})}
    said = found(sees=replace(ZEROS, places=there))
    assert all(isinstance(each, PlaceTaken) for each in said)
    return sorted({each.text() for each in said})


def test_a_directory_that_is_to_become_a_link() -> None:
    assert places(Place(Kind.DIRECTORY, size=7)) == []
    assert places(Place(Kind.LINK, "/srv/squid/log"), Place(Kind.DIRECTORY)) == []
    for place, what in (
        (Place(Kind.DIRECTORY, mounted=True), "a mount point"),
        (Place(Kind.LINK, "/data"), "a link to /data"),
        (Place(Kind.OTHER), "no directory"),
    ):
        assert places(place) == [f"{LOGS} is {what}; the volume of squid wants its place"]
    taken = "/var/log/squid.before-hakit is there already; the volume of squid wants its place"
    assert places(Place(Kind.DIRECTORY), Place(Kind.DIRECTORY)) == [taken]
