"""What lsblk and wipefs of util-linux 2.38 say of loop devices: blank, with a file system in use, with DRBD's metadata, absent."""

from __future__ import annotations

from dataclasses import replace

from hakit.core import Action, Outcome
from hakit.model import Cluster, Volume
from hakit.observe.host import devices
from hakit.observe.host.devices import Device, Devices
from tests.sample_clusters import SQUID, cluster

DISKS = (("qsp-a", "/dev/loop0"), ("qsp-b", "/dev/vg0/squid"))
WANTED = cluster(replace(SQUID, volume=Volume(DISKS, "/srv/squid", 1)))

BLANK = """{
   "blockdevices": [
      {
         "name": "/dev/loop0",
         "size": 67108864,
         "type": "loop",
         "mountpoint": null
      }
   ]
}
"""
MOUNTED = BLANK.replace("null", '"/mnt/old"')
LAID_OVER = BLANK.replace(
    '"mountpoint": null',
    '"mountpoint": null, "children": ['
    '{"name": "/dev/drbd7788", "size": 67067904, "type": "disk", "mountpoint": "/srv/squid"},'
    '{"name": "/dev/mapper/vg0-old", "size": 4194304, "type": "lvm", "mountpoint": null}]',
)
CLEAN = '{\n   "signatures": [\n\n   ]\n}\n'
EXT4 = """{
   "signatures": [
      {
         "device": "loop0",
         "offset": "0x438",
         "type": "ext4",
         "uuid": "48e0279c-e9e8-42d6-b4c2-f9a29220987f",
         "label": "old"
      }
   ]
}
"""
DRBD = """{
   "signatures": [
      {
         "device": "loop0",
         "offset": "0x3fff03c",
         "type": "drbd",
         "uuid": null,
         "label": null
      }
   ]
}
"""
NOTHING = ('{\n   "blockdevices": [\n\n   ]\n}\n', 32)


def read(*answers: str | tuple[str, int], wanted: Cluster = WANTED) -> Devices:
    """Give these answers, or this text with that code, to what is asked; the module's version comes first."""
    actions: tuple[Action, ...] = devices.actions(wanted)
    said = [answer if isinstance(answer, tuple) else (answer, 0) for answer in answers]
    for place in range(1, len(actions), 3):
        said.insert(place, ("", 0))  # blockdev --flushbufs
    return devices.read(
        [Outcome("qsp-a", action, code, text, "", 0.0) for action, (text, code) in zip(actions, said, strict=True)],
        wanted,
    )


def test_nothing_is_asked_without_volumes() -> None:
    assert devices.actions(cluster()) == ()
    assert read(wanted=cluster()) == Devices()


def test_a_blank_device_and_one_that_is_not_there() -> None:
    seen = read("8.4.11\n", BLANK, CLEAN, NOTHING, ("", 1))
    assert seen == Devices("8.4.11", {"/dev/loop0": Device(67108864), "/dev/vg0/squid": None})


def test_a_file_system_in_use() -> None:
    seen = read("9.2.8\n", MOUNTED, EXT4, NOTHING, ("", 1))
    assert seen.found["/dev/loop0"] == Device(67108864, (("ext4", "old"),), ("mounted on /mnt/old",))


def test_drbd_above_is_no_other_user() -> None:
    seen = read("8.4.11\n", LAID_OVER, DRBD, NOTHING, ("", 1))
    assert seen.found["/dev/loop0"] == Device(67108864, (("drbd", ""),), ("lvm /dev/mapper/vg0-old",))


def test_what_can_t_be_looked_into_is_not_taken_for_blank() -> None:
    seen = read("8.4.11\n", BLANK, ("", 1), NOTHING, ("", 1))
    assert seen.found["/dev/loop0"] == Device(67108864, (), ("wipefs can't look into it",))


def test_a_module_that_is_not_there_and_one_without_a_version() -> None:
    rest = (NOTHING, ("", 1), NOTHING, ("", 1))
    assert read(("", 1), *rest).module == ""
    assert read(("", 127), *rest).module == ""
    assert read("\n", *rest).module == "8.4"
