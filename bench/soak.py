"""Random faults for an hour, one after the other, while a client keeps a log of every answer; every one is audited.

    python3 bench/soak.py [--minutes 60] [--seed 1] [--faults 0] [--fenced]

The seed decides the order: the same seed does the same faults again. Needs root. Adds the run to bench/results/soak.json, in the place of an
earlier one of the same seed and setup, and writes soak.md; the whole record, with every answer, goes to a folder of --record.
Ends with 1 when an audit was not content.
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
from hakit.lab.lab import Lab, Safety
from hakit.lab.recipe import Release
from hakit.model.fencing import advance
from hakit.report.outage import loss
from hakit.report.record import Trial
from hakit.report.verdict import Verdict, verdict

RESULTS = Path(__file__).parent / "results"
# What can't be done in containers, or tears a cluster without fencing apart, has no place in a run that must stay whole.
NOT_HERE = frozenset({"clock-jump"})
ONLY_FENCED = frozenset({"rings-lost", "node-frozen", "corosync-killed"})
# What makes one run another one than the next.
KEYS = ("setup", "release", "seed")
USUAL = {"run": "cold", "timing": "fast", "release": "bookworm"}


def order(seed: int, *, fenced: bool) -> random.Random:
    """Give the dice; what is thrown depends on the seed and on whether there is fencing."""
    return random.Random(f"{seed} {fenced}")  # noqa: S311 - no secret


def soak(lab: Lab, spec: Path, chosen: argparse.Namespace) -> tuple[list[Trial], list[str]]:
    """Do faults until the time is up, or so many are done. Whole at the end, or HakitError."""
    cluster = specs.read(spec)
    means = Means(door(cluster, lab.ssh_config), SystemClock(), Teller())
    wish = Wish("", "", None, "", 0.05, None, Consent())
    staged = drilling.staged(cluster, means, wish, lab.ssh_config)
    dice = order(chosen.seed, fenced=chosen.fenced)
    left_out = NOT_HERE if chosen.fenced else NOT_HERE | ONLY_FENCED
    usable = [fault for fault in FAULTS if fault.name not in left_out]
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


def summary(
    trials: list[Trial], broken: list[str], chosen: argparse.Namespace, setup: Hakit, began: float
) -> dict[str, Any]:
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
        "machine": described(), "release": chosen.release, "seed": chosen.seed, "setup": setup.name, "title": setup.title,
        "began": time.strftime("%Y-%m-%d %H:%M", time.gmtime(began)), "minutes": round((time.time() - began) / 60),
        "options": options(chosen), "faults": len(done), "skipped": len(trials) - len(done),
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


def options(chosen: argparse.Namespace) -> list[str]:
    """Give the options that choose a setup other than the usual one."""
    more = [
        word
        for name, value in USUAL.items()
        if (said := getattr(chosen, name)) != value
        for word in (f"--{name}", said)
    ]
    return [*more, *(["--fenced"] if chosen.fenced else [])]


def kept(runs: list[dict[str, Any]], said: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the runs with this one, in the place of an earlier one of its kind."""
    others = [run for run in runs if any(run[key] != said[key] for key in KEYS)]
    return sorted([*others, said], key=lambda run: str(run["began"]))


def page(runs: list[dict[str, Any]]) -> str:
    """Give the page."""
    faults, wrong = (
        sum(count) for count in zip(*((run["faults"], len(run["violations"])) for run in runs), strict=True)
    )
    times = "one run" if len(runs) == 1 else f"{len(runs)} runs"
    head = f"**{faults} faults in {times}, {wrong} audit violations.**"
    return "\n".join(
        ["# Soak: random faults, one after the other", "", head, "", *(line for run in runs for line in part(run))]
    )


def part(run: dict[str, Any]) -> list[str]:
    """Give a run's part of the page."""
    rows = [
        f"| {name} | {each['times']} | {each['worst']} | {each['not_back']} |" for name, each in run["by_fault"].items()
    ]
    wrong = [f"- {each}" for key in ("violations", "broken", "errors") for each in run[key]]
    words = ["--seed", str(run["seed"]), "--minutes", f"{run['minutes']:g}", *run["options"]]
    return [
        f"## {run['title']}: {run['faults']} faults in {run['minutes']:g} minutes",
        "",
        f"{run['machine']}; lab of two Debian nodes, release {run['release']}; {run['began']} UTC.",
        f"Rerun: `.venv/bin/python bench/soak.py {' '.join(words)}`.",
        "",
        f"A client asked {run['questions']} times; {run['unanswered']} questions went unanswered.",
        f"Audit violations: {len(run['violations'])}. Verdicts: {', '.join(f'{count} {word}' for word, count in run['verdicts'].items())}.",
        "",
        "| fault | times | worst outage in s | no answer before healing |",
        "|---|---|---|---|",
        *rows,
        "",
        *(["What was wrong:", "", *wrong, ""] if wrong else []),
    ]


def main() -> int:
    """Run it and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--faults", type=int, default=0, help="end after so many; 0: only by time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--run", default=USUAL["run"], choices=("cold", "hot"))
    parser.add_argument("--timing", default=USUAL["timing"], choices=("fast", "normal"))
    parser.add_argument(
        "--fenced", action="store_true", help="with power switches, and so with the faults that need fencing"
    )
    parser.add_argument("--release", default=USUAL["release"], choices=[release.value for release in Release])
    parser.add_argument("--record", default="soak-record", help="folder for the whole record")
    parser.add_argument("--output", default=str(RESULTS), help="folder of soak.json and soak.md")
    parser.add_argument("--report", action="store_true", help="only print the page of the runs that there are")
    chosen = parser.parse_args()
    file = Path(chosen.output) / "soak.json"
    if chosen.report:
        sys.stdout.write(page(json.loads(file.read_text())))
        return 0
    # The default advance of the node with the service, as every cluster of two has it that is fenced.
    setup = Hakit(chosen.run, chosen.timing, advance=advance(2) if chosen.fenced else None)
    name = f"soak-{chosen.seed}{'-fenced' if chosen.fenced else ''}"
    Lab.down(name)
    try:
        lab = Lab.up(name, Teller(), release=Release(chosen.release), safety=Safety(fencing=chosen.fenced))
        spec = lab.spec.with_name("soak.yaml")
        spec.write_text(setup.spec(lab))
        setup.make(lab)
        began = time.time()
        trials, broken = soak(lab, spec, chosen)
        said = summary(trials, broken, chosen, setup, began)
    except subprocess.TimeoutExpired as error:
        raise SystemExit(str(error)) from error
    finally:
        Lab.down(name)
    runs = kept(json.loads(file.read_text()) if file.exists() else [], said)
    file.write_text(json.dumps(runs, indent=1) + "\n")
    file.with_suffix(".md").write_text(page(runs))
    sys.stdout.write("\n".join(part(said)))
    return 1 if said["violations"] or said["broken"] or Verdict.FAILED.value in said["verdicts"] else 0


if __name__ == "__main__":
    sys.exit(main())
