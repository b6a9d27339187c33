"""Timings: what the stack allows, and numbers that fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.model import PROFILES, TIMEOUTS
from hakit.spec import build
from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault
from hakit.spec.place import Loc, Place
from hakit.spec.schema.part import LONGEST

LEAST_TOKEN = 800  # two pings, of which pcs 0.12 allows one in 200 ms, before a link counts as down: hakit.model.timing
LEAST_CONSENSUS = 100  # twice the join timeout (50 ms), which consensus must exceed: corosync.conf(5), consensus
LEAST_INTERVAL = 2  # seconds; a monitor each second of each resource is load without a gain
TWO = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class TooFast(SpecFault):
    """A number below what the stack allows."""

    code = "HK190"
    matters = "Below that the stack refuses the number, or takes an ordinary pause of a busy host for a failure."
    see = "corosync.conf(5), token; pcs 0.12, knet_ping_interval"
    said: int
    least: int
    unit: str
    why: str

    def text(self) -> str:
        """Compare, and say why."""
        return f"{self.said} {self.unit} is below {self.least} {self.unit}: {self.why}"

    def remedy(self) -> str:
        """Say what is possible."""
        return f"use {self.least} or more"


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgottenTooSoon(SpecFault):
    """A failure would be forgotten while the operation that failed may still be under way."""

    code = "HK191"
    matters = (
        "The count of failures would start anew before it can reach the threshold, so the service would never"
        " leave the node where it fails."
    )
    see = "Pacemaker Explained, failure-timeout"
    failure_timeout: int
    timeout: int
    service: str
    operation: str

    def text(self) -> str:
        """Compare the two."""
        return (
            f"a failure is forgotten after {self.failure_timeout} s, and the {self.operation} of '{self.service}' "
            f"may take {self.timeout} s: it would be tried on the same node for ever"
        )

    def remedy(self) -> str:
        """Say what must be so."""
        return "keep timing.failure_timeout above every timeout"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsensusTooShort(SpecFault):
    """A consensus shorter than the token allows with so many nodes."""

    code = "HK192"
    matters = "The nodes would begin to form a new membership before they can know that the old one is gone."
    see = "corosync.conf(5), consensus"
    consensus: int
    token: int
    least: int

    def text(self) -> str:
        """Compare the two."""
        return f"consensus {self.consensus} ms is below 1.2 times the token of {self.token} ms"

    def remedy(self) -> str:
        """Say what is possible."""
        return f"use {self.least} or more, or leave it out"


def timing(spec: Draft) -> Iterator[SpecFault]:
    """Check the numbers that are said; the profiles are right by themselves."""
    said = spec.timers
    yield from _least(spec, "token", LEAST_TOKEN, "ms", "a link would count as down after one ping without an answer")
    for name in ("unit_interval", "vip_interval"):
        yield from _least(spec, name, LEAST_INTERVAL, "s", "looking that often costs more than it finds")
    known = "token" in said or spec.timing is None or spec.timing.text in PROFILES
    if "consensus" in said and known:
        yield from _consensus(spec)


def failure_timeout(spec: Draft) -> Iterator[SpecFault]:
    """Check that a failure is remembered longer than any operation may take."""
    limit = build.timing(spec).failure_timeout
    said = "failure_timeout" in spec.timers
    for service in spec.services:
        default = TIMEOUTS[service.looked_after_by]
        for name in ("start", "stop", "monitor"):
            timeout = service.timeouts.get(name, getattr(default, name))
            if limit > timeout or timeout > LONGEST:  # that is a fault of structure already
                continue
            loc: Loc = ("timing", "failure_timeout") if said else (*service.loc, "timeouts", name)
            yield ForgottenTooSoon(
                place=spec.at(loc), failure_timeout=limit, timeout=timeout, service=service.name, operation=name
            )
            if said:
                return
    yield from _forgotten_address(spec, limit, said=said)


def _forgotten_address(spec: Draft, limit: int, *, said: bool) -> Iterator[SpecFault]:
    timeout = build.timing(spec).operation_timeout
    first = next((each.name for each in spec.services if each.vip), "")
    if first and limit <= timeout:
        loc: Loc = ("timing", "failure_timeout" if said else "operation_timeout")
        yield ForgottenTooSoon(
            place=spec.at(loc), failure_timeout=limit, timeout=timeout, service=first, operation="address"
        )


def _consensus(spec: Draft) -> Iterator[SpecFault]:
    times = build.timing(spec)
    place = spec.at(("timing", "consensus"))
    if times.consensus < LEAST_CONSENSUS:
        why = "it must exceed Corosync's join timeout"
        yield TooFast(place=place, said=times.consensus, least=LEAST_CONSENSUS, unit="ms", why=why)
    # With two nodes less than the token is safe, with more it is not: corosync.conf(5), consensus.
    elif len(spec.nodes) > TWO and times.consensus * 5 < times.token * 6:
        yield ConsensusTooShort(
            place=place, consensus=times.consensus, token=times.token, least=-(-times.token * 6 // 5)
        )


def _least(spec: Draft, name: str, least: int, unit: str, why: str) -> Iterator[SpecFault]:
    number = spec.timers.get(name)
    if number is not None and 0 < number < least:
        place: Place = spec.at(("timing", name))
        yield TooFast(place=place, said=number, least=least, unit=unit, why=why)
