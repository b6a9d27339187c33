"""Corosync loses a ring, or all of them; clients still reach both nodes."""

from __future__ import annotations

from hakit.drill import expect, firewall
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation


class RingLost(Fault):
    """Corosync's messages on one ring are dropped, on the active node, both ways."""

    watch = 8.0

    def __init__(self, ring: int) -> None:
        self._ring = ring
        self.name = f"ring{ring}-lost"  # type: ignore[misc]
        self.title = f"Ring {ring} lost"  # type: ignore[misc]

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"drop what Corosync says and hears on ring {self._ring} of {scene.active} (nftables); clients are let through"

    def expected(self, scene: Scene) -> Expectation:
        """Nothing: the other ring carries on."""
        del scene
        return Expectation(0.0, "the other ring carries on, and clients' packets are let through")

    def impossible(self, scene: Scene) -> str:
        """Say whether there is such a ring, another one beside it, and nft."""
        if self._ring >= len(scene.cluster.rings):
            return f"there is no ring {self._ring}"
        if len(scene.cluster.rings) == 1:
            return "it is the only ring: see rings-lost"
        return firewall.missing(scene, scene.active)

    def inject(self, scene: Scene) -> None:
        """Drop them."""
        firewall.drop(scene, scene.active, [self._ring])

    def heal(self, scene: Scene) -> None:
        """Let them through."""
        firewall.undo(scene, scene.active)


class RingsLost(Fault):
    """Corosync's messages on all rings are dropped: the nodes no longer know of each other."""

    name = "rings-lost"
    title = "All rings lost"
    harsh = True
    splits = True
    watch = 12.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"drop what Corosync says and hears on every ring of {scene.active} (nftables)"

    def expected(self, scene: Scene) -> Expectation:
        """With fencing one node is left; without, both hold the service, unless the network is asked first."""
        return expect.parted(scene, "both nodes take the service: there is no fencing")

    def impossible(self, scene: Scene) -> str:
        """Say whether nft is there."""
        return firewall.missing(scene, scene.active)

    def inject(self, scene: Scene) -> None:
        """Drop them."""
        firewall.drop(scene, scene.active, range(len(scene.cluster.rings)))

    def looks_on(self, scene: Scene) -> float:
        """With fencing, until one of them has been fenced: it serves till then."""
        return (expect.dead(scene).seconds or 0.0) if scene.fenced else self.watch

    def heal(self, scene: Scene) -> None:
        """Let them through; who was fenced is booted."""
        if scene.machines is not None:
            for node in (scene.active, scene.standby):
                scene.machines.power_on(node)
        firewall.undo(scene, scene.active)
        for node in (scene.active, scene.standby):
            scene.operator.start_cluster(node)

    def explains(self, scene: Scene) -> frozenset[str]:
        """Where both run it, the cluster stops it on both when they meet again."""
        return frozenset({scene.active, scene.standby})
