"""From bare nodes to a page through the VIP: hakit against the stock way, side by side on the same lab nodes.

The stock way is what a careful user of pcs types (docs/benchmarks.md): authentication, `cluster setup --start --wait`, two
`resource create … --wait`. Both start from nodes as Debian installs them, with its one-node cluster settled and squid
running. A prober in the client's network asks for a page every 50 ms; the clock stops at the first answer.

    python3 bench/bench_bootstrap.py [--runs 5] [--services 50] [--release bookworm]

Needs root. Writes bench/results/bootstrap.json and .md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import stock
from machine import described

from hakit.lab.lab import Lab
from hakit.lab.recipe import Release

HERE = Path(__file__).parent
RAW = HERE / "results" / "bootstrap.json"
NAME = "bench"
LIMIT = 300.0


class Quiet:
    """A listener that keeps the lab's progress to itself."""

    def hear(self, event: object) -> None:
        """Take one event."""


def first_page(lab: Lab, work: Callable[[Lab], None]) -> tuple[float, float]:
    """Do the work; give the seconds until the first page and until the work itself ended."""
    served: list[float] = []
    over = threading.Event()
    url, proxy = "http://192.168.233.139:8000/ping", "192.168.233.200:3128"
    fetch = lab.client_argv(
        ("curl", "--silent", "--fail", "--max-time", "1", "--output", os.devnull, "--proxy", proxy, url)
    )

    def probe() -> None:
        while not over.wait(0.05):
            if subprocess.run(fetch, capture_output=True, check=False, timeout=10).returncode == 0:
                served.append(time.monotonic())
                return

    prober = threading.Thread(target=probe)
    start = time.monotonic()
    prober.start()
    try:
        work(lab)
        ended = time.monotonic()
        prober.join(timeout=LIMIT)
    finally:
        over.set()
        prober.join()
    if not served:
        raise SystemExit("no page came through the VIP")
    return served[0] - start, ended - start


def by_hakit(spec: Path) -> Callable[[Lab], None]:
    """Make the work: `hakit bootstrap --yes SPEC`."""

    def work(lab: Lab) -> None:
        env = {**os.environ, "HAKIT_SSH_CONFIG": str(lab.ssh_config)}
        argv = (sys.executable, "-m", "hakit", "bootstrap", "--yes", str(spec))
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=LIMIT)
        if done.returncode != 0:
            raise SystemExit(f"hakit bootstrap failed:\n{done.stderr}{done.stdout}")

    return work


def bare(lab: Lab) -> None:
    """Bring the nodes back to what Debian installs, and let their stock cluster settle.

    Its election takes 20 s from boot (dc-deadtime), and neither way should start inside it.
    """
    lab.reset(Quiet())
    stock.wait_settled(lab)


def measure(lab: Lab, ways: dict[str, Callable[[Lab], None]], runs: int) -> dict[str, list[dict[str, float]]]:
    """Alternate between the ways."""
    results: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for number in range(runs):
        for name, work in ways.items():
            bare(lab)
            page, whole = first_page(lab, work)
            results[name].append({"page": round(page, 2), "whole": round(whole, 2)})
            sys.stderr.write(f"run {number + 1} of {runs}, {name}: page after {page:.1f} s, done after {whole:.1f} s\n")
    return results


def many(lab: Lab, count: int, *, runs: int) -> dict[str, list[float]]:
    """Make the cluster with `count` services of one template: until all of them are started."""
    results: dict[str, list[float]] = {"hakit": [], "stock": []}
    spec = lab.spec.with_name("many.yaml")
    spec.write_text(stock.many_spec(lab.spec.read_text(), count))
    for number in range(runs):
        for name, work in (("hakit", by_hakit(spec)), ("stock", stock.many(count))):
            bare(lab)
            stock.install_template(lab)
            start = time.monotonic()
            work(lab)
            stock.wait_started(lab, count)
            results[name].append(round(time.monotonic() - start, 2))
            sys.stderr.write(f"{count} services, run {number + 1} of {runs}, {name}: {results[name][-1]} s\n")
    return results


def table(title: str, stock_runs: list[float], hakit_runs: list[float], target: float) -> list[str]:
    """Lay out one comparison with its ratio."""
    ratio = statistics.median(hakit_runs) / statistics.median(stock_runs)
    rows = [f"### {title}", "", "| | median | all runs |", "|---|---|---|"]
    for name, runs in (("stock (pcs)", stock_runs), ("hakit", hakit_runs)):
        rows.append(f"| {name} | {statistics.median(runs):.1f} s | {', '.join(f'{run:.1f}' for run in runs)} |")
    return [*rows, "", f"Ratio of the medians: **{ratio:.2f}** (target: at most {target}).", ""]


def main() -> None:
    """Measure and write the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5, help="0 keeps the last results for squid")
    options.add_argument("--services", type=int, default=50, help="0 leaves the run with many services out")
    options.add_argument("--many-runs", type=int, default=1)
    options.add_argument("--release", default="bookworm", choices=[release.value for release in Release])
    chosen = options.parse_args()
    Lab.down(NAME)
    lab = Lab.up(NAME, Quiet(), release=Release(chosen.release))
    try:
        ways = {"stock": stock.squid, "hakit": by_hakit(lab.spec)}
        one = measure(lab, ways, chosen.runs) if chosen.runs else json.loads(RAW.read_text())["squid"]
        fifty = many(lab, chosen.services, runs=chosen.many_runs) if chosen.services else None
    finally:
        Lab.down(NAME)
    pages = {name: [run["page"] for run in runs] for name, runs in one.items()}
    lines = [
        "# Bootstrap: bare nodes to serving",
        "",
        f"{described()}; lab of two Debian nodes, release {chosen.release}. Rerun: `make bench-bootstrap`.",
        "",
        *table("Bare nodes to the first page through the VIP", pages["stock"], pages["hakit"], 0.35),
    ]
    if fifty:
        title = f"Bare nodes to {chosen.services} services started, one spec against pcs one by one"
        lines += table(title, fifty["stock"], fifty["hakit"], 0.1)
    (HERE / "results" / "bootstrap.md").write_text("\n".join(lines))
    raw = {"release": chosen.release, "machine": described(), "squid": one, "many": fifty, "services": chosen.services}
    RAW.write_text(json.dumps(raw, indent=1) + "\n")
    sys.stdout.write("\n".join(lines))


if __name__ == "__main__":
    main()
