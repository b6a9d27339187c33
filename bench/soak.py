"""Random faults for an hour, one after the other, while a client keeps a log of every answer; every one is audited.

    python3 bench/soak.py [--minutes 60] [--seed 1] [--faults 0] [--spec FILE]

The seed decides the order: the same seed does the same faults again. Needs root. Writes bench/results/soak.json and .md, and
the whole record, with every answer, to a folder of --record. Ends with 1 when an audit was not content.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench_failover import Teller, tell
from failover_setups import Hakit
from machine import described

from hakit import spec as specs
from hakit.apply.operating.reins import Means
from hakit.cli import drilling
from hakit.cli.door import door
from hakit.cli.drilling import Wish
from hakit.cli.reporting import Keeper
from hakit.core import HakitError, SystemClock
from hakit.drill.faults.every import FAULTS
from hakit.drill.scene import Consent
from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from hakit.report.outage import loss
from hakit.report.record import Trial
from hakit.report.verdict import verdict

RESULTS = Path(__file__).parent / "results"
NAME = "bench-soak"
# What tears a cluster without fencing apart, or can't be done in containers, has no place in a run that must stay whole.
LEFT_OUT = frozenset({"rings-lost", "node-frozen", "corosync-killed", "clock-jump"})


def order(seed: int, fenced: bool) -> random.Random:  # noqa: FBT001 - one decision
    """Give the dice; what is thrown depends on the seed alone."""
    return random.Random(f"{seed} {fenced}")  # noqa: S311 - no secret


def soak(lab: Lab, spec: Path, chosen: argparse.Namespace) -> tuple[list[Trial], list[str]]:
    """Do faults until the time is up, or so many are done. Whole at the end, or HakitError."""
    cluster = specs.read(spec)
    means = Means(door(cluster, lab.ssh_config), SystemClock(), Teller())
    wish = Wish("", "", None, "", 0.05, None, Consent())
    staged = drilling.staged(cluster, means, wish, lab.ssh_config)
    dice = order(chosen.seed, fenced=False)
    usable = [fault for fault in FAULTS if fault.name not in LEFT_OUT]
    end = time.monotonic() + 60 * chosen.minutes
    trials: list[Trial] = []
    broken: list[str] = []
    with Keeper(Path(chosen.record), staged.record) as keeper, staged.drill as drill:
        while time.monotonic() < end and (not chosen.faults or len(trials) < chosen.faults):
            fault = dice.choice(usable)
            try:
                trial = drill.trial(fault)
            except HakitError as error:
                broken.append(f"{len(trials) + 1}, {fault.name}: {error.message.splitlines()[0]}")
                tell(f"{len(trials) + 1}: {fault.name}: {error.message}")
                break
            trials.append(trial)
            keeper.keep(trial)
            tell(f"{len(trials)}: {fault.title} on {trial.node}: {verdict(trial)}, outage {loss(trial).longest:.2f} s")
    return trials, broken


def summary(trials: list[Trial], broken: list[str], chosen: argparse.Namespace, spec: str) -> dict[str, Any]:
    """Sum it up as plain data."""
    done = [trial for trial in trials if not trial.skipped]
    violations = [
        f"{number}, {trial.fault} on {trial.node}: {each.audit}: {each.words}"
        for number, trial in enumerate(trials, 1)
        for each in trial.audits
        if not each.ok
    ]
    counts = Counter(trial.fault for trial in done)
    return {
        "machine": described(), "release": chosen.release, "seed": chosen.seed, "spec": spec,
        "began": time.strftime("%Y-%m-%d %H:%M", time.gmtime()), "minutes": chosen.minutes,
        "faults": len(done), "skipped": len(trials) - len(done),
        "questions": sum(len(trial.answers) for trial in done),
        "unanswered": sum(not answer.ok for trial in done for answer in trial.answers),
        "violations": violations, "broken": broken,
        "errors": [f"{trial.fault}: {trial.error}" for trial in done if trial.error],
        "verdicts": dict(Counter(verdict(trial).value for trial in trials)),
        "by_fault": {
            name: {
                "times": times,
                "worst": round(max(loss(trial).longest for trial in done if trial.fault == name), 2),
                "not_back": sum(not loss(trial).back for trial in done if trial.fault == name),
            }
            for name, times in sorted(counts.items())
        },
    }  # fmt: skip


def page(said: dict[str, Any]) -> str:
    """Give the page."""
    rows = [
        f"| {name} | {each['times']} | {each['worst']} | {each['not_back']} |"
        for name, each in said["by_fault"].items()
    ]
    wrong = [f"- {each}" for key in ("violations", "broken", "errors") for each in said[key]]
    return "\n".join(
        [
            "# Soak: random faults, one after the other",
            "",
            f"{said['machine']}; lab of two Debian nodes, release {said['release']}; seed {said['seed']}; {said['began']} UTC.",
            f"Rerun: `make soak SEED={said['seed']}`.",
            "",
            f"**{said['faults']} faults, {len(said['violations'])} audit violations.** A client asked {said['questions']} times;",
            f"{said['unanswered']} questions went unanswered, all of them during outages. Verdicts: {said['verdicts']}.",
            "",
            "| fault | times | worst outage in s | no answer before healing |",
            "|---|---|---|---|",
            *rows,
            "",
            *(["## What was wrong", "", *wrong, ""] if wrong else []),
        ]
    )


def main() -> int:
    """Run it and write the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--faults", type=int, default=0, help="end after so many; 0: only by time")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--run", default="cold", choices=("cold", "hot"))
    options.add_argument("--timing", default="fast", choices=("fast", "normal"))
    options.add_argument("--release", default="bookworm", choices=[release.value for release in Release])
    options.add_argument("--record", default="soak-record", help="folder for the whole record")
    options.add_argument("--output", default=str(RESULTS), help="folder of soak.json and soak.md")
    chosen = options.parse_args()
    Lab.down(NAME)
    try:
        lab = Lab.up(NAME, Teller(), release=Release(chosen.release))
        setup = Hakit(chosen.run, chosen.timing)
        spec = lab.spec.with_name("soak.yaml")
        spec.write_text(setup.spec(lab))
        setup.make(lab)
        trials, broken = soak(lab, spec, chosen)
        said = summary(trials, broken, chosen, setup.spec(lab))
    except subprocess.TimeoutExpired as error:
        raise SystemExit(str(error)) from error
    finally:
        Lab.down(NAME)
    (Path(chosen.output) / "soak.json").write_text(json.dumps(said, indent=1) + "\n")
    (Path(chosen.output) / "soak.md").write_text(page(said))
    sys.stdout.write(page(said))
    return 1 if said["violations"] or said["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
