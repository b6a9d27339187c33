"""What a host needs before it is configured: notes of how it stood, no other cluster, the agent, the units at rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hakit import render
from hakit.core import Command, Put
from hakit.model import SbdFencing, sbd
from hakit.observe import node, record
from hakit.observe.host.facts import HostFacts
from hakit.observe.host.units import DEVICE, DRBD
from hakit.observe.record import Phase, Record, UnitBefore
from hakit.plan import agent, alerts, boot
from hakit.plan.bootstrap import stock, tokens
from hakit.plan.dialect import Dialect
from hakit.plan.seen import STACK, Belonging, Seen
from hakit.plan.step import Step
from hakit.plan.wanted import Wanted


def notes(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Write down how each host stands, before anything of it is changed."""
    for name in seen.hosts:
        actions = _notes(wanted, seen, name, dialects[name].daemon)
        if actions:
            yield Step("note how the host stands", name, "so that hakit destroy can put it back", actions)


def prepare(wanted: Wanted, seen: Seen, dialects: Mapping[str, Dialect]) -> Iterator[Step]:
    """Clear away other clusters, install the agents, give the services' units into the cluster's hands."""
    for name, host in seen.hosts.items():
        yield from _clear(seen, host, dialects[name])
        yield from _agent(wanted, seen, name)
        yield from _daemon(host, dialects[host.host].daemon)
        yield from _units(wanted, seen, host)
    yield from tokens.hand_out(wanted, seen, dialects)


def _clear(seen: Seen, host: HostFacts, dialect: Dialect) -> Iterator[Step]:
    match seen.belonging(host.host):
        case Belonging.STOCK:
            actions = stock.remove(seen, host.host, dialect)
            yield Step("remove Debian's stock one-node cluster", host.host, "it stands where ours will", actions)
        case Belonging.OTHER:
            name = host.corosync.cluster_name if host.corosync else ""
            title = f"destroy the cluster {name!r}"
            yield Step(title, host.host, "asked for by --replace", dialect.destroy(), final=True)
        case Belonging.NONE | Belonging.OURS:
            pass


def _agent(wanted: Wanted, seen: Seen, name: str) -> Iterator[Step]:
    facts = seen.nodes[name]
    resource = (agent.step(text, name, facts.agents[path], path) for path, text in wanted.agents.items())
    yield from (step for step in (*resource, alerts.install(wanted, seen, name)) if step)


def _daemon(host: HostFacts, unit: str) -> Iterator[Step]:
    if unit and not (host.units[unit].enabled and host.units[unit].running):
        name = unit.removesuffix(".service")
        commands = (boot.at_boot(unit, enabled=True), Command(("systemctl", "start", "--", unit), timeout=180))
        yield Step(f"start {name}, now and at boot", host.host, "the nodes are driven through it", commands)


def _units(wanted: Wanted, seen: Seen, host: HostFacts) -> Iterator[Step]:
    units = [host.units[service.unit] for service in wanted.cluster.services]
    at_boot = tuple(unit.asked for unit in units if unit.enabled)
    if at_boot:
        yield Step(
            f"take {_some(at_boot)} out of the boot",
            host.host,
            "Pacemaker decides where it runs; hakit destroy puts it back",
            (boot.at_boot(*at_boot, enabled=False),),
        )
    # Where our cluster runs already, or was stopped around its services, a running unit is the cluster's doing.
    kept = host.host in seen.started or _resting(seen, host.host)
    active = () if kept else tuple(unit for unit in units if unit.running)
    if active:
        # systemd ends a unit that overstays its own limit; ours lies above the sum of both of its phases.
        longest = max(min(unit.stop_timeout, 600.0) for unit in active)
        names = tuple(unit.asked for unit in active)
        yield Step(
            f"stop {_some(names)}",
            host.host,
            "it runs outside the cluster, which starts it on one node",
            (Command(("systemctl", "stop", "--", *names), timeout=2 * longest + 30),),
        )


def _resting(seen: Seen, name: str) -> bool:
    cib = seen.nodes[name].cib
    return bool(cib) and seen.ours(name) and render.resting(cib)


def _some(names: tuple[str, ...]) -> str:
    most = 3
    return ", ".join(names) if len(names) <= most else f"{names[0]} and {len(names) - 1} more"


def _notes(wanted: Wanted, seen: Seen, name: str, daemon: str) -> tuple[Command | Put, ...]:
    """Give the actions that keep what a bootstrap would change; none when all of it is kept already."""
    host, old = seen.hosts[name], seen.nodes[name].record
    if old and old.phase is Phase.RETURNED:
        old = None  # all of it was put back; only the notes themselves are left
    kept = old.units if old else {}
    units = (service.unit for service in wanted.cluster.services)
    client = host.units[DEVICE]
    device = (DEVICE,) if wanted.cluster.quorum.device or client.enabled or client.running else ()
    drbd = (DRBD,) if DRBD in host.units and host.units[DRBD].load == "loaded" else ()
    fence = (sbd.UNIT,) if isinstance(wanted.cluster.fencing, SbdFencing) else ()
    asked = (*STACK, *((daemon,) if daemon else ()), *device, *drbd, *fence, *units)
    missing = {
        unit: UnitBefore(host.units[unit].file_state, host.units[unit].running) for unit in asked if unit not in kept
    }
    tool = wanted.cluster.tool
    if old and (old.cluster, old.tool, old.phase) == (wanted.cluster.name, tool, Phase.NOTED) and not missing:
        return ()
    # sbd's file is kept when SBD comes, which may be later than the cluster.
    late = (sbd.FILE,) if sbd.UNIT in missing and host.sbd.file else ()
    new = (*(() if old else _files(seen, name)), *late)
    note = Record(wanted.cluster.name, {**missing, **kept}, (*(old.files if old else ()), *new), tool=tool)
    save: tuple[Command | Put, ...] = (Command(("mkdir", "--parents", "--mode=0700", record.FOLDER, record.BEFORE)),)
    if new:
        save += (Command(("cp", "--archive", "--parents", "--", *new, record.BEFORE)),)
    return (*save, Put(record.PATH, note.dump(), mode=0o600, backup=False))


def _files(seen: Seen, name: str) -> tuple[str, ...]:
    # A host that is configured for this very cluster has no earlier state to keep.
    return () if seen.ours(name) else tuple(path for path in node.KEPT if path in seen.nodes[name].files)
