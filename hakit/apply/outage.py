"""How long clients went without a service while it moved: asked from somewhere else, over and over."""

from __future__ import annotations

import concurrent.futures
import importlib.resources
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hakit.core import Command, HakitError, Put, Remove, Runner
from hakit.model import HttpQuestion, Service, TcpQuestion
from hakit.observe import listening
from hakit.plan.seen import Seen
from hakit.plan.switchover import Move
from hakit.run import prober
from hakit.run.whereabouts import beside

_PROGRAM = importlib.resources.files("hakit.run").joinpath("prober.py").read_text()
# Seconds between two questions: the finest outage that is told.
EVERY = 0.05
HERE = "this machine"


@dataclass(frozen=True, slots=True)
class Outage:
    """What the asker saw. `where` it asked is VIP:port, `asker` a node's name or HERE.

    `longest` and `total` are in seconds, from the last question answered before to the first answered after. `back` says
    whether it was answered at the end. `why_not` says why nothing was measured; then all else means nothing.
    """

    asker: str = ""
    where: str = ""
    longest: float = 0.0
    total: float = 0.0
    asked: int = 0
    back: bool = True
    why_not: str = ""

    def text(self, target: str) -> str:
        """Say it in a line; `target` is where the service went."""
        if self.why_not:
            return f"outage not measured: {self.why_not}"
        close = ", where it went: others may have seen a little more" if self.asker == target else ""
        by = f"{self.where} asked every {EVERY:g} s from {self.asker}{close}"
        if not self.back:
            return f"no answer since it moved ({by})"
        more = f", {self.total:.2f} s in all" if self.total > self.longest else ""
        return f"outage {self.longest:.2f} s{more} ({by})" if self.longest else f"no outage ({by})"


@dataclass(slots=True)
class Measured:
    """Holds the outage once it is known."""

    outage: Outage = field(default_factory=Outage)


@contextmanager
def measured(  # noqa: PLR0913 - what moves, and how it is asked
    runner: Runner, seen: Seen, move: Move, *, here: bool, limit: float, asking: bool = True
) -> Iterator[Measured]:
    """Ask while the body moves the service; the result is there behind the body. Never makes the move fail.

    `here`: this machine, being none of the nodes, asks if it is in the VIP's own network and gets an answer: what
    answers it from farther away may be somebody else (seen: a transparent proxy). Otherwise a node that has no part in
    the move asks, else the target. `limit` is how many seconds the move may take. Nobody asks when not `asking`.
    """
    result = Measured()
    if not asking:
        result.outage = Outage(why_not="it was not asked for")
        yield result
        return
    service = seen.cluster.service(move.service)
    try:
        port = _port(runner, service, move)
    except HakitError as error:
        port, result.outage = 0, Outage(why_not=error.message.splitlines()[0])
    if not port or service.vip is None:
        result.outage = Outage(why_not=result.outage.why_not or "it has no virtual IP with a TCP port to ask")
        yield result
        return
    plan = {"address": str(service.vip.interface.ip), "port": port, "every": EVERY, "seconds": limit}
    others = [name for name in seen.running if name not in {move.source, move.target}]
    asker = HERE if here and beside(service.vip.interface.network) and _answers(plan) else (others or [move.target])[0]
    where = f"[{plan['address']}]:{port}" if service.vip.interface.version == 6 else f"{plan['address']}:{port}"  # noqa: PLR2004
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        work = _Asking(runner, asker, plan)
        answer = pool.submit(work.run)
        try:
            yield result
        finally:
            # An asker that has ended before it was told to, has died with its host: nobody waits for that one again.
            if not answer.done():
                work.stop()
            result.outage = _outage(answer, asker, where)
            work.tidy()


class _Asking:
    """The asker at work, and how it is told that it is enough."""

    def __init__(self, runner: Runner, asker: str, plan: dict[str, object]) -> None:
        self._runner, self._asker = runner, asker
        self._enough = threading.Event()
        self._told = False
        self._file = f"/run/hakit-enough-{secrets.token_hex(6)}"
        self._plan = {**plan, "stop": self._file}

    def run(self) -> dict[str, object]:
        """Ask until it is enough, or for as long as the plan says. Raises HakitError, ValueError."""
        if self._asker == HERE:
            return prober.ask(self._plan, self._enough.is_set)
        limit = float(str(self._plan["seconds"])) + 20
        program = f"{_PROGRAM}\nmain({json.dumps(self._plan)!r})\n"
        asking = Command(("python3", "-I", "-S", "-"), stdin=program, timeout=limit, changes_state=False)
        said: dict[str, object] = json.loads(self._runner.run(self._asker, asking).stdout)
        return said

    def stop(self) -> None:
        """Say that it is enough; if that can't be said, the asker ends by itself."""
        self._enough.set()
        self._told = self._there(Put(self._file, "", mode=0o600, backup=False))

    def tidy(self) -> None:
        """Take the word away again, once the asker has ended."""
        if self._told:
            self._there(Remove(self._file))

    def _there(self, action: Put | Remove) -> bool:
        if self._asker == HERE:
            return False
        with suppress(HakitError):
            return self._runner.run(self._asker, action).ok
        return False


def _outage(answer: concurrent.futures.Future[dict[str, object]], asker: str, where: str) -> Outage:
    try:
        said = answer.result()
        numbers = {name: float(str(said[name])) for name in ("longest", "total")}
        asked, answered = int(str(said["asked"])), int(str(said["answered"]))
    except (HakitError, ValueError, KeyError, TypeError, OSError) as error:
        return Outage(why_not=f"{asker} could not ask: {str(error).splitlines()[0] if str(error) else 'no answer'}")
    if not answered:
        return Outage(why_not=f"{where} never answered {asker}")
    return Outage(asker, where, numbers["longest"], numbers["total"], asked, back=bool(said["back"]))


def _answers(plan: dict[str, object]) -> bool:
    try:
        return bool(prober.ask({**plan, "seconds": 0.5, "once": True}, lambda: False)["answered"])
    except OSError:
        return False


def _port(runner: Runner, service: Service, move: Move) -> int:
    """Take the port of the spec's probe, else the lowest at which the unit listens for the VIP; 0 when there is none."""
    if service.vip is None:
        return 0
    question = service.probe.question if service.probe else None
    match question:
        case TcpQuestion(port, None):
            return port
        case TcpQuestion(port, address) if address == service.vip.interface.ip:
            return port
        case HttpQuestion():
            url = urlsplit(question.url)
            return url.port or (443 if url.scheme == "https" else 80)
        case _:
            outcomes = runner.batch(move.source, listening.ACTIONS, keep_going=True)
            return next(iter(listening.read(outcomes, service.unit, str(service.vip.interface.ip))), 0)
