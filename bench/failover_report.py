"""The comparison as a page: medians, worst and ratios, fault by fault."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable
from typing import Any

from failover_faults import FAULTS, Fault
from failover_setups import every

# Of issue and README: the median that a client is to see at most, in seconds, by fault; cold, hot, and fast where it differs.
TARGETS = {
    "switchover": (1.5, 0.2, 1.5, 0.2),
    "killed": (1.0, 0.5, 1.0, 0.5),
    "hung": (6.0, 5.0, 6.0, 5.0),
    "power": (6.0, 5.0, 3.0, 2.0),
    "clients": (4.0, 3.0, 4.0, 3.0),
    "ring1": (0.0, 0.0, 0.0, 0.0),
    "reboot": (2.0, 0.3, 2.0, 0.3),
}
# What fencing may add to a dead node's outage.
FENCING = 2.0
OURS = ("hakit-cold-normal", "hakit-hot-normal", "hakit-cold-fast", "hakit-hot-fast")
PEERS = ("stock", "stock-ping", "keepalived")


def spans(results: Iterable[dict[str, Any]], setup: str, fault: str) -> list[float]:
    """Give the longest outage of each run; infinity where no answer came."""
    return [
        each["seconds"] if each["back"] else float("inf")
        for each in results
        if (each["setup"], each["fault"]) == (setup, fault) and not each["error"]
    ]


def page(raw: dict[str, Any]) -> str:
    """Give the page."""
    results = raw["results"]
    done = [setup for setup in every() if not setup.fenced and any(each["setup"] == setup.name for each in results)]
    lines = [
        "# Failover: what a client loses",
        "",
        f"{raw['machine']}; lab of two Debian nodes, release {raw['release']}. A client asks squid for a page through the VIP",
        f"every {raw['every'] * 1000:.0f} ms. Begun {raw['began']} UTC. Rerun: `make bench-failover`.",
        *(
            f"The row “{fault.title}” was measured again, all setups in turn: begun {when} UTC."
            for fault in FAULTS
            if (when := raw.get("again", {}).get(fault.name))
        ),
        "",
        "Median outage in seconds, and the worst in brackets. “> 30” says that no answer came within that time.",
        "",
        f"| fault | {' | '.join(setup.title for setup in done)} |",
        f"|---|{'---|' * len(done)}",
    ]
    lines += [
        f"| {fault.title} | {' | '.join(_cell(results, setup.name, fault) for setup in done)} |" for fault in FAULTS
    ]
    lines += ["", *_targets(results), *_ratios(results), *_fenced(results), *_missing(raw), *_cost(raw)]
    return "\n".join(lines).rstrip() + "\n"


def _cell(results: list[dict[str, Any]], setup: str, fault: Fault) -> str:
    found = spans(results, setup, fault.name)
    if not found:
        return "–"
    median, worst = (_seconds(each, fault.limit) for each in (statistics.median(found), max(found)))
    return f"{median} ({worst}, n={len(found)})"


def _seconds(value: float, limit: float) -> str:
    return f"> {limit:.0f}" if value == float("inf") else f"{value:.2f}"


def _targets(results: list[dict[str, Any]]) -> list[str]:
    rows = ["## Targets", "", "| fault | setup | target | median | met |", "|---|---|---|---|---|"]
    for fault in FAULTS:
        for setup, target in zip(OURS, TARGETS[fault.name], strict=True):
            found = spans(results, setup, fault.name)
            if found:
                median = statistics.median(found)
                met = "yes" if median <= target else "no"
                rows.append(f"| {fault.title} | {setup} | {target:g} | {_seconds(median, fault.limit)} | {met} |")
    return [*rows, ""] if len(rows) > 4 else []


def _ratios(results: list[dict[str, Any]]) -> list[str]:
    rows = ["## Against the peers", "", "The median by that of the peer: below 1 is faster.", ""]
    rows += ["| fault | setup | by stock pcs | by stock pcs with ping | by keepalived |", "|---|---|---|---|---|"]
    start = len(rows)
    for fault in FAULTS:
        for setup in OURS:
            found = spans(results, setup, fault.name)
            if found:
                ratios = [_ratio(found, spans(results, peer, fault.name), fault.limit) for peer in PEERS]
                rows.append(f"| {fault.title} | {setup} | {' | '.join(ratios)} |")
    return [*rows, ""] if len(rows) > start else []


def _fenced(results: list[dict[str, Any]]) -> list[str]:
    """Set what fencing adds beside the target."""
    rows = ["## With fencing", "", "The lost node is switched off by `fence_ipmilan` before the other takes over.", ""]
    rows += ["| fault | setup | not fenced | fenced | more | target | met |", "|---|---|---|---|---|---|---|"]
    start = len(rows)
    for fault, setup in itertools.product(FAULTS, (each for each in every() if each.fenced)):
        bare = setup.name.partition("-fenced")[0]
        without, fenced = spans(results, bare, fault.name), spans(results, setup.name, fault.name)
        if without and fenced:
            more = statistics.median(fenced) - statistics.median(without)
            cells = _cell(results, bare, fault), _cell(results, setup.name, fault), f"{more:.2f}"
            met = "yes" if more <= FENCING else "no"
            rows.append(f"| {fault.title} | {setup.title} | {' | '.join(cells)} | {FENCING:g} | {met} |")
    return [*rows, ""] if len(rows) > start else []


def _ratio(ours: list[float], theirs: list[float], limit: float) -> str:
    if not theirs:
        return "–"
    mine, other = statistics.median(ours), statistics.median(theirs)
    if other == float("inf"):
        return f"not within {limit:.0f} s" if mine != float("inf") else "neither in time"
    if mine == float("inf"):
        return f"ours not within {limit:.0f} s"
    return f"{mine / other:.2f}" if other else "both 0" if not mine else "theirs is 0"


def _missing(raw: dict[str, Any]) -> list[str]:
    told = [f"- {name}: left out: {why}" for name, why in raw.get("unfit", {}).items()]
    told += [
        f"- {each['setup']}, {each['fault']}: not measured: {each['error']}" for each in raw["results"] if each["error"]
    ]
    return ["## Not measured", "", *told, ""] if told else []


def _cost(raw: dict[str, Any]) -> list[str]:
    cost = raw.get("cost")
    if not cost:
        return []
    return [
        "## What the measuring costs",
        "",
        f"Over {cost['seconds']:.0f} s the client took {cost['client']:.2f} % of a core, and the watcher that a drill starts on",
        f"each node {cost['watcher']:.2f} %. squid took {cost['idle']:.2f} % when nobody asked and {cost['asked']:.2f} % when the",
        f"client asked for a page every {raw['every'] * 1000:.0f} ms, {cost['tcp']:.2f} % when it only connected.",
        "",
    ]
