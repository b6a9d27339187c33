"""The results of bench_agent.py as Markdown: medians, ratios, and whether the targets are met."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence

import agent_cost as cost
import agent_recovery as recovery

Part = Mapping[str, object]


def met(value: float, limit: float) -> str:
    """Say whether a target is met."""
    return "met" if value <= limit else "MISSED"


def median(numbers: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(numbers)


def conditions(part: Part) -> str:
    """Say where and how the part was measured."""
    before, after = part["load"]  # type: ignore[misc]
    return f"{part['machine']}; {part['release']}; load average {before} at the beginning, {after} at the end."


def costs(calls: Mapping[str, Sequence[Sequence[float]]]) -> Iterator[str]:
    """Lay out what a monitor costs, one table per job, with its targets."""
    middle = {
        tuple(name.split(" | ")): (median([wall for wall, _ in runs]), median([cpu for _, cpu in runs]))
        for name, runs in calls.items()
    }
    for asked in (cost.UNIT_ONLY, cost.WITH_TCP):
        rows = {who: seen for (who, what), seen in middle.items() if what == asked}
        yield from (f"### {asked}", "", "| | wall | CPU | CPU against the shell agent |", "|---|---|---|---|")
        for who, (wall, cpu) in rows.items():
            yield f"| {who} | {wall:.1f} ms | {cpu:.1f} ms | {cpu / rows[cost.SHELL][1]:.2f} |"
        own, shell, python = rows[cost.LOOK], rows[cost.SHELL], rows[cost.PYTHON]
        yield ""
        yield f"Against the shell agent: wall **{own[0] / shell[0]:.2f}**, CPU **{own[1] / shell[1]:.2f}** (target: at most 1: {met(max(own[0] / shell[0], own[1] / shell[1]), 1)})."
        yield f"Against the one with ocf.py: wall **{own[0] / python[0]:.2f}**, CPU **{own[1] / python[1]:.2f}** (target: at most 0.33: {met(max(own[0] / python[0], own[1] / python[1]), 0.3333)})."
        yield ""


def kills(taken: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Lay out the time from the kill to the next answer."""
    own = median(taken[recovery.HAKIT])
    yield from ("| | median | fastest | slowest | against hakit's |", "|---|---|---|---|---|")
    for way, runs in taken.items():
        middle = median(runs)
        yield f"| {way} | {middle:.2f} s | {min(runs):.2f} s | {max(runs):.2f} s | {middle / own:.1f} |"
    yield from ("", f"Median of hakit's: **{own:.2f} s** (target: below 0.5 s: {met(own, 0.5)}).", "")


def hour(used: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """Lay out what an hour of protection costs."""
    yield from ("| | monitors | systemd, journal, D-Bus, Pacemaker | memory held |", "|---|---|---|---|")
    for way, seen in used.items():
        yield f"| {way} | {seen['monitors']:.2f} s | {seen['daemons']:.2f} s | {seen['memory']:.1f} MiB |"
    own, shell = used[recovery.HAKIT], used[recovery.SHELL]
    ratio = own["monitors"] / shell["monitors"]
    yield from (
        "",
        f"CPU of the monitors against the shell agent's: **{ratio:.2f}** (target: at most 1: {met(ratio, 1)}).",
        "",
    )


def turns(taken: Mapping[str, Mapping[str, Sequence[Sequence[float]]]]) -> Iterator[str]:
    """Lay out starts and stops."""
    yield from ("| | start | of that the operation | stop | of that the operation |", "|---|---|---|---|---|")
    for way, seen in taken.items():
        words = [
            f"{median([run[place] for run in seen[operation]]):.2f} s"
            for operation in ("start", "stop")
            for place in (0, 1)
        ]
        yield f"| {way} | {' | '.join(words)} |"
    yield ""


PARTS: dict[str, tuple[str, Callable[..., Iterator[str]]]] = {
    "cost": ("What one monitor costs", costs),
    "kills": ("From `kill -9` of the main process to the next answer", kills),
    "hour": ("An hour of protection, per service", hour),
    "turns": ("Start and stop of a unit that needs 20 ms for each, through the cluster", turns),
}


def text(results: Mapping[str, Part]) -> str:
    """Lay out all parts that were measured."""
    lines = ["# The quick-service agent", "", "Reproduce with `make bench-agent`.", ""]
    for name, (title, lay_out) in PARTS.items():
        if name in results:
            part = results[name]
            lines += [f"## {title}", "", *lay_out(part["measured"]), f"{part['words']} {conditions(part)}", ""]
    return "\n".join(lines)
