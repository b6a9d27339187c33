"""What sbd 1.5.2 says of loop devices: one with a header and two slots, a blank one, one that isn't there."""

from __future__ import annotations

from dataclasses import replace

from hakit.core import Action, Command, Outcome
from hakit.model import SbdFencing
from hakit.observe.host import sbd
from hakit.observe.host.sbd import Disk, Header, Sbd
from tests.sample_clusters import cluster

DISKS = ("/dev/loop0", "/dev/loop1", "/dev/nonono")
WANTED = replace(cluster(), fencing=SbdFencing(DISKS, "/dev/watchdog1"))
DUMP = """\
==Dumping header on disk /dev/loop0
Header version     : 2.1
UUID               : c6f0ff3f-5e3f-4990-912c-82759ef5dbc0
Number of slots    : 255
Sector size        : 512
Timeout (watchdog) : 5
Timeout (allocate) : 2
Timeout (loop)     : 1
Timeout (msgwait)  : 10
==Header on disk /dev/loop0 is dumped
"""
ANSWERS = {
    ("sbd", "-d", "/dev/loop0", "dump"): (0, DUMP, ""),
    ("sbd", "-d", "/dev/loop0", "list"): (0, "0\tqsp-a\tclear\t\n1\tqsp-b\treset\tqsp-a\n", ""),
    ("cmp", "--silent", "--bytes=1048576", "--", "/dev/loop0", "/dev/zero"): (1, "", ""),
    ("sbd", "-d", "/dev/loop1", "dump"): (1, "==Dumping header on disk /dev/loop1\n", "sbd failed; please check the logs.\n"),
    ("sbd", "-d", "/dev/loop1", "list"): (1, "", "== Slots on disk /dev/loop1 NOT dumped\n"),
    ("cmp", "--silent", "--bytes=1048576", "--", "/dev/loop1", "/dev/zero"): (0, "", ""),
    ("sbd", "-d", "/dev/nonono", "dump"): (1, "==Dumping header on disk /dev/nonono\n", "== disk /dev/nonono unreadable!\n"),
    ("sbd", "-d", "/dev/nonono", "list"): (1, "", "== disk /dev/nonono unreadable!\n"),
    ("cmp", "--silent", "--bytes=1048576", "--", "/dev/nonono", "/dev/zero"): (2, "", ""),
    ("test", "-c", "/dev/watchdog1"): (0, "", ""),
}  # fmt: skip
FILES = {"/etc/default/sbd": "SBD_OPTS=\n"}


def answer(action: Action) -> Outcome:
    if isinstance(action, Command):
        return Outcome("qsp-a", action, *ANSWERS[action.argv], 0.1)
    path = getattr(action, "path", "")
    return Outcome("qsp-a", action, 0 if path in FILES else 2, FILES.get(path, ""), "", 0.1)


def test_header_slots_blank_and_absent() -> None:
    outcomes = tuple(answer(action) for action in sbd.actions(WANTED))
    assert all(outcome.ok for outcome in outcomes), "what isn't there is an answer, no failure"
    assert sbd.read(outcomes, WANTED) == Sbd(
        file="SBD_OPTS=\n",
        drop_in="",
        watchdog=True,
        disks={
            "/dev/loop0": Disk(
                Header("c6f0ff3f-5e3f-4990-912c-82759ef5dbc0", 5, 10), {"qsp-a": "clear", "qsp-b": "reset"}
            ),
            "/dev/loop1": Disk(None, zeros=True),
            "/dev/nonono": Disk(None),
        },
    )


def test_nothing_is_asked_where_sbd_isn_t_wanted() -> None:
    assert sbd.actions(cluster()) == ()
    assert sbd.read((), cluster()) == Sbd()
