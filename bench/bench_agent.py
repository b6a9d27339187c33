"""The quick-service agent against other agents and Pacemaker's own systemd support, side by side on nodes of one lab.

cost: one monitor of each agent, called in turn under real systemd. kills: from `kill -9` of the main process to the next
answer, in a cluster. hour: CPU of the monitors while nothing happens. turns: starts and stops through the cluster.

    python3 bench/bench_agent.py [--runs 20] [--rounds 60] [--seconds 124] [--release bookworm] [--only kills …]

Needs root. Writes bench/results/agent.json and .md; what --only leaves out stays as it was measured last. With --only and
nothing behind it the report is printed from the last results, and nothing is measured.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import agent_cost
import agent_recovery
import agent_report
from agent_node import load
from machine import described

from hakit.lab.lab import DEAF, Lab
from hakit.lab.recipe import Release

RAW = Path(__file__).parent / "results" / "agent.json"
NAME = "bench-agent"


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, help="kills of each")
    parser.add_argument("--rounds", type=int, default=60, help="calls of each agent's monitor")
    parser.add_argument("--seconds", type=float, default=124, help="of quiet for the CPU of an hour: two watches")
    parser.add_argument("--turns", type=int, default=10, help="starts and stops of each")
    parser.add_argument("--release", default="bookworm", choices=[release.value for release in Release])
    parser.add_argument("--only", nargs="*", choices=list(agent_report.PARTS), default=list(agent_report.PARTS))
    return parser.parse_args()


def parts(chosen: argparse.Namespace) -> dict[str, tuple[str, Callable[[Lab], None] | None, Callable[[Lab], object]]]:
    """Say per part what its numbers are, what its nodes are made into before, and how it is measured."""
    copies = agent_recovery.COPIES
    return {
        "cost": (
            f"Medians of {chosen.rounds} calls of each, in turn. CPU is that of the agent and all it starts, and systemd's own.",
            lambda lab: lab.reset(DEAF),
            lambda lab: agent_cost.measure(lab, chosen.rounds),
        ),
        "kills": (
            f"{chosen.runs} kills of each, in turn.",
            lambda lab: (lab.reset(DEAF), agent_recovery.form(lab))[1],
            lambda lab: agent_recovery.kills(lab, chosen.runs),
        ),
        "turns": (
            f"Medians of {chosen.turns} of each.",
            None if "kills" in chosen.only else lambda lab: (lab.reset(DEAF), agent_recovery.form(lab))[1],
            lambda lab: agent_recovery.turns(lab, chosen.turns),
        ),
        "hour": (
            f"Measured over {chosen.seconds:.0f} s in which nothing happened, with {copies} services of each.",
            lambda lab: (lab.reset(DEAF), agent_recovery.form_idle(lab))[1],
            lambda lab: agent_recovery.hour(lab, chosen.seconds),
        ),
    }


def measure(chosen: argparse.Namespace, results: dict[str, object]) -> None:
    """Measure part by part; each is kept as soon as it is there."""
    Lab.down(NAME)
    lab = Lab.up(NAME, DEAF, release=Release(chosen.release))
    try:
        for name, (words, prepare, take) in parts(chosen).items():
            if name not in chosen.only:
                continue
            sys.stderr.write(f"{name}\n")
            if prepare:
                prepare(lab)
            before = load()
            measured = take(lab)
            results[name] = {
                "machine": described(),
                "release": chosen.release,
                "load": [before, load()],
                "words": words,
                "measured": measured,
            }
            RAW.write_text(json.dumps(results, indent=1) + "\n")
            RAW.with_suffix(".md").write_text(agent_report.text(results))
    finally:
        Lab.down(NAME)


def main() -> None:
    """Measure and report."""
    chosen = options()
    results = json.loads(RAW.read_text()) if RAW.exists() else {}
    if chosen.only:
        measure(chosen, results)
    sys.stdout.write(agent_report.text(results))


if __name__ == "__main__":
    main()
