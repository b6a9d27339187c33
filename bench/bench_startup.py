"""How long hakit takes to start, against the smallest program that uses the same command line library.

Runs are interleaved, so that a slow moment of the machine meets all alike. Writes bench/results/startup.json and .md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from machine import described

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
HAKIT = str(Path(sys.executable).with_name("hakit"))
BASE = "python3 -c 'import click'"
COMMANDS = {
    BASE: (sys.executable, "-c", "import click"),
    "hakit --help": (HAKIT, "--help"),
    "hakit check examples/squid.yaml": (HAKIT, "check", "examples/squid.yaml"),
}
TARGETS = {"hakit --help": 3.0, "hakit check examples/squid.yaml": 6.0}


@dataclass(frozen=True)
class Row:
    """One command's median and fastest run in milliseconds, and its ratio to the base."""

    command: str
    median_ms: float
    fastest_ms: float
    ratio: float
    target: float | None

    @property
    def met(self) -> bool:
        """Whether the ratio is within the target."""
        return self.target is None or self.ratio <= self.target


def once(argv: tuple[str, ...]) -> float:
    """Run a command and return how long it took, in milliseconds."""
    # Bytecode is kept, as pip keeps it for an installed hakit; only the first, unmeasured run compiles.
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(
        argv, cwd=ROOT, env=env, check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return (time.perf_counter() - start) * 1000


def measure(runs: int) -> list[Row]:
    """Run every command once to warm the caches, then all of them in turn."""
    for argv in COMMANDS.values():
        once(argv)
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, argv in COMMANDS.items():
            taken[name].append(once(argv))
    base = statistics.median(taken[BASE])
    return [
        Row(name, round(statistics.median(times), 1), round(min(times), 1),
            round(statistics.median(times) / base, 2), TARGETS.get(name))
        for name, times in taken.items()
    ]  # fmt: skip


def table(rows: list[Row]) -> str:
    """Say the rows as a Markdown table."""
    lines = ["| command | median | fastest | against `import click` | target |", "|---|---|---|---|---|"]
    for row in rows:
        target = "" if row.target is None else f"at most {row.target:g}: {'met' if row.met else 'MISSED'}"
        lines.append(f"| `{row.command}` | {row.median_ms} ms | {row.fastest_ms} ms | {row.ratio} | {target} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print and keep the table; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=25, help="runs of each command (15 or more for a record)")
    parser.add_argument("--no-record", action="store_true", help="print only")
    args = parser.parse_args()
    rows = measure(args.runs)
    print(table(rows))
    if not args.no_record:
        RESULTS.mkdir(parents=True, exist_ok=True)
        record = {"machine": described(), "runs": args.runs, "rows": [{**asdict(row), "met": row.met} for row in rows]}
        (RESULTS / "startup.json").write_text(json.dumps(record, indent=2) + "\n")
        text = f"# Starting hakit\n\n{table(rows)}\nMedians of {args.runs} interleaved runs on {described()}.\n"
        (RESULTS / "startup.md").write_text(text + "Reproduce with `make bench-startup`.\n")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
