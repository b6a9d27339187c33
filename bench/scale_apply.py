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
_LIMIT = 3600.0
_COPY = "/root/before.xml"
_KEEP = ("bash", "-c", f"cibadmin --query --scope resources >{_COPY}")
_SIMULATE = ("bash", "-c", "cibadmin --query | crm_simulate --simulate --xml-pipe --output-as xml >/dev/null")


class Quiet:
    """A listener that keeps the lab's progress to itself."""

    def hear(self, event: object) -> None:
        """Take one event."""


def measured(count: int, patience: float, runs: int) -> dict[str, object]:
    """Make the cluster with squid alone, add the services by hakit, take them out, and add them by pcs.

    hakit does it `runs` times, pcs twice, since it takes a quarter of an hour: without waiting before the end, and waiting
    for each for up to `patience` seconds altogether.
    """
    Lab.down(NAME)
    lab = Lab.up(NAME, Quiet(), release=Release.BOOKWORM)
    try:
        stock.wait_settled(lab)
        stock.install_template(lab)
        _hakit(lab, "bootstrap", 0, "--yes")
        began = os.getloadavg()[1]
        plan = _hakit(lab, "plan", count, code=1)
        by_hakit, simulated = zip(*(_added(lab, count) for _ in range(runs)), strict=True)
        hasty = _hasty(lab, count)
        by_pcs = _by_pcs(lab, count, patience)
        return {
            "services": count,
            "hakit": by_hakit,
            "plan": round(plan, 2),
            "crm_simulate": min(simulated),
            "pcs": by_pcs,
            "hasty": round(hasty, 2),
            "load": [round(began, 1), round(os.getloadavg()[1], 1)],
        }
    finally:
        Lab.down(NAME)


def _added(lab: Lab, count: int) -> tuple[float, float]:
    """Give the seconds of an apply, and of crm_simulate with what runs then; the services are taken out again."""
    seconds = _hakit(lab, "apply", count, "--yes")
    stock.wait_started(lab, count + 1)
    sys.stderr.write(f"{count} services, hakit: {seconds:.1f} s\n")
    start = time.monotonic()
    stock.on(lab, "qsp-a", *_SIMULATE)
    simulated = time.monotonic() - start
    _hakit(lab, "apply", 0, "--yes")
    stock.on(lab, "qsp-a", "crm_resource", "--wait")  # the next one shall not wait for what is still to be stopped
    return round(seconds, 2), round(simulated, 2)


def _hasty(lab: Lab, count: int) -> float:
    """Give the seconds until all run that are created without waiting; they are taken out again."""
    stock.on(lab, "qsp-a", *_KEEP)
    start = time.monotonic()
    for number in range(1, count + 1):
        _service(lab, number, wait=False)
    stock.on(lab, "qsp-a", "crm_resource", "--wait")
    stock.wait_started(lab, count + 1)
    seconds = time.monotonic() - start
    sys.stderr.write(f"{count} services, pcs without waiting: {seconds:.1f} s\n")
    stock.on(lab, "qsp-a", "cibadmin", "--replace", "--scope", "resources", "--xml-file", _COPY)
    stock.on(lab, "qsp-a", "crm_resource", "--wait")
    return seconds


def _service(lab: Lab, number: int, *, wait: bool) -> None:
    stock.service(lab, f"s{number}", f"192.168.233.{20 + number}", f"bench@{number}", wait=wait)


def _by_pcs(lab: Lab, count: int, patience: float) -> list[float]:
    """Give the seconds of each service."""
    each: list[float] = []
    while len(each) < count and sum(each) < patience:
        start, number = time.monotonic(), len(each) + 1
        _service(lab, number, wait=True)
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
