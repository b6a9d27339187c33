"""How hakit grows with the number of services and of nodes, and what a plan and an apply cost beside Pacemaker's own tools.

    python3 bench/bench_scale.py [--services 10 100 500 1000] [--nodes 2 8 16 32] [--runs 3] [--apply 50]

Needs root: `crm_simulate` is that of a Debian release, and services are added to a cluster of two nodes in the lab. What
hakit does by itself is told in processor time, which a busy machine changes little; of several runs the quickest counts.
Writes bench/results/scale.json and .md; `--only` measures a part and keeps the rest, `--report` prints the page again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import scale_apply
import scale_cluster
import scale_report
from machine import described

HERE = Path(__file__).parent
RAW, PAGE = HERE / "results" / "scale.json", HERE / "results" / "scale.md"
RELEASE = "bookworm"
PARTS = ("check", "render-cib", "plan", "apply")


def spec(services: int, nodes: int) -> str:
    """Write a spec of that size."""
    lines = ["cluster: scale", "nodes:"]
    lines += [f"  n{n:02}: {{ rings: [10.1.0.{n}/16, 10.2.0.{n}/16] }}" for n in range(1, nodes + 1)]
    lines += ['fencing: { none: "a measurement" }', "services:"]
    lines += [
        f"  s{n:04}: {{ unit: bench@{n}.service, vip: 10.1.{10 + n // 200}.{1 + n % 200}/16 }}"
        for n in range(1, services + 1)
    ]
    return "\n".join(lines) + "\n"


def turn(*argv: str, code: int = 0) -> tuple[float, float]:
    """Run Python with these arguments; give its processor seconds and the most memory that it held, in MB."""
    starter = (sys.executable, "-I", "-S", str(HERE / "turn.py"))
    done = subprocess.run((*starter, sys.executable, *argv), capture_output=True, text=True, check=True)
    ended, seconds, memory = done.stdout.split()
    if int(ended) != code:
        raise SystemExit(f"{' '.join(argv)} ended with {ended}")
    return float(seconds), float(memory)


def alone(command: str, services: int, nodes: int, runs: int) -> dict[str, object]:
    """Measure a command that asks nobody."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "hakit.yaml")
        file.write_text(spec(services, nodes))
        turns = [turn("-m", "hakit", command, str(file)) for _ in range(runs)]
    return _row(command, services, nodes, turns)


def plan(services: int, nodes: int, runs: int) -> dict[str, object]:
    """Measure a plan of one more service, and `crm_simulate` with the CIB that it would bring, in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, answers, kit = folder / "hakit.yaml", folder / "answers", scale_cluster.tools(folder, RELEASE)
        file.write_text(spec(services + 1, nodes))
        scale_cluster.prepare(spec(services, nodes), file.read_text(), kit, answers)
        program = str(HERE / "scale_plan.py")
        turns, simulated, decided = [], [], []
        for _ in range(runs):
            turns.append(turn(program, str(answers), str(file), code=1))  # 1: there are changes
            simulated.append(round(scale_cluster.simulate(kit, "--simulate"), 3))
            decided.append(round(scale_cluster.simulate(kit, "--run"), 3))
    return {**_row("plan", services, nodes, turns), "crm_simulate": simulated, "decided": decided}


def _row(command: str, services: int, nodes: int, turns: list[tuple[float, float]]) -> dict[str, object]:
    seconds, memory = ([round(each, 3) for each in column] for column in zip(*turns, strict=True))
    sys.stderr.write(f"{command}, {services} services, {nodes} nodes: {seconds} s, {memory} MB\n")
    return {"command": command, "services": services, "nodes": nodes, "seconds": seconds, "memory": memory}


def main() -> None:
    """Measure and write the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--services", type=int, nargs="+", default=[10, 100, 500, 1000], help="with two nodes")
    options.add_argument("--nodes", type=int, nargs="+", default=[2, 8, 16, 32], help="with a hundred services")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--apply", type=int, default=100, help="how many services are added in the lab")
    options.add_argument("--patience", type=float, default=3600, help="seconds for pcs; the rest is reckoned")
    options.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="measure these, keep the rest")
    options.add_argument("--report", action="store_true", help="measure nothing")
    chosen = options.parse_args()
    raw = json.loads(RAW.read_text()) if RAW.exists() else {"rows": []}
    sizes = list(dict.fromkeys([*((count, 2) for count in chosen.services), *((100, count) for count in chosen.nodes)]))
    for part in () if chosen.report else chosen.only:
        if part == "apply":
            raw["apply"] = scale_apply.measured(chosen.apply, chosen.patience, chosen.runs)
        else:
            rows = [
                plan(*size, chosen.runs) if part == "plan" else alone(part, *size, chosen.runs)
                for size in sorted(sizes)
            ]
            raw["rows"] = [*(row for row in raw["rows"] if row["command"] != part), *rows]
        raw |= {"machine": described(), "release": RELEASE, "load": round(os.getloadavg()[1], 1)}
        RAW.write_text(json.dumps(raw, indent=1) + "\n")
    page = "\n".join(scale_report.lines(raw))
    if not chosen.report:
        PAGE.write_text(page)
    sys.stdout.write(page)


if __name__ == "__main__":
    main()
