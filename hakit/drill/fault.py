"""What every fault is: a name, what will be done, what is to be expected, the deed and its undoing."""

from __future__ import annotations

from typing import ClassVar

from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class Fault:
    """Base of all faults; one class in a file of its own, listed in `drill.faults.every`.

    `needs` says what this fault can do to the data of a real service: such a fault is done on a cluster that is no lab
    only when it was named. `splits` marks those in which both nodes may hold the service, as long as nobody fences.
    `watch` is for how many seconds the client looks on at least: as long as it may take until an outage begins; `looks_on`
    says so where that depends on the cluster.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    harsh: ClassVar[bool] = False
    splits: ClassVar[bool] = False
    machines: ClassVar[bool] = False
    watch: ClassVar[float] = 2.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        raise AssertionError(type(self), scene)

    def expected(self, scene: Scene) -> Expectation:
        """Say what a client will see."""
        raise AssertionError(type(self), scene)

    def inject(self, scene: Scene) -> None:
        """Do it. Raises HakitError."""
        raise AssertionError(type(self), scene)

    def heal(self, scene: Scene) -> None:
        """Undo it, whether or not `inject` was through; doing it twice does no harm. Raises HakitError."""

    def prepare(self, scene: Scene) -> None:
        """Do what has to be so beforehand, before the client begins to look."""

    def impossible(self, scene: Scene) -> str:
        """Say why it can't be done on these hosts; empty when it can."""
        del scene
        return ""

    def looks_on(self, scene: Scene) -> float:
        """Say for how many seconds the client looks on at least."""
        del scene
        return self.watch

    def explains(self, scene: Scene) -> frozenset[str]:
        """Name the nodes on which failures of the service's resources are this fault's doing."""
        del scene
        return frozenset()


def why_not(fault: Fault, scene: Scene) -> str:
    """Say why a fault is not to be done here: it can't, or nobody agreed to it; empty when it may."""
    if fault.machines and scene.machines is None:
        return "needs a hand on the nodes' power and cables, which only a lab gives"
    if fault.splits and not scene.fenced and not (scene.machines is not None and scene.consent.split_brain):
        return "without fencing both nodes may hold the service; in a lab, --allow-split-brain does it all the same"
    if fault.harsh and scene.machines is None and fault.name not in scene.consent.named:
        return f"not done on a cluster that is no lab unless it is named: --only {fault.name}"
    return fault.impossible(scene)
