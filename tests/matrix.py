"""The matrix of releases and tools: which cells there are, what is kept of their last run, and the page that shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench/results/matrix.json"
PAGE = ROOT / "docs/matrix.md"
RELEASES = {"bullseye": "Debian 11", "bookworm": "Debian 12", "trixie": "Debian 13", "testing": "testing"}
TOOLS = {"pcs": "pcs", "crm": "crmsh"}  # by the package
STEPS = ("preflight", "bootstrap", "again", "change", "there", "back", "destroy")

_HEAD = """\
# Releases and tools

Each cell is a run on two fresh nodes of `hakit lab up --release …`, from which the other tool was removed: preflight, bootstrap, bootstrap
again (which must find nothing to do), a change of the running cluster, a switchover there and back with a page fetched through the virtual address
after each, destroy, and a comparison of the hosts with how they stood before. `make test` runs two of the cells and says which it leaves out; `make test-all`
runs all of them. `make matrix` runs all and writes this page from what came of it; the numbers lie in `bench/results/matrix.json`.

"""


@dataclass(frozen=True)
class Cell:
    """What came of a run: when (UTC), with which versions, seconds by step; `outcome` is empty when all went well."""

    release: str
    tool: str
    date: str = ""
    outcome: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


def cells() -> dict[tuple[str, str], Cell]:
    """Read what is kept."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    return {(cell.release, cell.tool): cell for cell in (Cell(**each) for each in kept)}


def keep(cell: Cell) -> None:
    """Put the cell in the place of its last run, and write the page."""
    known = cells() | {(cell.release, cell.tool): cell}
    ordered = [known[release, tool] for release in RELEASES for tool in TOOLS if (release, tool) in known]
    RESULTS.write_text(json.dumps([asdict(each) for each in ordered], indent=1) + "\n")
    PAGE.write_text(page(ordered))


def page(ran: list[Cell]) -> str:
    """Say it as a table."""
    columns = ("release", "tool", "run", "result", *STEPS)
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    known = {(cell.release, cell.tool): cell for cell in ran}
    every = [known.get((name, tool), Cell(name, tool, outcome="not run yet")) for name in RELEASES for tool in TOOLS]
    lines += [f"| {' | '.join(_row(cell))} |" for cell in every]
    return (
        _HEAD + "\n".join(lines) + "\n\nThe steps' numbers are seconds, on a machine that did other things besides.\n"
    )


def _row(cell: Cell) -> list[str]:
    name, package = RELEASES[cell.release], TOOLS[cell.tool]
    stack = f"Pacemaker {cell.versions['pacemaker']}" if "pacemaker" in cell.versions else ""
    tool = f"{package} {cell.versions.get(package, '')}".strip()
    seconds = [f"{cell.seconds[step]:.0f}" if step in cell.seconds else "" for step in STEPS]
    return [f"{name} {stack}".strip(), tool, cell.date, cell.outcome or "passed", *seconds]
