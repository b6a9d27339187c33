"""Look at the nodes of an existing cluster, and read the spec that says it; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from hakit.author.cluster import membership
from hakit.author.cluster.hints import Hints
from hakit.author.cluster.read import Import, Texts, read
from hakit.core import HakitError, Runner
from hakit.model import sections
from hakit.observe import existing
from hakit.observe.existing import Existing
from hakit.run.hosts import fan_out


def live(hosts: Sequence[str], runner: Runner) -> Import:
    """Import from one or more nodes of one cluster.

    Raises HostUnreachable for the first that can't be reached, and HakitError when they aren't of one cluster.
    """

    def one(host: str) -> Existing:
        return existing.read(runner.batch(host, existing.actions(), keep_going=True))

    seen: list[Existing] = []
    for answer in fan_out(hosts, one).values():
        if isinstance(answer, HakitError):
            raise answer
        seen.append(answer)
    _one_cluster(seen)
    first = seen[0]
    texts = Texts(first.corosync, first.cib, f"{first.host}:corosync.conf", f"{first.host}:CIB")
    return read(texts, _hints(seen, runner))


def _one_cluster(seen: Sequence[Existing]) -> None:
    first = seen[0]
    for each in seen:
        if not each.corosync:
            raise HakitError(f"{each.host} belongs to no cluster: it has no corosync.conf", hint=_INIT)
        if not each.cib:
            raise HakitError(
                f"{each.host} has no CIB that can be read",
                hint=f"become root there, or start the cluster on {each.host}",
            )
        if sections.parse(each.corosync) != sections.parse(first.corosync):
            raise HakitError(
                f"{each.host} and {first.host} have different corosync.confs",
                hint="name nodes of one cluster; if they are, make the files equal first",
            )


_INIT = "name a node of a cluster; for bare hosts there is hakit init"


def _hints(seen: Sequence[Existing], runner: Runner) -> Hints:
    conf = sections.parse(seen[0].corosync)
    names = membership.names_of_addresses(conf)
    found = existing.addresses(names, runner.batch(seen[0].host, existing.lookups(names), keep_going=True))
    return Hints(
        interfaces={each.name: each.interfaces for each in seen},
        autostart=all(each.autostart for each in seen),
        addresses=found,
        volumes={name: volume for each in seen for name, volume in each.volumes.items()},
        sbd=seen[0].sbd,
    )
