"""Findings as people and programs get them."""

from __future__ import annotations

import json
import math
from ipaddress import ip_address

import click

from hakit.cli import findings
from hakit.plan.preflight.account import NotRoot
from hakit.plan.preflight.names import NameIsLoopback
from hakit.plan.preflight.reach import Unreadable
from hakit.plan.preflight.software import VersionsDiffer
from hakit.plan.preflight.stopping import TimeoutShort

ROOT = NotRoot(host="qsp-a", uid=1000)
VERSIONS = VersionsDiffer(package="pcs", versions=(("qsp-a", "1-1"), ("qsp-b", "2-1")))
FOREVER = TimeoutShort(host="qsp-b", unit="x.service", verb="stop", cluster_seconds=100, unit_seconds=math.inf)


def plain(*found: NotRoot | VersionsDiffer | TimeoutShort | Unreadable) -> list[str]:
    return [click.unstyle(line) for line in findings.lines(found)]


def test_nothing_found() -> None:
    assert plain() == []
    assert findings.counted(()) == "no errors, no warnings, no notes"
    assert json.loads(findings.as_json(())) == {"ok": True, "findings": []}


def test_errors_come_first_whatever_the_order() -> None:
    shown = plain(VERSIONS, ROOT)
    assert shown[0] == "errors (1)"
    assert shown[1].startswith("  qsp-a: ")
    assert shown[1].endswith("[HK210]")
    assert shown[2].startswith("      → ")
    assert shown[3:5] == ["", "warnings (1)"]
    assert shown[5].startswith("  all nodes: pcs differs")
    assert findings.counted((VERSIONS, ROOT)) == "1 error, 1 warning, no notes"


def test_a_long_text_is_indented() -> None:
    shown = plain(Unreadable(host="qsp-a", explanation="ip: exit code 1\n  | what?"))
    assert shown[2:4] == ["      ip: exit code 1", "        | what?"]


def test_json_has_typed_fields() -> None:
    loopback = NameIsLoopback(
        host="qsp-a", name="qsp-a", loopback=ip_address("127.0.1.1"), address=ip_address("192.168.233.11")
    )
    answer = json.loads(findings.as_json((ROOT, VERSIONS, FOREVER, loopback)))
    assert answer["ok"] is False
    root, versions, forever, name = answer["findings"]
    assert (root["code"], root["kind"], root["severity"]) == ("HK210", "NotRoot", "error")
    assert root["fields"] == {"host": "qsp-a", "uid": 1000}
    assert root["remedy"]
    assert versions["fields"]["versions"] == [["qsp-a", "1-1"], ["qsp-b", "2-1"]]
    assert forever["fields"]["unit_seconds"] is None
    assert name["fields"]["loopback"] == "127.0.1.1"


def test_warnings_alone_are_ok() -> None:
    assert json.loads(findings.as_json((VERSIONS,)))["ok"] is True
