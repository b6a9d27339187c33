"""The results of bench_scale.py as a page: growth from size to size, worked out from the numbers."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

Row = Mapping[str, Any]
_TWICE, _TWENTIETH = 2.0, 0.05


def lines(raw: Row) -> Iterator[str]:
    """Give the page's lines."""
    yield from ("# Many services, many nodes", "")
    yield f"{raw['machine']}; Pacemaker's tools of Debian's release {raw['release']}. Rerun: `make bench-scale`."
    yield f"The machine's load average over five minutes was {raw['load']} when the last part ended."
    yield ""
    rows: Sequence[Row] = raw["rows"]
    yield from _grown("More services", "services", [row for row in rows if row["nodes"] == 2])
    yield from _grown("More nodes", "nodes", [row for row in rows if row["services"] == 100])
    yield from _beside([row for row in rows if "crm_simulate" in row])
    if "apply" in raw:
        yield from _applied(raw["apply"])


def _grown(title: str, by: str, rows: Sequence[Row]) -> Iterator[str]:
    """Lay out the growth of each command; the exponent is that of cost = size^exponent from the size before."""
    yield from (f"## {title}", "")
    yield f"| command | services | nodes | processor time | memory | each further one of {by} | exponent of time | of memory |"
    yield "|---|---|---|---|---|---|---|---|"
    for command in dict.fromkeys(row["command"] for row in rows):
        own = sorted((row for row in rows if row["command"] == command), key=lambda row: int(row[by]))
        yield from (_line(row, by, before) for before, row in pairwise([None, *own]) if row)
    yield ""


def _line(row: Row, by: str, before: Row | None) -> str:
    seconds, memory = min(row["seconds"]), min(row["memory"])
    start = f"| {row['command']} | {row['services']} | {row['nodes']} | {seconds:.2f} s | {memory:.0f} MB |"
    if before is None:
        return f"{start} | | |"
    more, times = row[by] - before[by], math.log(row[by] / before[by])
    spent, held = min(before["seconds"]), min(before["memory"])
    each = f"{(seconds - spent) / more * 1000:.2f} ms, {(memory - held) / more * 1024:.0f} kB"
    return f"{start} {each} | {math.log(seconds / spent) / times:.2f} | {math.log(memory / held) / times:.2f} |"


def _beside(rows: Sequence[Row]) -> Iterator[str]:
    """Lay out a plan beside the crm_simulate that an operator would ask in its place."""
    yield from ("## A plan beside crm_simulate", "")
    yield "| services | nodes | crm_simulate --simulate | hakit itself | the crm_simulate that it asks | the plan against crm_simulate --simulate |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        own, simulated = min(row["seconds"]), min(row["crm_simulate"])
        # Before there was another question, the plan asked this one.
        decided = min(row.get("decided", row["crm_simulate"]))
        ratio = (own + decided) / simulated
        met = ""
        if row["services"] == 500:
            met = f" (target: under {_TWICE:g}: {'met' if ratio < _TWICE else 'missed'})"
        yield f"| {row['services']} | {row['nodes']} | {simulated:.2f} s | {own:.2f} s | {decided:.2f} s | {ratio:.3f}{met} |"
    yield ""


def _applied(raw: Row) -> Iterator[str]:
    """Lay out services added in the lab by hakit, and by pcs as far as its time went."""
    count, each = raw["services"], raw["pcs"]
    yield from (f"## {count} services added to a cluster of two nodes in the lab", "")
    done, middle = len(each), statistics.median(each)
    whole = sum(each) + (count - done) * middle
    ours = statistics.median(raw["hakit"])
    ratio = ours / whole
    how = "" if done == count else f"; {done} were added, the rest is reckoned at their median, {middle:.1f} s each"
    yield from ("| | seconds |", "|---|---|")
    yield f"| pcs, one by one, each waited for{how} | {whole:.1f} |"
    if "hasty" in raw:
        yield f"| pcs, one by one, waiting at the end alone | {raw['hasty']:.1f} |"
    runs = ", ".join(f"{seconds:.1f}" for seconds in raw["hakit"])
    yield f"| hakit apply{f', the median of {runs}' if len(raw['hakit']) > 1 else ''} | {ours:.1f} |"
    yield f"| hakit plan of it, just before | {raw['plan']:.1f} |"
    yield f"| crm_simulate on the node, once they run | {raw['crm_simulate']:.1f} |"
    met = "met" if ratio <= _TWENTIETH else "missed"
    yield ""
    yield f"Apply against pcs that waits for each: **{ratio:.3f}** (target: at most {_TWENTIETH}: {met})."
    if "hasty" in raw:
        yield f"Against pcs that waits at the end alone, and so learns there what went wrong: {ours / raw['hasty']:.2f}."
    began, ended = raw["load"]
    yield f"The machine's load average over five minutes was {began} when it began, {ended} when it ended."
    yield ""
