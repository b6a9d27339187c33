"""What a client loses: stock pcs, keepalived, and hakit cold and hot, on the same lab nodes, in turn.

    python3 bench/bench_failover.py [--repeat 5] [--only killed,power] [--setups stock,hakit-cold-fast] [--fresh | --again] [--report]

Each setup is made once from bare nodes and its disks are kept; every round boots each setup from its own disks and does all
faults. What was measured is kept after each fault, so a run that was stopped goes on where it was; --fresh begins anew, --again
only the chosen faults of all setups, and --report only writes the page. Needs root. Writes bench/results/failover.json and .md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import disks
import failover_cost
import failover_report
from failover_faults import FAULTS, Fault, of
from failover_setups import Setup, every
from failover_trial import Result, measure
from machine import described

from hakit.core.errors import HakitError
from hakit.lab.lab import Lab, Safety
from hakit.lab.recipe import Release

RESULTS = Path(__file__).parent / "results"
NAME = "bench-failover"
# About how long making a setup from bare nodes, and booting one from its kept disks, take in seconds, for the estimate.
MAKING = {"stock": 95.0, "stock-ping": 110.0, "keepalived": 45.0}
OURS, BOOTING = 60.0, 30.0
# What the slow ones really wait: the stock monitor looks every 60 s, and what never comes back is waited for to the limit.
WAITS = {
    ("stock", "killed"): 60.0,
    ("stock", "hung"): 32.0,
    ("stock", "clients"): 32.0,
    ("stock-ping", "clients"): 32.0,
}


class Teller:
    """Tells of the lab's long steps."""

    def hear(self, event: object) -> None:
        """Take one event."""
        text = getattr(event, "text", "")
        if text:
            tell(str(text))


def tell(text: str) -> None:
    """Say it with the time."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def estimate(setups: Iterable[Setup], faults: list[Fault], repeat: int) -> float:
    """Say about how many seconds it takes on two quiet cores."""
    total = 0.0
    for setup in setups:
        one = sum(WAITS.get((setup.name, fault.name), fault.seconds) for fault in of(setup, faults))
        total += MAKING.get(setup.name, OURS) + repeat * (BOOTING + one)
    return total


class Bench:
    """The run: what is wanted, and what has been measured so far."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.chosen = chosen
        self.file = Path(chosen.output) / "failover.json"
        self.raw = self.load()
        self.used = False

    def load(self) -> dict[str, Any]:
        """Take up what an earlier run measured, unless it is to begin anew or was another kind of run."""
        fresh = {
            "machine": described(), "release": self.chosen.release, "every": self.chosen.every / 1000,
            "began": time.strftime("%Y-%m-%d %H:%M", time.gmtime()), "results": [], "unfit": {}, "cost": None,
        }  # fmt: skip
        if self.chosen.fresh or not self.file.exists():
            return fresh
        kept: dict[str, Any] = json.loads(self.file.read_text())
        same = all(kept.get(key) == fresh[key] for key in ("release", "every"))
        return kept if same else fresh

    def forget(self, faults: list[Fault]) -> None:
        """Forget what all setups lost in these faults, which are to be measured again, together."""
        names = [fault.name for fault in faults]
        self.raw["results"] = [each for each in self.raw["results"] if each["fault"] not in names]
        self.raw.setdefault("again", {}).update(dict.fromkeys(names, time.strftime("%Y-%m-%d %H:%M", time.gmtime())))

    def save(self) -> None:
        """Keep everything, and write the page."""
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(self.raw, indent=1) + "\n")
        draft.replace(self.file)
        self.file.with_suffix(".md").write_text(failover_report.page(self.raw))

    def done(self, setup: Setup, fault: Fault) -> int:
        """Say how often it was measured already."""
        return len(failover_report.spans(self.raw["results"], setup.name, fault.name))

    def run(self, setups: list[Setup], faults: list[Fault]) -> None:
        """Measure in a lab without power switches, then in one with them what is fenced."""
        release = Release(self.chosen.release)
        for fenced in (False, True):
            here = [setup for setup in setups if setup.fenced is fenced]
            if not here:
                continue
            Lab.down(NAME)
            try:
                # A root file system with power switches' agents takes no more packages.
                more = () if fenced else ("keepalived",)
                lab = Lab.up(NAME, Teller(), release=release, safety=Safety(fencing=fenced), more=more)
                self.turns(lab, here, faults)
            finally:
                Lab.down(NAME)

    def turns(self, lab: Lab, setups: list[Setup], faults: list[Fault]) -> None:
        """Make each setup once, then take turns until all was measured often enough."""
        made: set[str] = set()
        self.used = False
        for number in range(self.chosen.repeat):
            for setup in setups:
                left = [fault for fault in of(setup, faults) if self.done(setup, fault) <= number]
                if left and self.ready(lab, setup, made):
                    tell(f"round {number + 1} of {self.chosen.repeat}: {setup.name}")
                    self.faults(lab, setup, left)
        if self.raw["cost"] is None and made and not self.chosen.no_cost:
            self.cost(lab, next(each for each in setups if each.name in made))

    def ready(self, lab: Lab, setup: Setup, made: set[str]) -> bool:
        """Make the setup or boot it from its disks; False when it can't be made here."""
        if setup.name in self.raw["unfit"]:
            return False
        if setup.name in made:
            disks.put_back(lab, setup.name)
            return True
        if self.used:
            lab.reset(Teller())
        self.used = True
        why = setup.unfit(lab)
        if why:
            tell(f"{setup.name} is left out: {why}")
            self.raw["unfit"][setup.name] = why
            self.save()
            return False
        start = time.monotonic()
        setup.make(lab)
        setup.wait(lab)
        tell(f"{setup.name} made in {time.monotonic() - start:.0f} s")
        disks.keep(lab, setup.name)
        disks.put_back(lab, setup.name)
        made.add(setup.name)
        return True

    def faults(self, lab: Lab, setup: Setup, faults: list[Fault]) -> None:
        """Do the faults; after one that could not be measured the setup is booted anew."""
        for fault in faults:
            start = time.monotonic()
            try:
                result = measure(lab, setup, fault, every=self.raw["every"])
            except (HakitError, TimeoutError, SystemExit, OSError) as error:
                words = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
                result = Result(setup.name, fault.name, 0.0, 0.0, back=False, questions=0, active="", error=words)
                disks.put_back(lab, setup.name)
            self.raw["results"].append(result.plain())
            self.save()
            words = result.error or f"{'' if result.back else 'no answer within '}{result.seconds:.2f} s"
            tell(f"  {setup.name}, {fault.title}: {words} (took {time.monotonic() - start:.0f} s)")

    def cost(self, lab: Lab, setup: Setup) -> None:
        """Measure what the measuring costs."""
        disks.put_back(lab, setup.name)
        setup.wait(lab)
        self.raw["cost"] = failover_cost.measure(lab, every=self.raw["every"], seconds=self.chosen.cost_seconds)
        self.save()


def main() -> None:
    """Measure and write the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--only", default="", help=f"faults: {', '.join(fault.name for fault in FAULTS)}")
    options.add_argument("--setups", default="", help=f"setups: {', '.join(setup.name for setup in every())}")
    options.add_argument("--every", type=int, default=50, help="milliseconds between two questions")
    options.add_argument("--release", default="bookworm", choices=[release.value for release in Release])
    options.add_argument("--output", default=str(RESULTS), help="folder of failover.json and failover.md")
    options.add_argument("--fresh", action="store_true", help="forget what was measured before")
    options.add_argument("--again", action="store_true", help="forget what was measured before of the chosen faults")
    options.add_argument("--no-cost", action="store_true", help="leave the measuring's own cost out")
    options.add_argument("--cost-seconds", type=float, default=60.0)
    options.add_argument(
        "--report", action="store_true", help="write the page from what was measured, and measure nothing"
    )
    chosen = options.parse_args()
    setups = [each for each in every() if not chosen.setups or each.name in chosen.setups.split(",")]
    faults = [each for each in FAULTS if not chosen.only or each.name in chosen.only.split(",")]
    bench = Bench(chosen)
    if chosen.again:
        bench.forget(faults)
    if not chosen.report:
        tell(
            f"about {estimate(setups, faults, chosen.repeat) / 60:.0f} min on two quiet cores, if nothing was measured before"
        )
        bench.run(setups, faults)
    bench.save()
    sys.stdout.write(failover_report.page(bench.raw))


if __name__ == "__main__":
    main()
