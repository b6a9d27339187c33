"""How soon a stale side of a volume has what it lacks: hakit's settings for DRBD and DRBD's own, alone and beside a writer.

    python3 bench/bench_resync.py [--repeat 3] | --report

In two virtual machines with DRBD. The standby is told to forget its data, and for some seconds it is seen how much it gets,
once while nothing else is done and once beside a program that writes and syncs without a pause on the other side, whose syncs
are counted. One way after the other, in turns. Needs root. Writes bench/results/resync.json and .md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench_failover import Teller
from bench_volume import KINDS, bootstrapped
from failover_setups import NODES, said
from machine import described
from stock import on

sys.path.insert(0, str(Path(__file__).parents[1]))

from hakit.lab import accelerator
from hakit.lab.lab import Lab
from hakit.lab.qemu import Accelerator
from hakit.lab.recipe import Release
from hakit.model.volume import PORT
from tests.vm.story import VOLUME

RESULTS = Path(__file__).parent / "results"
NAME = "bench-resync"
LIMIT = 120.0
# drbdsetup(8) of 8.4: what holds where nothing is said.
STOCK = ("--c-fill-target=50k", "--c-min-rate=250k", "--resync-rate=250k")
HURRY = ("--c-fill-target=10M", "--c-min-rate=1000M", "--c-max-rate=1000M")
WAYS = ("DRBD's own", "hakit's")
# Says how many bytes the other side got, in how many seconds, and how often a write was synced meanwhile.
LOOK = """\
import os, re, sys, time
def left():
    with open("/proc/drbd") as file:
        return int(re.search(r"oos:(\\d+)", file.read())[1])
writes = sys.argv[1] == "writing"
file = os.open("/srv/squid/writer", os.O_WRONLY | os.O_CREAT)
before, began, syncs = left(), time.monotonic(), 0
end = began + float(sys.argv[2])
while time.monotonic() < end and left():
    if writes:
        os.pwrite(file, b"x" * 100, 0)
        os.fsync(file)
        syncs += 1
    else:
        time.sleep(0.05)
print(1024 * (before - left()), time.monotonic() - began, syncs)
"""


def trial(lab: Lab, way: str, *, writing: bool, seconds: float) -> dict[str, Any]:
    """Measure once: MiB/s, and syncs in a second."""
    for node in NODES:
        if way == WAYS[0]:
            on(lab, node, "drbdsetup", "disk-options", str(PORT), *STOCK)
        else:
            on(lab, node, "drbdadm", "adjust", "squid")
    source = next(node for node in NODES if " ro:Primary/" in said(lab, node, "cat", "/proc/drbd"))
    (target,) = (node for node in NODES if node != source)
    on(lab, target, "drbdadm", "invalidate", "squid")
    words = said(lab, source, "python3", "-c", LOOK, "writing" if writing else "idle", str(seconds)).split()
    done, took, syncs = (float(word) for word in words)
    _whole(lab)
    return {"way": way, "writing": writing, "rate": done / took / (1 << 20), "syncs": syncs / took}


def _whole(lab: Lab) -> None:
    for node in NODES:
        on(lab, node, "drbdsetup", "disk-options", str(PORT), *HURRY)
    end = time.monotonic() + LIMIT
    while " ds:UpToDate/UpToDate " not in said(lab, NODES[0], "cat", "/proc/drbd"):
        if time.monotonic() > end:
            raise SystemExit(f"the sides are not alike within {LIMIT:.0f} s")
        time.sleep(0.5)
    for node in NODES:
        on(lab, node, "drbdadm", "adjust", "squid")


def page(said_: dict[str, Any]) -> str:
    """Give the page."""
    found = {
        (way, writing): [each for each in said_["trials"] if (each["way"], each["writing"]) == (way, writing)]
        for way in WAYS
        for writing in (False, True)
    }
    rate = {key: median(each["rate"] for each in trials) for key, trials in found.items()}
    syncs = {way: median(each["syncs"] for each in found[way, True]) for way in WAYS}
    rows = [
        f"| {way} | {rate[way, False]:.2f} MiB/s | {rate[way, True]:.2f} MiB/s | {syncs[way]:.0f} in a second |"
        for way in WAYS
    ]
    stock, ours = WAYS
    repeat = len(found[ours, True])
    return "\n".join(
        [
            "# A stale side catches up",
            "",
            f"{said_['machine']}; two virtual machines {KINDS[Accelerator(said_['kind'])]}; {said_['began']} UTC. Medians of {repeat}, each looked at",
            f"for {said_['seconds']:.0f} s or until all was there. Rerun: `python3 bench/bench_resync.py --repeat {repeat}`.",
            "",
            "| settings | alone | beside a writer | the writer's syncs |",
            "|---|---|---|---|",
            *rows,
            "",
            f"hakit's settings are {rate[ours, False] / rate[stock, False]:.1f} times as fast alone and {rate[ours, True] / rate[stock, True]:.0f} times beside a writer,",
            f"who gets {100 * syncs[ours] / syncs[stock]:.0f} % of the syncs that DRBD's own leave him.",
            "",
        ]
    )


def main() -> None:
    """Run it and write the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--seconds", type=float, default=8.0, help="how long each is looked at")
    options.add_argument("--output", default=str(RESULTS), help="folder of resync.json and resync.md")
    options.add_argument(
        "--report", action="store_true", help="print the page of what was measured, and measure nothing"
    )
    chosen = options.parse_args()
    if chosen.report:
        sys.stdout.write(page(json.loads((Path(chosen.output) / "resync.json").read_text())))
        return
    said_: dict[str, Any] = {
        "machine": described(), "seconds": chosen.seconds, "trials": [],
        "began": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
    }  # fmt: skip
    Lab.down(NAME)
    try:
        lab = Lab.up(NAME, Teller(), release=Release.BOOKWORM, vm=True)
        said_["kind"] = accelerator.remembered(lab.layout).value
        bootstrapped(lab, VOLUME)
        for _ in range(chosen.repeat):
            for writing in (False, True):
                for way in WAYS:
                    each = trial(lab, way, writing=writing, seconds=chosen.seconds)
                    said_["trials"].append(each)
                    sys.stderr.write(f"{each}\n")
    finally:
        Lab.down(NAME)
    (Path(chosen.output) / "resync.json").write_text(json.dumps(said_, indent=1) + "\n")
    (Path(chosen.output) / "resync.md").write_text(page(said_))
    sys.stdout.write(page(said_))


if __name__ == "__main__":
    main()
