"""What the logs of each release say of a step; lines as they were seen on the lab's nodes."""

from __future__ import annotations

import json

import pytest

from hakit.drill import marks
from hakit.model import Service
from hakit.observe import logs
from hakit.observe.logs import Line
from hakit.report.record import Kind

SQUID = Service("squid", "squid.service")
SAID = [
    ("Result of monitor operation for squid-unit on qsp-a: not running", Kind.NOTICED),
    ("Result of monitor operation for squid-unit on qsp-a: 7 (not running)", Kind.NOTICED),
    ("Result of monitor operation for squid-unit on qsp-a: ok", None),
    ("notice: Result of stop operation for squid-unit on qsp-a: ok", Kind.STOPPED),
    ("notice: Result of start operation for squid-vip on qsp-b: 0 (ok)", Kind.STARTED),
    ("notice: Result of start operation for squid-vip on qsp-b: error", None),
    ("notice: Result of start operation for other-vip on qsp-b: ok", None),
    ("notice: Requesting local execution of stop operation for squid-unit on qsp-a", Kind.STOPPING),
    ("notice: Requesting local execution of start operation for squid-vip on qsp-b", Kind.STARTING),
    ("notice: Requesting local execution of monitor operation for squid-vip on qsp-b", None),
    ("[TOTEM ] A processor failed, forming new configuration: token timed out (3000ms)", Kind.NOTICED),
    ("[KNET  ] link: host: 2 link: 0 is down", Kind.RING_DOWN),
    ("[KNET  ] rx: host: 2 link: 1 is up", Kind.RING_UP),
    ("notice: Calculated transition 0, saving inputs in /var/lib/pacemaker/pengine/pe-input-2.bz2", Kind.DECIDED),
    ("notice: High CPU load detected: 9.100000", None),
]


@pytest.mark.parametrize(("words", "kind"), SAID)
def test_steps(words: str, kind: Kind | None) -> None:
    found = [mark.kind for mark in marks.read(SQUID, "qsp-a", [Line(10.0, "x", 5, words)], 0.0)]
    assert found == ([kind] if kind else [])


def test_the_node_s_clock_is_brought_to_ours() -> None:
    (mark,) = marks.read(SQUID, "qsp-a", [Line(10.0, "x", 5, SAID[0][0])], 2.5)
    assert mark.when == 7.5


def test_the_journal_is_read() -> None:
    said = {
        "__REALTIME_TIMESTAMP": "1795612877045851",
        "SYSLOG_IDENTIFIER": "corosync",
        "PRIORITY": "3",
        "MESSAGE": " x ",
    }
    text = "\n".join([json.dumps(said), "no JSON", json.dumps({**said, "MESSAGE": [1, 2]}), "{}"])
    assert logs.parse(text) == (Line(1795612877.045851, "corosync", 3, "x"),)
