"""Alerts on real nodes: what happens is told to a program, by mail and to a webhook, in the spec's own words.

The mail system alone is a stand-in: a program of the test's that takes what sendmail(8) takes. A real one would only
show that a mail system works.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hakit.lab.lab import Lab
from tests.cluster.command import Hakit

pytestmark = pytest.mark.first_release

KEEP = "/var/tmp"  # noqa: S108 - on the nodes, where Pacemaker's user may write
TELL = f"#!/bin/sh\ncat >> {KEEP}/told\n"
SENDMAIL = f'#!/bin/sh\n{{ echo "ARGS: $*"; cat; }} >> {KEEP}/mails\n'
HOOK = f"""
import http.server
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        open("{KEEP}/hooked", "a").write(self.path + " " + body + chr(10))
        self.send_response(204)
        self.end_headers()
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("0.0.0.0", 8099), Hook).serve_forever()
"""
SECRET = "T024-s3cret"  # noqa: S105 - no secret of anybody's
ALERTS = f"""
alerts:
  file: {{ command: /usr/local/bin/tell }}
  hook: {{ webhook: "http://192.168.233.11:8099/hook/{SECRET}" }}
  mail: {{ mail: ops@example.org, events: [node-lost, service-failed] }}
"""
LONGEST = 90.0  # seconds until something must have been told, on a busy machine


@pytest.fixture(scope="module")
def hakit(fresh_lab: Lab) -> Hakit:
    """The lab's cluster with alerts, and with those whom they tell."""
    hakit = Hakit(fresh_lab)
    spec = Path(hakit.spec)
    spec.write_text(spec.read_text() + ALERTS)
    refused = hakit("preflight", "--json", hakit.spec)
    codes = {
        (each["code"], each["fields"]["host"])
        for each in json.loads(refused.out)["findings"]
        if each["severity"] == "error"
    }
    assert codes == {(code, node.name) for code in ("HK213", "HK214") for node in fresh_lab.nodes}, refused.out
    for node in fresh_lab.nodes:
        for path, text in (("/usr/local/bin/tell", TELL), ("/usr/sbin/sendmail", SENDMAIL)):
            hakit.put(node.name, path, text)
            hakit.on(node.name, "chmod", "755", path)
    hakit.put("qsp-a", "/root/hook.py", HOOK)
    hakit.on("qsp-a", "systemd-run", "--unit=hook", "python3", "/root/hook.py")
    hakit.must("bootstrap", "--yes", hakit.spec)
    hakit.must("switchover", "squid", "--to", "qsp-a", "--spec", hakit.spec)
    return hakit


def told(hakit: Hakit, node: str, file: str = "told") -> list[dict[str, str]]:
    lines = hakit.on(node, "cat", f"{KEEP}/{file}").splitlines()
    return [json.loads(line[line.index("{") :]) for line in lines if "{" in line]


def wait_for(what: str, seen: Callable[[], object]) -> None:
    until = time.monotonic() + LONGEST
    while not seen():
        assert time.monotonic() < until, f"nobody was told: {what}"
        time.sleep(1)  # noqa: TID251 - real nodes


def wait_until_told(hakit: Hakit, by: str, event: str, **said: str) -> None:
    wanted = {"event": event, "cluster": "squidha", "told_by": by, **said}
    wait_for(f"{event} {said}", lambda: [each for each in told(hakit, by) if wanted.items() <= each.items()])


def test_what_happens_is_told(hakit: Hakit, fresh_lab: Lab) -> None:
    wait_until_told(hakit, "qsp-a", "service-moved", service="squid", node="qsp-a")

    fresh_lab.cut("qsp-b", 1)
    wait_until_told(hakit, "qsp-a", "ring-lost", ring="1", text="ring 1: qsp-a and qsp-b no longer reach each other")
    fresh_lab.heal("qsp-b", 1)
    wait_until_told(hakit, "qsp-a", "ring-back", ring="1")
    assert [each for each in told(hakit, "qsp-b") if each["event"].startswith("ring")] == [], "one of the two tells"

    hakit.on("qsp-a", "systemctl", "kill", "--signal=KILL", "squid.service")
    wait_until_told(hakit, "qsp-a", "service-failed", service="squid", node="qsp-a")

    fresh_lab.power_off("qsp-b")
    wait_until_told(hakit, "qsp-a", "node-lost", node="qsp-b")
    # Nobody was fenced here, but somebody can say that they did it by hand: the same event, by the same way.
    hakit.on("qsp-a", "stonith_admin", "--confirm", "qsp-b")
    wait_until_told(hakit, "qsp-a", "fenced", node="qsp-b")
    rings = [each["event"] for each in told(hakit, "qsp-a") if each["event"].startswith("ring")]
    assert rings == ["ring-lost", "ring-back"], "a node that is lost is no lost ring"

    fresh_lab.power_on("qsp-b")
    wait_until_told(hakit, "qsp-a", "node-back", node="qsp-b")


def test_mail_and_webhook_are_told_too_and_no_secret_is_logged(hakit: Hakit) -> None:
    mails = hakit.on("qsp-a", "cat", f"{KEEP}/mails")
    assert "ARGS: -i -- ops@example.org" in mails
    assert "Subject: [squidha] qsp-b is lost" in mails
    assert "event: service-failed" in mails
    assert "event: ring-lost" not in mails, "it asked for two kinds of events"
    hooked = hakit.on("qsp-a", "cat", f"{KEEP}/hooked")
    assert f"/hook/{SECRET} " in hooked
    events = {each["event"] for each in told(hakit, "qsp-a", "hooked")}
    assert events >= {"service-moved", "ring-lost", "ring-back", "service-failed", "node-lost", "node-back"}
    assert SECRET not in hakit.on("qsp-a", "journalctl", "--no-pager")


def test_a_change_is_planned_without_its_secret_and_nothing_is_left_in_the_end(hakit: Hakit) -> None:
    assert hakit("plan", hakit.spec).code == 0
    spec = Path(hakit.spec)
    whole = spec.read_text()
    spec.write_text(whole.replace(SECRET, "another-s3cret"))
    plan = hakit("plan", "--json", hakit.spec)
    assert plan.code == 1
    places = [each["place"] for each in json.loads(plan.out)["differences"]]
    assert places == ["alert hakit-alert-hook: parameter hakit_webhook"]
    assert "s3cret" not in plan.out

    spec.write_text(whole.replace(ALERTS, ""))
    hakit.must("bootstrap", "--yes", hakit.spec)
    there = ("ls", "/usr/lib/hakit", "/etc/systemd/system/hakit-alerts.service")
    assert [hakit.on(node, *there) for node in ("qsp-a", "qsp-b")] == ["", ""]
    assert "hakit-alert" not in hakit.on("qsp-a", "cibadmin", "--query", "--scope", "configuration")
