"""How check and render-cib grow with the number of services and of nodes: processor time and memory of the whole command.

    python3 bench/bench_scale.py [--services 10 100 500 1000] [--nodes 2 8 16 32] [--runs 3]

Needs no root and no node. Of several runs the quickest counts: what is slower is the machine's doing. Prints a table;
what one service or node more costs should not rise with their number.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT = 600
COMMANDS = ("check", "render-cib")


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


def turn(command: str, file: Path) -> tuple[float, float]:
    """Run the command; give its processor seconds and the most memory that it held, in MB."""
    argv = (sys.executable, "-m", "hakit", command, str(file))
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"hakit {command} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--services", type=int, nargs="+", default=[10, 100, 500, 1000])
    options.add_argument("--nodes", type=int, nargs="+", default=[2, 8, 16, 32])
    options.add_argument("--runs", type=int, default=3)
    chosen = options.parse_args()
    sizes = [(count, 2) for count in chosen.services] + [(100, count) for count in chosen.nodes]
    print("| command | services | nodes | processor time | memory |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "hakit.yaml")
        for command in COMMANDS:
            for services, nodes in sizes:
                file.write_text(spec(services, nodes))
                turns = [turn(command, file) for _ in range(chosen.runs)]
                seconds, memory = (min(each) for each in zip(*turns, strict=True))
                print(f"| {command} | {services} | {nodes} | {seconds:.2f} s | {memory:.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
