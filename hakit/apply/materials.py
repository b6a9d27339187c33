"""Keys and tokens: fresh ones, or those of the nodes that run already."""

from __future__ import annotations

import secrets

from hakit.core import CommandFailed, Get, Runner, Secret
from hakit.observe import node
from hakit.plan.bootstrap.keys import BYTES
from hakit.plan.seen import Seen
from hakit.plan.wanted import Material


def material(seen: Seen, runner: Runner) -> Material:
    """Take the keys from a started node, so that others can join it, else make new ones.

    Raises CommandFailed when a started node has no keys to give, HostUnreachable when it is gone.
    """
    token = Secret(secrets.token_hex(32))
    if not seen.started:
        return Material(_new(), _new(), token)
    wanted = (
        Get(node.COROSYNC_KEY, secret=True, binary=True, ok_codes=frozenset({0})),
        Get(node.PACEMAKER_KEY, secret=True, binary=True, ok_codes=frozenset({0})),
    )
    outcomes = runner.batch(seen.started[0], wanted)
    if not outcomes[-1].ok:
        raise CommandFailed(outcomes[-1])
    corosync, pacemaker = (Secret(outcome.stdout) for outcome in outcomes)
    return Material(corosync, pacemaker, token)


def _new() -> Secret:
    return Secret(secrets.token_bytes(BYTES).decode("latin-1"))
