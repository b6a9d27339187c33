"""The manual's table of faults is made from the faults themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hakit.drill.fault import Fault
from hakit.drill.faults.every import FAULTS

PAGE = Path(__file__).parents[2] / "docs/drills.md"
FROM, TO = "<!-- Made from the faults: pytest tests/quality/test_drills_page.py --update-cases -->\n", "\n*named*:"


def where(fault: Fault) -> str:
    needs = [
        name for name, is_so in (("named", fault.harsh), ("lab", fault.machines), ("fencing", fault.splits)) if is_so
    ]
    return ", ".join(needs) or "anywhere"


def test_the_table_of_faults_is_what_they_say(same_as_file: Callable[[str, Path], None]) -> None:
    head, mark, rest = PAGE.read_text().partition(FROM)
    _, end, tail = rest.partition(TO)
    assert mark and end
    rows = [
        f"| `{fault.name}` | {fault.title} | {(type(fault).__doc__ or '').splitlines()[0]} | {where(fault)} |"
        for fault in FAULTS
    ]
    table = "\n".join(["", "| name | fault | what is done | where |", "|---|---|---|---|", *rows, ""])
    same_as_file(head + mark + table + end + tail, PAGE)
