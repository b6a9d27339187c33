"""Look at hosts that shall become a cluster; changes nothing."""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence

from hakit.core import Command, HakitError, HostUnreachable, Runner
from hakit.model.cluster import Address
from hakit.observe.host import survey as hosts_
from hakit.observe.host.survey import Surveyed
from hakit.run.hosts import fan_out

_PROGRAM = importlib.resources.files("hakit.run").joinpath("listeners.py").read_text(encoding="utf-8")
_TWO = 2


def survey(hosts: Sequence[str], runner: Runner) -> tuple[Surveyed, ...]:
    """See all hosts, one trip each. Raises HakitError, with all reasons, when one can't be reached or can't be used."""
    if len(hosts) < _TWO:
        raise HakitError("a cluster has two hosts or more", hint="hakit init HOST HOST")
    actions = hosts_.actions(_PROGRAM)

    def one(host: str) -> Surveyed:
        return hosts_.read(runner.batch(host, actions, keep_going=True))

    answers = fan_out(hosts, one).values()
    missing = [answer for answer in answers if isinstance(answer, HostUnreachable)]
    if missing:
        reasons = "; ".join(f"{error.host}: {error.reason}" for error in missing)
        raise HakitError(f"can't look at {reasons}", hint=next((error.hint for error in missing if error.hint), ""))
    seen = tuple(answer for answer in answers if isinstance(answer, Surveyed))
    _usable(seen)
    return seen


def in_use(address: Address, host: str, runner: Runner) -> bool:
    """Say whether somebody answers at the address; asked by one of the hosts."""
    # 1: no answer; 2: no way there (ping(8)). Preflight asks again, by ARP and from every node.
    ping = Command(
        ("ping", "-c", "2", "-W", "1", "-n", str(address)),
        ok_codes=frozenset({0, 1, 2}),
        timeout=10,
        changes_state=False,
    )
    return runner.run(host, ping).code == 0


def _usable(seen: Sequence[Surveyed]) -> None:
    names: dict[str, str] = {}
    for each in seen:
        if each.name in names:
            raise HakitError(f"{names[each.name]} and {each.host} are the same host: both call themselves {each.name}")
        names[each.name] = each.host
        if each.cluster:
            raise HakitError(
                f"{each.name} belongs to a cluster already: {each.cluster}",
                hint=f"hakit import {each.host} writes the spec of that one",
            )
