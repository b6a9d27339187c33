"""A fault is undone whatever happens, and what may not be done here is not done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.core import HakitError, Tape
from hakit.drill import healing
from hakit.drill.fault import Fault, why_not
from hakit.drill.faults import every
from hakit.drill.scene import Consent, Scene
from hakit.model import NoFencing
from hakit.report.record import Expectation
from tests.doubles.clock import FakeClock
from tests.sample_clusters import SQUID, cluster


class Broken(Fault):
    """Takes the errors that its healing meets, in order."""

    name, title = "broken", "Broken"

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.healed = 0

    def expected(self, scene: Scene) -> Expectation:
        raise AssertionError(scene)

    def heal(self, scene: Scene) -> None:
        del scene
        if self.errors:
            raise self.errors.pop(0)
        self.healed += 1


class NoMachines:
    """Machines that nobody may touch in these tests."""


def scene(**changes: object) -> Scene:
    made = Scene(
        cluster(SQUID), SQUID, "qsp-a", "qsp-b", None, None, None, FakeClock(), Tape(), Consent(), 3128  # type: ignore[arg-type]
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def test_healing_is_tried_until_it_works() -> None:
    fault = Broken(HakitError("not yet"), HakitError("not yet"))
    healing.heal(fault, scene())
    assert fault.healed == 1


def test_healing_that_never_works_says_so() -> None:
    fault = Broken(*[HakitError("no way")] * 1000)
    with pytest.raises(HakitError, match="Broken could not be undone: no way"):
        healing.heal(fault, scene())


def test_who_is_interrupted_heals_first() -> None:
    fault = Broken(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        healing.heal(fault, scene())
    assert fault.healed == 1


def fault(name: str) -> Fault:
    (found,) = every.chosen([name])
    return found


def test_without_a_lab_harsh_faults_are_done_only_when_named() -> None:
    harsh = fault("node-rebooted")
    assert "--only node-rebooted" in why_not(harsh, scene())
    assert why_not(harsh, scene(consent=Consent(frozenset({"node-rebooted"})))) == ""
    assert why_not(fault("service-killed"), scene()) == ""


def test_power_and_cables_need_a_hand_on_them() -> None:
    named = Consent(frozenset({"power-lost"}))
    assert "only a lab" in why_not(fault("power-lost"), scene(consent=named))


def test_a_split_needs_fencing_or_a_lab_and_consent() -> None:
    splitting = fault("corosync-killed")
    named = frozenset({"corosync-killed"})
    assert isinstance(cluster(SQUID).fencing, NoFencing)
    assert "without fencing" in why_not(splitting, scene(consent=Consent(named)))
    assert "without fencing" in why_not(splitting, scene(consent=Consent(named, split_brain=True)))
    assert "without fencing" in why_not(splitting, scene(machines=NoMachines()))
    assert why_not(splitting, scene(machines=NoMachines(), consent=Consent(split_brain=True))) == ""


def test_every_fault_says_what_it_does_and_what_to_expect() -> None:
    names = [each.name for each in every.FAULTS]
    assert len(set(names)) == len(names) >= 20
    for each in every.FAULTS:
        assert each.title and each.deed(scene())
        expected = each.expected(scene())
        assert expected.why and (expected.seconds is None or expected.seconds >= 0)


def test_an_unknown_fault_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(HakitError, match="no fault 'service-kiled'") as raised:
        every.chosen(["service-kiled"])
    assert raised.value.hint == "did you mean 'service-killed'?"
