"""What DRBD says of its devices: 8.4 in /proc/drbd, 9 in JSON."""

from __future__ import annotations

import json

from hakit.core import Outcome
from hakit.observe import drbd
from hakit.observe.drbd import Side

HEAD = "version: 8.4.11 (api:1/proto:86-101)\nsrcversion: 211FB288A383ED945B83420 \n"
ALIKE = """\
7788: cs:Connected ro:Primary/Secondary ds:UpToDate/UpToDate C r-----
    ns:20732 nr:0 dw:20732 dr:5385 al:14 bm:0 lo:0 pe:0 ua:0 ap:0 ep:1 wo:f oos:0
"""
RUNNING = """\
7789: cs:SyncTarget ro:Secondary/Primary ds:Inconsistent/UpToDate C r-----
    ns:0 nr:65536 dw:65536 dr:0 al:8 bm:0 lo:0 pe:0 ua:0 ap:0 ep:1 wo:f oos:196608
\t[====>...............] sync'ed: 25.2% (196608/262144)K
\tfinish: 0:01:05 speed: 3,024 (3,024) want: 4,080 K/sec
"""
ALONE = """\
7790: cs:StandAlone ro:Primary/Unknown ds:UpToDate/DUnknown   r-----
    ns:0 nr:0 dw:44 dr:3141 al:5 bm:0 lo:0 pe:0 ua:0 ap:0 ep:1 wo:f oos:512
"""


def read(proc: str | None, status: str | None = None) -> dict[int, Side]:
    file, command = drbd.ACTIONS
    return dict(
        drbd.read(
            (
                Outcome("qsp-a", file, 2 if proc is None else 0, proc or "", "", 0.0),
                Outcome("qsp-a", command, 20 if status is None else 0, status or "", "", 0.0),
            )
        )
    )


def test_a_module_that_is_not_loaded_has_no_devices() -> None:
    assert read(None) == {}
    assert read(HEAD) == {}
    assert read(f"{HEAD} 0: cs:Unconfigured\n") == {}


def test_devices_of_8_4() -> None:
    assert read(HEAD + ALIKE + RUNNING + ALONE) == {
        7788: Side("Connected", "Primary", "Secondary", "UpToDate", "UpToDate"),
        7789: Side("SyncTarget", "Secondary", "Primary", "Inconsistent", "UpToDate", 196608, 3024, 65),
        7790: Side("StandAlone", "Primary", "Unknown", "UpToDate", "DUnknown", 512),
    }


def test_what_a_side_is() -> None:
    whole, running, alone = read(HEAD + ALIKE + RUNNING + ALONE).values()
    assert [(each.whole, each.linked, each.syncing) for each in (whole, running, alone)] == [
        (True, True, False),
        (False, True, True),
        (False, False, False),
    ]


def test_devices_of_9() -> None:
    def resource(connection: str, replication: str, peer_disk: str) -> dict[str, object]:
        peer = {"volume": 0, "replication-state": replication, "peer-disk-state": peer_disk, "out-of-sync": 1024}
        return {
            "name": "squid",
            "role": "Primary",
            "devices": [{"volume": 0, "minor": 7788, "disk-state": "UpToDate"}],
            "connections": [{"connection-state": connection, "peer-role": "Secondary", "peer_devices": [peer]}],
        }

    def seen(*words: str) -> Side:
        return read("version: 9.2.8 (api:2/proto:86-122)\n", json.dumps([resource(*words)]))[7788]

    said = seen("Connected", "Established", "UpToDate")
    assert said == Side("Connected", "Primary", "Secondary", "UpToDate", "UpToDate", 1024)
    assert seen("Connected", "SyncSource", "Inconsistent").connection == "SyncSource"
    assert not seen("Connecting", "Off", "DUnknown").linked
