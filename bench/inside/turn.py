"""On a node of a cluster: have a resource stopped and started, and say how long each took.

    turn.py RESOURCE RUNS

Writes {"stop": [[seconds, operation seconds], …], "start": […]}: from the request until the cluster's status holds the
result, and what of that Pacemaker's executor counted for the operation.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

LIMIT = 120.0


def said(*argv: str) -> str:
    """Run a command and return what it says."""
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60).stdout


def last(resource: str) -> dict[str, str]:
    """Return the resource's last start or stop as this node has it; empty while there is none."""
    text = said("cibadmin", "--query", "--local", f"--xpath=//lrm_rsc_op[@id='{resource}_last_0'][@op-status='0']")
    if not text.strip():
        return {}
    top = ET.fromstring(text)  # noqa: S314 - from the cluster's own tool
    found = [dict(item.attrib) for item in (top.iter("lrm_rsc_op"))]
    # The other node remembers that the resource is not there; its word is older.
    return max(found, key=lambda item: (int(item["last-rc-change"]), int(item["call-id"])), default={})


def turn(resource: str, role: str, operation: str) -> tuple[float, float]:
    """Ask for a role and wait for its operation."""
    before = last(resource).get("call-id")
    start = time.monotonic()
    said("crm_resource", f"--resource={resource}", "--meta", "--set-parameter=target-role", f"--parameter-value={role}")
    while True:
        now = last(resource)
        if now.get("operation") == operation and now.get("call-id") != before:
            return round(time.monotonic() - start, 3), int(now["exec-time"]) / 1000
        if time.monotonic() - start > LIMIT:
            raise SystemExit(f"{resource} not {role} within {LIMIT:.0f} s")
        time.sleep(0.01)


def main() -> None:
    """Stop and start, with a moment of rest between."""
    taken: dict[str, list[tuple[float, float]]] = {"stop": [], "start": []}
    for _ in range(int(sys.argv[2])):
        for role, operation in (("Stopped", "stop"), ("Started", "start")):
            time.sleep(1.5)
            taken[operation].append(turn(sys.argv[1], role, operation))
    json.dump(taken, sys.stdout)


if __name__ == "__main__":
    main()
