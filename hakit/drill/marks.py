"""The lines of the logs that tell of a step: what was noticed, decided, stopped and started.

The words are those of Pacemaker's controller and scheduler at 2.0.5, 2.1.5 and 3.0.0, and of Corosync 3.1; they are for people,
so what is not recognised is passed over, and the part of the outage that it would have told of is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hakit.model import Service
from hakit.observe.logs import Line
from hakit.report.record import Kind, Mark

_RESULT = re.compile(r"Result of (?P<task>\w+) operation for (?P<what>\S+) on \S+: (?:\d+ \()?(?P<how>[\w ]+)")
_BEGUN = re.compile(r"Requesting local execution of (?P<task>\w+) operation for (?P<what>\S+) on ")
_STEPS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.NOTICED, re.compile(r"A processor failed|A new membership .*left|Our peer on the DC .* is dead|state is now lost|Transition \d+ aborted by .*(?:cli-prefer|cli-ban|standby|fail-count|last-failure)|Setting (?:fail-count|last-failure|standby|shutdown)")),
    (Kind.DECIDED, re.compile(r"Calculated transition|Actions: ")),
    (Kind.FENCED, re.compile(r"Operation '?(?:reboot|off)'? .*(?:targeting|of) ")),
    (Kind.RING_DOWN, re.compile(r"link: \d+ is down|host: \d+ link: \d+ is down")),
    (Kind.RING_UP, re.compile(r"link: \d+ is up")),
)  # fmt: skip
_DONE = {"start": Kind.STARTED, "stop": Kind.STOPPED}
_BEGINS = {"start": Kind.STARTING, "stop": Kind.STOPPING}


def read(service: Service, node: str, lines: Iterable[Line], ahead: float) -> Iterator[Mark]:
    """Yield the steps of the service that a node's log tells of; `ahead` is by how many seconds its clock is."""
    for line in lines:
        kind = _kind(service, line.words)
        if kind is not None:
            yield Mark(line.when - ahead, node, kind, line.words.removeprefix("notice: ")[:160])


def _kind(service: Service, words: str) -> Kind | None:
    result, begun = _RESULT.search(words), _BEGUN.search(words)
    if begun and _ours(service, begun["what"]):
        return _BEGINS.get(begun["task"])
    if result and _ours(service, result["what"]):
        good = result["how"].strip() == "ok"
        if result["task"] == "monitor" and not good:
            return Kind.NOTICED
        return _DONE.get(result["task"]) if good else None
    return next((kind for kind, pattern in _STEPS if pattern.search(words)), None)


def _ours(service: Service, resource: str) -> bool:
    return resource.startswith(f"{service.name}-")
