"""A drill: break one thing, look on as a client, heal it, see that all is whole again, and have it judged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from hakit.core import Clock, Command, HakitError, Listener, Runner
from hakit.core.event import Note, StepDone
from hakit.drill import healing, whole
from hakit.drill.audit import Evidence
from hakit.drill.audits.every import judged
from hakit.drill.client import Client
from hakit.drill.fault import Fault, why_not
from hakit.drill.question import Question
from hakit.drill.scene import Consent, Machines, Operator, Scene
from hakit.drill.watchers import Watchers
from hakit.model import Cluster, Service
from hakit.observe import links, node
from hakit.observe.crm_mon import ClusterState
from hakit.report.record import Expectation, Trial
from hakit.run.hosts import fan_out

# Seconds without a flaw after which the service counts as back.
_STEADY = 1.0
_GIVE_UP = 30.0
_WHOLE = 180.0
_ANY = frozenset(range(256))


@dataclass(frozen=True, slots=True)
class Means:
    """What a drill works with. `way` leads to where the client asks from, `ahead` is by how much its clock is.

    `patience` is for how many seconds at most it waits for an answer while a fault is there; None reckons it from what is
    expected. `machines` is None where nobody can reach for power and cables.
    """

    runner: Runner
    operator: Operator
    machines: Machines | None
    clock: Clock
    listener: Listener
    way: Sequence[str] = ()
    ahead: float = 0.0
    consent: Consent = field(default_factory=Consent)
    patience: float | None = None


class Drill:
    """A drill on one service, as a context: whatever happens, the service is back where it was behind it."""

    def __init__(self, cluster: Cluster, service: Service, question: Question, means: Means) -> None:
        self._cluster, self._service, self._question, self._means = cluster, service, question, means
        self._home = ""

    def __enter__(self) -> Self:
        """Insist on a whole cluster, and remember where the service is. Raises HakitError."""
        state = whole.wait(self._cluster, self._means.runner, self._means.clock, timeout=60)
        self._home = whole.active(self._service, state)
        return self

    def __exit__(self, *_: object) -> None:
        """Forget the failures and bring the service home. What stands in the way is told, not raised: another error may be under way."""
        try:
            state = self._start()
            if whole.active(self._service, state) != self._home:
                self._means.operator.switchover(self._service.name, self._home)
        except HakitError as error:
            self._tell(f"{self._service.name} is not back on {self._home}: {error.message}", warning=True)

    def plan(self, faults: Sequence[Fault]) -> list[tuple[Fault, str, Expectation, str]]:
        """Say of each fault what it would do, what is expected, and why it is not done, if so."""
        scene = self._scene(self._start())
        found = []
        for fault in faults:
            refused = why_not(fault, scene)
            found.append((fault, fault.deed(scene), fault.expected(scene), refused))
        return found

    def trial(self, fault: Fault) -> Trial:
        """Do one fault. Raises HakitError when the cluster is not whole beforehand."""
        scene = self._scene(self._start())
        bare = Trial(fault.name, fault.title, scene.active)
        refused = why_not(fault, scene)
        if refused:
            return replace(bare, skipped=refused)
        bare = replace(bare, expected=fault.expected(scene))
        start = self._means.clock.now()
        self._tell(f"{fault.deed(scene)} …")
        watchers = Watchers(scene)
        try:
            with Client(self._means.way, self._question, self._means.clock, ahead=self._means.ahead) as client:
                trial = self._broken(fault, scene, bare, client, watchers)
        except BaseException:
            watchers.stop()
            raise
        evidence = self._gather(
            fault, scene, replace(trial, answers=tuple(client.answers), claims=tuple(client.claims)), watchers
        )
        done = replace(evidence.trial, audits=judged(evidence))
        good = all(each.ok for each in done.audits)
        self._means.listener.hear(StepDone(fault.title, scene.active, self._means.clock.now() - start, ok=good))
        return done

    def _broken(self, fault: Fault, scene: Scene, bare: Trial, client: Client, watchers: Watchers) -> Trial:
        """Prepare, break, look on, heal, and wait until all is whole; heals whatever happens."""
        began = time.time()
        error = ""
        watchers.start()
        injected = began
        try:
            fault.prepare(scene)
            client.baseline(timeout=30)
            injected = time.time()
            fault.inject(scene)
            self._look_on(fault.looks_on(scene), bare.expected, client, injected)
        except HakitError as trouble:
            error = trouble.message
        except BaseException:
            healing.heal(fault, scene)
            raise
        healed = time.time()
        error = self._mended(fault, scene, client) or error
        return replace(bare, began=began, injected=injected, healed=healed, ended=time.time(), error=error)

    def _mended(self, fault: Fault, scene: Scene, client: Client) -> str:
        """Heal, and wait until all is whole and the client is served; say what is still wrong, empty when nothing is.

        What is wrong goes into the record; the next fault then finds the cluster as it is, and is not begun.
        """
        try:
            healing.heal(fault, scene)
            whole.wait(self._cluster, scene.runner, scene.clock, timeout=_WHOLE)
        except HakitError as trouble:
            return trouble.message
        return "" if client.wait_steady(_STEADY, timeout=30) else "all is whole again, but the client gets no answer"

    def _look_on(self, watch: float, expected: Expectation, client: Client, injected: float) -> None:
        """Look on as long as an outage may begin, and until answers are steady or patience is at its end."""
        least = injected + watch
        limit = self._patience(expected)
        self._means.clock.sleep(max(0.0, least - time.time()))
        client.wait_steady(_STEADY, since=injected, timeout=limit)

    def _patience(self, expected: Expectation) -> float:
        if self._means.patience is not None:
            return self._means.patience
        return _GIVE_UP if expected.seconds is None else max(_GIVE_UP, 2 * expected.seconds + 10)

    def _gather(self, fault: Fault, scene: Scene, trial: Trial, watchers: Watchers) -> Evidence:
        """Bring home what was seen on the nodes, and look at them once more."""
        samples, found, errors = watchers.stop()
        for trouble in watchers.trouble:
            self._tell(trouble, warning=True)
        names = [each.name for each in self._cluster.nodes]

        running = Command(
            ("systemctl", "is-active", "--quiet", "--", self._service.unit), ok_codes=_ANY, changes_state=False
        )

        def ask(name: str) -> tuple[str, bool, bool]:
            cib, quorum, unit = scene.runner.batch(name, (node.LIVE_CIB, links.QUORUM, running), keep_going=True)
            return cib.stdout if cib.code == 0 else "", quorum.code == 0, unit.code == 0

        said = {name: answer for name, answer in fan_out(names, ask).items() if not isinstance(answer, HakitError)}
        state = whole.look(self._cluster, scene.runner).state
        return Evidence(
            scene, fault, replace(trial, samples=samples, marks=found), state,
            {name: cib for name, (cib, _, _) in said.items()}, {name: quorate for name, (_, quorate, _) in said.items()},
            errors, {name: runs for name, (_, _, runs) in said.items()},
        )  # fmt: skip

    def _start(self) -> ClusterState:
        """Make the cluster ready for the next fault: whole, with nothing remembered of the last one."""
        means = self._means
        state = whole.wait(self._cluster, means.runner, means.clock, timeout=_WHOLE)
        if state.failures or any(each.fail_count for each in state.history):
            means.operator.cleanup()
            state = whole.wait(self._cluster, means.runner, means.clock, timeout=_WHOLE)
        return state

    def _scene(self, state: ClusterState) -> Scene:
        active = whole.active(self._service, state)
        standby = next((each.name for each in self._cluster.nodes if each.name != active), "")
        means = self._means
        return Scene(
            self._cluster, self._service, active, standby, means.runner, means.operator, means.machines,
            means.clock, means.listener, means.consent, self._question.port,
        )  # fmt: skip

    def _tell(self, text: str, *, warning: bool = False) -> None:
        self._means.listener.hear(Note(text, warning=warning))
