"""What preflight says of the devices of volumes."""

from __future__ import annotations

from dataclasses import replace

from hakit.core import Finding
from hakit.model import Volume
from hakit.observe.host.devices import Device, Devices
from hakit.plan.preflight import volumes
from hakit.plan.preflight.volumes import DeviceMissing, DeviceNotBlank, DeviceSizesDiffer, DeviceTooSmall, NoDrbd
from tests.sample_clusters import SQUID, cluster
from tests.unit.preflight import seen_hosts

GIB = 1 << 30
DISKS = (("qsp-a", "/dev/vdb"), ("qsp-b", "/dev/vdc"))
WANTED = cluster(replace(SQUID, volume=Volume(DISKS, "/srv/squid", 1, size=20 * GIB)))
BLANK = Device(20 * GIB)


def found(one: Device | None = BLANK, other: Device | None = BLANK, module: str = "8.4.11") -> list[Finding]:
    facts = seen_hosts.hosts()
    for host, path, device in (("qsp-a", "/dev/vdb", one), ("qsp-b", "/dev/vdc", other)):
        facts[host] = replace(facts[host], devices=Devices(module, {path: device}))
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


def test_drbd_s_own_metadata_are_no_data_of_somebody_s() -> None:
    assert found(Device(20 * GIB, (("drbd", ""),))) == []
