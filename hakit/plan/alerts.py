"""How the alert agent and the watch over rings and quorum get onto a host, and away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from hakit.core import Action, Command, Put, Remove
from hakit.model import alert
from hakit.observe import node
from hakit.observe.node import NodeFacts
from hakit.plan import boot
from hakit.plan.seen import Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted

_RELOAD = Command(("systemctl", "daemon-reload"), timeout=120)


def install(wanted: Wanted, seen: Seen, name: str) -> Step | None:
    """Install both where the spec has alerts, and keep the watch running where the cluster does."""
    if not wanted.cluster.alerts:
        return None
    unit = seen.hosts[name].units[alert.WATCH]
    agent, watch = _missing(wanted, seen.nodes[name])
    actions = [put for put in (agent, watch) if put]
    reload = (_RELOAD,) if watch or unit.need_reload else ()
    enable = () if unit.enabled else (boot.at_boot(alert.WATCH, enabled=True),)
    restart = (_systemctl("restart"),) if name in seen.started and (actions or reload or not unit.running) else ()
    todo = (*actions, *reload, *enable, *restart)
    if not todo:
        return None
    why = "the spec has alerts" if actions else "rings and quorum are not watched"
    return Step("install the alert agent and its watch", name, why, todo)


def remove(wanted: Wanted, seen: Seen) -> Iterator[Step]:
    """Remove both where they are no longer needed, once the cluster knows of no alerts."""
    if wanted.cluster.alerts or not (seen.running and seen.awake):
        return
    for name, facts in seen.nodes.items():
        actions = away(facts)
        if actions:
            yield Step("remove the alert agent and its watch", name, "the spec has no alerts", actions)


def away(facts: NodeFacts) -> tuple[Action, ...]:
    """Give the actions that remove what is there of them. Cut short anywhere, they can be done again."""
    if not (facts.alert_agent or facts.watch_unit):
        return ()
    folder = str(PurePosixPath(alert.AGENT).parent)
    return (
        *((_systemctl("disable", "--now"),) if facts.watch_unit else ()),
        Remove(node.WATCH_UNIT),
        _RELOAD,
        Remove(alert.AGENT),
        # Exit code 1: there is no such folder.
        Command(("rmdir", "--ignore-fail-on-non-empty", "--", folder), ok_codes=frozenset({0, 1})),
    )


def _missing(wanted: Wanted, facts: NodeFacts) -> tuple[Put | None, Put | None]:
    return (
        _put(alert.AGENT, wanted.alert_agent, 0o755, facts.alert_agent),
        _put(node.WATCH_UNIT, wanted.watch_unit, 0o644, facts.watch_unit),
    )


def _put(path: str, text: str, mode: int, present: str) -> Put | None:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return None if present == f"{digest} {mode:04o} root:root" else Put(path, text, mode=mode, backup=False)


def _systemctl(*words: str) -> Command:
    return Command(("systemctl", *words, "--", alert.WATCH), timeout=120)
