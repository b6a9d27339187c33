"""Watch the cluster: every node asked over and over, each by itself, so that one that dies keeps nobody waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from hakit.core import Action, HakitError, HostUnreachable, Runner
from hakit.model import Cluster
from hakit.observe import crm_mon, links
from hakit.observe.crm_mon import ClusterState
from hakit.observe.links import Link
from hakit.plan.events import Sight

# Old answers are worse than none: after so many seconds a node counts as silent.
STALE = 4.0
_ASKED: tuple[Action, ...] = (crm_mon.COMMAND_UTC, links.LINKS)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node said last, and when; `trouble` says why it says nothing."""

    at: datetime
    state: ClusterState | None = None
    links: tuple[Link, ...] = ()
    trouble: str = ""


class Watch:
    """Asks every node about once a second, from `with` to its end. Take a runner that waits only seconds for a host."""

    def __init__(self, cluster: Cluster, runner: Runner, *, every: float = 1.0) -> None:
        self._cluster = cluster
        self._runner = runner
        self._every = every
        self._ended = threading.Event()
        self._changed = threading.Event()
        self._answers: dict[str, Answer] = {}
        self._began = datetime.now(UTC)
        # Daemons: a trip to a dead host may outlast the watch by seconds, and nobody needs its end.
        self._threads = [
            threading.Thread(target=self._ask, args=(node.name,), daemon=True, name=f"watch {node.name}")
            for node in cluster.nodes
        ]

    def __enter__(self) -> Self:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        """Ask no more."""
        self._ended.set()

    def sights(self) -> Iterator[Sight]:
        """Give a sight as soon as there is news, and at least once a second; the first when all have had a chance."""
        self._first()
        while True:
            yield compose(self._cluster, self._answers, datetime.now(UTC), began=self._began)
            self._changed.wait(self._every)
            self._changed.clear()

    def _first(self) -> None:
        """Wait for every node's first word, but for the slow ones only as long as they may be silent."""
        end = self._began + timedelta(seconds=STALE)
        while len(self._answers) < len(self._threads) and datetime.now(UTC) < end:
            self._changed.wait(0.05)
            self._changed.clear()

    def _ask(self, node: str) -> None:
        while not self._ended.is_set():
            self._answers[node] = self._answer(node)
            self._changed.set()
            self._ended.wait(self._every)

    def _answer(self, node: str) -> Answer:
        try:
            monitor, stats = self._runner.batch(node, _ASKED, keep_going=True)
            state = crm_mon.parse(monitor.stdout)
        except HostUnreachable as error:
            return Answer(datetime.now(UTC), trouble=error.reason)
        except HakitError as error:
            return Answer(datetime.now(UTC), trouble=error.message)
        return Answer(datetime.now(UTC), state, links.parse(stats.stdout) if stats.code == 0 else ())


def compose(cluster: Cluster, answers: Mapping[str, Answer], now: datetime, *, began: datetime) -> Sight:
    """Make one sight of what the nodes said last; who has said nothing for STALE seconds is missing."""
    fresh: dict[str, Answer] = {}
    missing: dict[str, str] = {}
    for node in cluster.nodes:
        answer = answers.get(node.name)
        silent = (now - (answer.at if answer else began)).total_seconds()
        if answer is not None and answer.trouble:
            missing[node.name] = answer.trouble
        elif silent > STALE:
            missing[node.name] = "it gives no answer"
        elif answer is not None:
            fresh[node.name] = answer
    # The controller's own word before that of others, so that two that differ for a moment don't take turns.
    best: tuple[bool, bool, bool, datetime] | None = None
    chosen = None
    for name, answer in fresh.items():
        if (state := answer.state) is not None:
            rank = (bool(state.dc), state.quorate, state.dc == name, answer.at)
            best, chosen = (rank, state) if best is None or rank > best else (best, chosen)
    running = {name: answer.links for name, answer in fresh.items() if answer.state is not None}
    return Sight(now, chosen, running, missing)
