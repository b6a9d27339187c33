"""The quorum device gets to know the cluster: certificates by corosync's own tools, carried from host to host.

The order is that of corosync-qdevice-net-certutil(8): the device's authority to every node, one node's request to the
device, the signed certificate back to that node, and its key pair to the others. What was done already is done again
without harm only on a node that has no database yet, so a node that has one is left alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from hakit.core import Action, Clock, Command, CommandFailed, Get, Listener, Outcome, Put, Runner, wait_until
from hakit.core.event import StepDone, StepStarted
from hakit.model import Cluster
from hakit.observe import links

_DEVICE = "/etc/corosync/qnetd/nssdb"
_NODE = "/etc/corosync/qdevice/net/nssdb"
_AUTHORITY = f"{_DEVICE}/qnetd-cacert.crt"
_KEYS = f"{_NODE}/qdevice-net-node.p12"
_PATIENCE = 90.0  # seconds: a client that was refused tries again after some
_PASSED = "/var/lib/hakit"
_TOOL, _DEVICE_TOOL = "corosync-qdevice-net-certutil", "corosync-qnetd-certutil"


def enroll(cluster: Cluster, runner: Runner, listener: Listener) -> None:
    """Give every node its certificate, unless all have one. Raises CommandFailed, HostUnreachable."""
    device = cluster.quorum.device
    nodes = [node.name for node in cluster.nodes]
    if device is None or device.tls == "off" or all(_has_keys(runner, name) for name in nodes):
        return
    _told(listener, "let the quorum device know the cluster", device.host, lambda: _carry(cluster, runner))


def wait(nodes: Sequence[str], runner: Runner, clock: Clock) -> None:
    """Wait until the device votes on every node. Raises DeadlinePassed."""

    def votes() -> dict[str, int]:
        return {name: links.device_votes(runner.run(name, links.QUORUM).stdout) for name in nodes}

    wait_until(
        "the quorum device votes on every node",
        votes,
        lambda seen: all(seen.values()),
        clock=clock,
        timeout=_PATIENCE,
        every=0.5,
        in_a_row=1,
    )


def _carry(cluster: Cluster, runner: Runner) -> None:
    device = cluster.quorum.device
    assert device is not None  # noqa: S101 - `enroll` looked
    host, (first, *others) = device.host, [node.name for node in cluster.nodes]
    _do(runner, host, (Command((_DEVICE_TOOL, "-i"), ok_codes=frozenset({0, 1})),))  # 1: it has its authority already
    authority = _fetched(runner, host, _AUTHORITY)
    for name in (first, *others):
        # A half-made database of an earlier run would be refused.
        clear = Command(("find", _NODE, "-mindepth", "1", "-delete"), ok_codes=frozenset({0, 1}))
        mine = f"{_PASSED}/qnetd-cacert.crt"
        _do(runner, name, (clear, _put(mine, authority), Command((_TOOL, "-i", "-c", mine))))
    _do(runner, first, (Command((_TOOL, "-r", "-n", cluster.name)),))
    request, signed = f"{_PASSED}/{cluster.name}.crq", f"{_DEVICE}/cluster-{cluster.name}.crt"
    asked = _put(request, _fetched(runner, first, f"{_NODE}/qdevice-net-node.crq"))
    _do(runner, host, (asked, Command((_DEVICE_TOOL, "-s", "-c", request, "-n", cluster.name))))
    certificate = f"{_PASSED}/cluster-{cluster.name}.crt"
    taken = _put(certificate, _fetched(runner, host, signed))
    _do(runner, first, (taken, Command((_TOOL, "-M", "-c", certificate))))
    keys = _put(_KEYS, _fetched(runner, first, _KEYS))
    for name in others:
        _do(runner, name, (keys, Command((_TOOL, "-m", "-c", _KEYS))))


def _has_keys(runner: Runner, name: str) -> bool:
    return runner.run(name, Get(_KEYS, secret=True, binary=True)).code == 0


def _put(path: str, content: str) -> Put:
    return Put(path, content, mode=0o600, backup=False, binary=True)


def _fetched(runner: Runner, host: str, path: str) -> str:
    outcome = runner.run(host, Get(path, secret=True, binary=True, ok_codes=frozenset({0})))
    if not outcome.ok:
        raise CommandFailed(outcome)
    return outcome.stdout


def _do(runner: Runner, host: str, actions: Sequence[Action]) -> tuple[Outcome, ...]:
    outcomes = runner.batch(host, actions)
    if not outcomes[-1].ok:
        raise CommandFailed(outcomes[-1], hint="is corosync-qnetd installed there, and corosync-qdevice on the nodes?")
    return outcomes


def _told(listener: Listener, title: str, host: str, work: Callable[[], object]) -> None:
    listener.hear(StepStarted(title, host))
    start, ok = time.monotonic(), False
    try:
        work()
        ok = True
    finally:
        listener.hear(StepDone(title, host, time.monotonic() - start, ok))
