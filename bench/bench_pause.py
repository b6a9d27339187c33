"""How long may a node stand still before the other one takes it for dead? As when a hypervisor takes a snapshot of it.

    python3 bench/bench_pause.py [--setups keepalived hakit-cold-normal hakit-cold-fast] [--repeat 5] [--most 6]

Freezes the active node (every process; its network card still answers) for longer and longer. For dead it was taken by
keepalived when the other node has the virtual IP, and by Corosync when its log there says that a member left: with fencing
that member would be reset. Here nobody is. Needs root. Writes bench/results/pause.json and .md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from bench_failover import Teller
from failover_setups import NODES, VIP, Pacemaker, Setup, every, said
from machine import described

from hakit.core import Command
from hakit.lab.lab import Lab
from hakit.lab.recipe import Release
from hakit.run import machine

RESULTS = Path(__file__).parent / "results"
NAME = "bench-pause"
STEP = 0.5
# What a takeover that has begun may still take, in seconds.
AFTER = 3.0


def holds(lab: Lab, node: str) -> bool:
    """Ask the kernel for the address, in the node's network: the node itself may stand still."""
    argv = ("ip", "-netns", lab.layout.unit(node), "-brief", "address")
    return f" {VIP}/" in machine.run(Command(argv)).stdout


def taken(lab: Lab, setup: Setup, seconds: float) -> bool:
    """Let the active node stand still for so long, and say whether the other one took it for dead."""
    active = setup.wait(lab)
    (other,) = set(NODES) - {active}
    since, start, seen = time.time(), time.monotonic(), False
    lab.freeze(active)
    try:
        while (passed := time.monotonic() - start) < seconds:
            # keepalived gives the address back as soon as the one that it belongs to speaks again.
            seen = seen or holds(lab, other)
            time.sleep(max(0.0, min(0.02, seconds - passed)))
    finally:
        lab.thaw(active)
    paused = time.monotonic() - start
    while not seen and time.monotonic() - start < paused + AFTER:
        seen = left(lab, other, since) if isinstance(setup, Pacemaker) else holds(lab, other)
        time.sleep(0.02)
    sys.stderr.write(
        f"{setup.name}: {active} stood still for {paused:.2f} s: {'taken for dead' if seen else 'nothing'}\n"
    )
    return seen


def left(lab: Lab, node: str, since: float) -> bool:
    """Ask the node's journal whether Corosync has lost a member; `since` is a Unix time."""
    return "Members left:" in said(lab, node, "journalctl", "--unit=corosync", "--output=cat", f"--since=@{since:.3f}")


def row(lab: Lab, setup: Setup, repeat: int, most: float) -> dict[str, Any]:
    """Make the setup and pause its active node for longer and longer, until it is taken for dead each time."""
    setup.make(lab)
    pauses: dict[str, int] = {}
    for number in range(2, int(most / STEP) + 1):
        pauses[f"{number * STEP:.1f}"] = count = sum(taken(lab, setup, number * STEP) for _ in range(repeat))
        if count == repeat:
            break
        setup.tidy(lab)
    return {"setup": setup.name, "title": setup.title, "repeat": repeat, "taken": pauses}


def page(said: dict[str, Any]) -> str:
    """Give the page."""
    lengths = sorted({length for one in said["setups"] for length in one["taken"]}, key=float)
    return "\n".join(
        [
            "# A node that stands still",
            "",
            f"{said['machine']}; lab of two Debian nodes, release {said['release']}; {said['began']} UTC.",
            "How many pauses of the active node had it taken for dead. Rerun: `make bench-pause`.",
            "",
            f"| setup | {' | '.join(f'{length} s' for length in lengths)} |",
            f"|---|{'---|' * len(lengths)}",
            *(
                f"| {one['title']} | "
                + " | ".join(
                    f"{one['taken'][each]} of {one['repeat']}" if each in one["taken"] else "" for each in lengths
                )
                + " |"
                for one in said["setups"]
            ),
            "",
        ]
    )


def main() -> None:
    """Run it and write the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = {each.name: each for each in every() if not each.fenced and not each.faults}
    usual = ["keepalived", "hakit-cold-normal", "hakit-cold-fast"]
    options.add_argument("--setups", nargs="+", choices=list(known), default=usual)
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--most", type=float, default=6, help="the longest pause that is tried, in seconds")
    options.add_argument("--release", default="bookworm", choices=[release.value for release in Release])
    options.add_argument("--output", default=str(RESULTS), help="folder of pause.json and pause.md")
    chosen = options.parse_args()
    said: dict[str, Any] = {
        "machine": described(), "release": chosen.release, "setups": [],
        "began": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
    }  # fmt: skip
    Lab.down(NAME)
    try:
        lab = Lab.up(NAME, Teller(), release=Release(chosen.release), more=("keepalived",))
        for number, name in enumerate(chosen.setups):
            if number:
                lab.reset(Teller())
            said["setups"].append(row(lab, known[name], chosen.repeat, chosen.most))
    finally:
        Lab.down(NAME)
    (Path(chosen.output) / "pause.json").write_text(json.dumps(said, indent=1) + "\n")
    (Path(chosen.output) / "pause.md").write_text(page(said))
    sys.stdout.write(page(said))


if __name__ == "__main__":
    main()
