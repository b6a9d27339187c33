"""Is a starved node taken for a dead one? Endless loops on both nodes for minutes, while a client asks and logs tell.

    python3 bench/bench_starved.py [--minutes 10] [--setups hakit-hot-normal hakit-hot-fast] [--release bookworm]

Counts what must not happen: failed operations, moves and restarts of the service, members that Corosync thinks lost. Needs
root. Writes bench/results/starved.json and .md. Ends with 1 when anything of that was seen.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench_failover import Teller
from failover_setups import Hakit, every
from machine import described

from hakit import spec as specs
from hakit.apply.operating.reins import Means
from hakit.cli import drilling
from hakit.cli.door import door
from hakit.cli.drilling import Wish
from hakit.core import SystemClock
from hakit.drill.faults.cpu_starved import EACH, CpuStarved
from hakit.drill.scene import Consent
from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from hakit.report.outage import loss
from hakit.report.record import Kind, Trial

RESULTS = Path(__file__).parent / "results"
NAME = "bench-starved"
ASKED_EVERY = 0.05
# Each of these is a step of a failover, or of a restart that nobody asked for.
STEPS = (Kind.NOTICED, Kind.STOPPING, Kind.STARTING, Kind.FENCED)


def starved(minutes: float) -> CpuStarved:
    """Give the drill's own fault, looked at for so long."""

    class Long(CpuStarved):
        watch = 60 * minutes

    return Long()


def trial(lab: Lab, setup: Hakit, minutes: float) -> Trial:
    """Make the setup, starve it and look on."""
    setup.make(lab)
    setup.wait(lab)
    file = lab.spec.with_name("starved.yaml")
    file.write_text(setup.spec(lab))
    cluster = specs.read(file)
    means = Means(door(cluster, lab.ssh_config), SystemClock(), Teller())
    wish = Wish("", "", None, "", ASKED_EVERY, None, Consent(frozenset({CpuStarved.name})))
    with drilling.staged(cluster, means, wish, lab.ssh_config).drill as drill:
        return drill.trial(starved(minutes))


def summary(setup: Hakit, seen: Trial) -> dict[str, Any]:
    """Say what came of it as plain data."""
    during = [mark for mark in seen.marks if seen.injected <= mark.when <= seen.healed]
    asked = [each for each in seen.answers if seen.injected <= each.asked <= seen.healed]
    waits = sorted(each.ended - each.asked for each in asked if each.ok)
    return {
        "setup": setup.name, "title": setup.title, "seconds": round(seen.healed - seen.injected),
        "skipped": seen.skipped, "error": seen.error,
        "steps": dict(Counter(mark.kind.value for mark in during if mark.kind in STEPS)),
        "words": [f"{mark.node}: {mark.words}" for mark in during if mark.kind in STEPS][:20],
        "holders": sorted({sample.node for sample in seen.samples if sample.vip}),
        "audits": [f"{each.audit}: {each.words}" for each in seen.audits if not each.ok],
        "asked": len(asked), "unanswered": sum(not each.ok for each in asked),
        "longest_without": round(loss(seen).longest, 2),
        "median_answer_ms": round(1000 * waits[len(waits) // 2], 1) if waits else None,
        "slowest_answer_ms": round(1000 * waits[-1], 1) if waits else None,
    }  # fmt: skip


def false_alarms(one: dict[str, Any]) -> int:
    """Count what must not happen."""
    return sum(one["steps"].values()) + len(one["audits"]) + max(0, len(one["holders"]) - 1) + bool(one["error"])


def page(said: dict[str, Any]) -> str:
    """Give the page."""
    rows = [
        f"| {one['title']} | {one['seconds']} s | **{false_alarms(one)}** | {one['unanswered']} of {one['asked']} |"
        f" {one['longest_without']} s | {one['median_answer_ms']} ms | {one['slowest_answer_ms']} ms |"
        for one in said["setups"]
    ]
    wrong = [
        f"- {one['title']}: {each}"
        for one in said["setups"]
        for each in (*one["audits"], *one["words"], *filter(None, (one["error"], one["skipped"])))
    ]
    return "\n".join(
        [
            "# Starved of processor time",
            "",
            f"{said['machine']}; lab of two Debian nodes, release {said['release']}; {said['began']} UTC. On each node",
            f"{said['loops']} endless loops run beside the cluster, and all nodes of the lab share the machine's processors.",
            "Rerun: `make bench-starved`.",
            "",
            "| setup | starved for | false alarms | questions without an answer | longest without | median answer | slowest answer |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            "A false alarm is a failed operation, a stop or start of the service, a member thought lost, or an audit's complaint.",
            "",
            *(["## What was seen", "", *wrong, ""] if wrong else []),
        ]
    )


def main() -> int:
    """Run it and write the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = {each.name: each for each in every() if isinstance(each, Hakit)}
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--setups", nargs="+", choices=list(known), default=["hakit-hot-normal", "hakit-hot-fast"])
    options.add_argument("--release", default="bookworm", choices=[release.value for release in Release])
    options.add_argument("--output", default=str(RESULTS), help="folder of starved.json and starved.md")
    chosen = options.parse_args()
    said: dict[str, Any] = {
        "machine": described(), "release": chosen.release, "loops": EACH * (os.cpu_count() or 1),
        "began": time.strftime("%Y-%m-%d %H:%M", time.gmtime()), "setups": [],
    }  # fmt: skip
    Lab.down(NAME)
    try:
        lab = Lab.up(NAME, Teller(), release=Release(chosen.release))
        for number, name in enumerate(chosen.setups):
            if number:
                lab.reset(Teller())
            said["setups"].append(summary(known[name], trial(lab, known[name], chosen.minutes)))
    finally:
        Lab.down(NAME)
    (Path(chosen.output) / "starved.json").write_text(json.dumps(said, indent=1) + "\n")
    (Path(chosen.output) / "starved.md").write_text(page(said))
    sys.stdout.write(page(said))
    return 1 if any(false_alarms(one) for one in said["setups"]) else 0


if __name__ == "__main__":
    sys.exit(main())
