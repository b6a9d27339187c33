"""What Pacemaker would do with a CIB: `crm_simulate` on a node, which only reads."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.core import Command, Outcome
from hakit.observe import parsing

# The daemons are not asked: the CIB that is handed in holds the status from which the scheduler starts.
_ARGV = ("crm_simulate", "--simulate", "--xml-pipe", "--output-as", "xml")
# What is decided, without acting it out: a sixtieth of the time for a hundred new services. The order of operations isn't told.
_DECIDED = ("crm_simulate", "--run", "--xml-pipe", "--output-as", "xml")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on a node, in the order of the transition. `interval` is in milliseconds, 0 for once."""

    resource: str
    task: str
    node: str
    interval: int = 0


@dataclass(frozen=True, slots=True)
class Foretold:
    """The transition, and where each resource would be active after it."""

    operations: tuple[Operation, ...]
    before: dict[str, tuple[str, ...]]
    after: dict[str, tuple[str, ...]]


def command(cib: str) -> Command:
    """Ask what would be done with this CIB.

    Any exit code is let through: a release that can't say it in XML (2.0.5) ends with a usage error.
    """
    return Command(_ARGV, stdin=cib, ok_codes=frozenset(range(256)), timeout=120, changes_state=False)


def decisions(cib: str) -> Command:
    """Ask what would be decided with this CIB; see `command`."""
    return Command(_DECIDED, stdin=cib, ok_codes=frozenset(range(256)), timeout=120, changes_state=False)


def only_starts(text: str) -> Foretold | None:
    """Read the answer to `decisions`; None where more than starts is decided, so that the order counts, or it can't be read."""
    if "<pacemaker-result" not in text:
        return None
    root = parsing.xml(text, "crm_simulate")
    status, actions = root.find("cluster_status"), root.find("actions")
    if status is None:
        return None
    before = _places(status)
    starts = []
    for each in () if actions is None else actions:
        if each.tag != "rsc_action" or each.get("action") != "start" or not each.get("node") or each.get("blocked"):
            return None
        starts.append(Operation(_plain(each.get("resource", "")), "start", each.get("node", "")))
    after = dict(before)
    for start in starts:
        after[start.resource] = (*after.get(start.resource, ()), start.node)
    return Foretold(tuple(starts), before, after)


def parse(text: str) -> Foretold | None:
    """Read the answer; None where this release's crm_simulate can't tell in XML, or refused the CIB."""
    if "<pacemaker-result" not in text:
        return None
    root = parsing.xml(text, "crm_simulate")
    after = root.find("revised_cluster_status")
    before = root.find("cluster_status")
    if after is None or before is None:
        return None
    return Foretold(
        tuple(
            Operation(
                _plain(each.get("resource", "")),
                each.get("op", ""),
                each.get("node", ""),
                int(each.get("interval", "0")),
            )
            for each in root.iterfind("transition/rsc_action")
        ),
        _places(before),
        _places(after),
    )


def untold(outcome: Outcome) -> str:
    """Say why an answer tells nothing; it needs processor time by the square of what is done (500 services: minutes)."""
    if outcome.timed_out:
        return f"crm_simulate had no answer within {outcome.action.timeout:g} s"
    return "this release's crm_simulate does not answer in XML"


def _places(status: parsing.Element) -> dict[str, tuple[str, ...]]:
    places: dict[str, tuple[str, ...]] = {}
    for each in status.iterfind("resources//resource"):
        name = _plain(each.get("id", ""))
        nodes = tuple(node.get("name", "") for node in each.iterfind("node")) if each.get("active") == "true" else ()
        places[name] = places.get(name, ()) + nodes
    return places


def _plain(resource: str) -> str:
    """Take an instance of a clone, NAME:NUMBER, for the resource."""
    return resource.partition(":")[0]
