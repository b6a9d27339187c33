"""What lies on a node before its cluster starts: keys, corosync.conf, the first CIB."""

from __future__ import annotations

from collections.abc import Iterator

from hakit.core import Put, Remove, Secret
from hakit.model import sections
from hakit.observe import node
from hakit.plan.bootstrap import keys
from hakit.plan.changes import conf
from hakit.plan.seen import Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted


def configure(wanted: Wanted, seen: Seen) -> Iterator[Step]:
    """Give every node what its files lack; of one that runs only corosync.conf, and only what it has loaded already."""
    alike = keys.alike(seen)
    first = not any(facts.cib for name, facts in seen.nodes.items() if seen.ours(name))
    for name, host in seen.hosts.items():
        if name in seen.started:
            if conf.loaded(seen.nodes[name].loaded) and not same_conf(wanted, seen, name):
                put = Put(node.COROSYNC_CONF, wanted.corosync_conf, backup=False)
                yield Step(
                    "write corosync.conf", name, "Corosync works with what the spec says, the file differs", (put,)
                )
            continue
        if not alike:
            yield Step("write the authkeys", name, "every node needs the same ones", keys.put(wanted.material))
        if not same_conf(wanted, seen, name):
            why = "it differs from the spec" if seen.ours(name) and host.corosync else "it is not there"
            put = Put(node.COROSYNC_CONF, wanted.corosync_conf, backup=False)
            yield Step("write corosync.conf", name, why, (put,))
        if first and not seen.started:
            yield Step(
                "write the first CIB",
                name,
                "all services at once, before the first start, which then waits for nothing",
                # It holds the passwords of fencing devices. A digest of another CIB beside it would make Pacemaker refuse this one.
                (
                    Remove(f"{node.CIB}.sig"),
                    Put(node.CIB, Secret(wanted.cib), mode=0o600, owner="hacluster:haclient", backup=False),
                ),
            )


def same_conf(wanted: Wanted, seen: Seen, name: str) -> bool:
    """Say whether the node's corosync.conf means what the wanted one means."""
    file = seen.hosts[name].corosync
    return file is not None and not file.fault and sections.parse(file.text) == sections.parse(wanted.corosync_conf)
