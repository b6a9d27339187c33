"""Services added to a running cluster of two lab nodes: by `hakit apply`, and by pcs one by one for as long as it may take.

Each in its own way: pcs adds IPaddr2 and `systemd:`, hakit its own agents.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import stock

from hakit.lab.lab import Lab
from hakit.lab.recipe import Release

NAME = "bench-scale"
PATIENCE = 600.0  # seconds for pcs; what it has not added by then is reckoned
_LIMIT = 3600.0
_SIMULATE = ("bash", "-c", "cibadmin --query | crm_simulate --simulate --xml-pipe --output-as xml >/dev/null")


class Quiet:
    """A listener that keeps the lab's progress to itself."""

    def hear(self, event: object) -> None:
        """Take one event."""


def measured(count: int) -> dict[str, object]:
    """Make the cluster with squid alone, add the services by hakit, take them out, and add them by pcs."""
    Lab.down(NAME)
    lab = Lab.up(NAME, Quiet(), release=Release.BOOKWORM)
    try:
        stock.wait_settled(lab)
        stock.install_template(lab)
        _hakit(lab, "bootstrap", 0, "--yes")
        began = os.getloadavg()[1]
        plan = _hakit(lab, "plan", count, code=1)
        by_hakit = _hakit(lab, "apply", count, "--yes")
        stock.wait_started(lab, count + 1)
        sys.stderr.write(f"{count} services, hakit: {by_hakit:.1f} s, the plan alone {plan:.1f} s\n")
        start = time.monotonic()
        stock.on(lab, "qsp-a", *_SIMULATE)
        simulated = time.monotonic() - start
        _hakit(lab, "apply", 0, "--yes")
        stock.on(lab, "qsp-a", "crm_resource", "--wait")  # pcs shall not wait for what hakit left to be stopped
        by_pcs = _by_pcs(lab, count)
        return {
            "services": count,
            "hakit": round(by_hakit, 2),
            "plan": round(plan, 2),
            "crm_simulate": round(simulated, 2),
            "pcs": by_pcs,
            "load": [round(began, 1), round(os.getloadavg()[1], 1)],
        }
    finally:
        Lab.down(NAME)


def _by_pcs(lab: Lab, count: int) -> list[float]:
    """Give the seconds of each service."""
    each: list[float] = []
    while len(each) < count and sum(each) < PATIENCE:
        start, number = time.monotonic(), len(each) + 1
        stock.service(lab, f"s{number}", f"192.168.233.{20 + number}", f"bench@{number}")
        each.append(round(time.monotonic() - start, 2))
        sys.stderr.write(f"pcs, service {number}: {each[-1]} s\n")
    return each


def _hakit(lab: Lab, command: str, count: int, *options: str, code: int = 0) -> float:
    """Run hakit with squid and so many services in its spec; gives the seconds."""
    spec = lab.spec.with_name("scale.yaml")
    more = stock.many_spec("services:", count, "quickservice").partition("services:")[2]
    spec.write_text(lab.spec.read_text().rstrip("\n") + more)
    argv = (sys.executable, "-m", "hakit", command, *options, str(spec))
    start = time.monotonic()
    env = {**os.environ, "HAKIT_SSH_CONFIG": str(lab.ssh_config)}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=_LIMIT)
    if done.returncode != code:
        raise SystemExit(f"hakit {command} ended with {done.returncode}:\n{done.stderr}{done.stdout}")
    return time.monotonic() - start
