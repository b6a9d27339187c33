"""The quorum device: whether it votes, and what that means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.core import Finding, Severity
from hakit.plan.seen import Seen

_TWO = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceVoteMissing(Finding):
    """The quorum device has no vote on a node that runs."""

    code = "HK322"
    severity = Severity.WARNING
    matters = "As long as it is so, a cut between the nodes can stop the services on both sides."
    cure = "look at corosync-qdevice on the nodes and at corosync-qnetd on the device's host; is its port open?"
    see = "corosync-qdevice(8)"
    host: str
    nodes: tuple[str, ...]

    def text(self) -> str:
        """Say in one line what is so."""
        return f"the quorum device {self.host} does not vote on {', '.join(self.nodes)}"

    def remedy(self) -> str:
        """Say in one line what to do about it."""
        return f"there: systemctl status corosync-qdevice; on {self.host}: corosync-qnetd-tool -l"


@dataclass(frozen=True, kw_only=True, slots=True)
class QuorumRule(Finding):
    """Which part of the cluster goes on when it is parted, where that is not simply the majority of the nodes."""

    code = "HK323"
    severity = Severity.NOTE
    matters = "Whoever looks at a parted cluster wants to know which side is right."
    cure = "nothing; it is what the spec says"
    see = "votequorum(5), corosync-qdevice(8)"
    rule: str

    def text(self) -> str:
        """Say in one line what is so."""
        return self.rule


def check(seen: Seen) -> Iterator[Finding]:
    """Look at the device's votes, and tell the rule."""
    quorum, nodes = seen.cluster.quorum, len(seen.cluster.nodes)
    if quorum.device:
        without = tuple(name for name in seen.running if not seen.nodes[name].device_votes)
        if without:
            yield DeviceVoteMissing(host=quorum.device.host, nodes=without)
        if quorum.device.algorithm == "ffsplit":
            rule = f"in a split into equal halves, the quorum device {quorum.device.host} chooses the one that goes on"
        else:
            rule = f"the last node that the quorum device {quorum.device.host} sees goes on, even alone"
        yield QuorumRule(rule=rule)
    if quorum.last_man_standing:
        rule = "the votes follow the nodes that are left: one after the other may fail, down to two of them"
        yield QuorumRule(rule=rule)
    if quorum.wait_for_all and (nodes > _TWO or quorum.device):
        yield QuorumRule(rule="a cluster that starts waits until it has seen all nodes once (wait_for_all)")
