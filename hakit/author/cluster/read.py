"""An existing cluster's corosync.conf and CIB to a spec file, and everything that the spec doesn't say."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from hakit import spec
from hakit.author.cluster import conf as confs
from hakit.author.cluster import (
    constraints,
    guards,
    meaning,
    membership,
    pace,
    parts,
    placement,
    power,
    quorum,
    service,
    shapes,
    ties,
    told,
    watchdog,
)
from hakit.author.cluster.findings import Assumed, Imported, SpecWouldHaveFault, Undecided
from hakit.author.cluster.hints import Hints
from hakit.core import Severity
from hakit.model import Cluster, Service, memo, sections
from hakit.render import document, facts, fragments
from hakit.spec.writing import Comments

_UNDECIDED = "HK150"  # said in words of its own when a cluster is imported


@dataclass(frozen=True, slots=True)
class Texts:
    """The two files, and what they are called in findings."""

    corosync: str
    cib: str
    corosync_name: str = "corosync.conf"
    cib_name: str = "cib.xml"


@dataclass(frozen=True, slots=True)
class Import:
    """The cluster and the spec file that says it; findings of what it doesn't say, in the order of the files."""

    cluster: Cluster
    text: str
    findings: tuple[Imported, ...]

    @property
    def usable(self) -> bool:
        """Whether `hakit check` passes on it."""
        return not any(isinstance(finding, SpecWouldHaveFault | Undecided) for finding in self.findings)

    @property
    def whole(self) -> bool:
        """Whether everything is in the spec: nothing is more than a note."""
        return all(finding.severity is Severity.NOTE for finding in self.findings)


def read(texts: Texts, hints: Hints | None = None) -> Import:
    """Read a cluster. Raises HakitError when one of the texts isn't what it should be, or no spec could say it."""
    known = hints or Hints()
    conf, kept = sections.parse(texts.corosync), memo.read(texts.corosync)
    cib = fragments.parse(texts.cib)
    nodes = membership.nodes(conf, known)
    names = [node.name for node in nodes]
    said = ties.read(facts.section(cib, "constraints"))
    found = shapes.find(facts.section(cib, "resources"), said, names, known.volumes)
    bare = tuple(service.service(shape, known.volumes) for shape in found.services)
    rings, assumed = membership.rings(conf, nodes, tuple(each.vip for each in bare if each.vip), kept, known)
    bare = tuple(service.narrowed(each, rings[0].network) for each in bare)
    defaults = {name: fact.value for name, fact in meaning.of_sets(facts.section(cib, "rsc_defaults"), "").items()}
    placed = placement.placed(bare, found.services, said, names, defaults)
    fenced = power.properties(facts.section(cib, "crm_config"))
    timing = pace.timing(conf, len(nodes), found.services, defaults, kept)
    patience = timing.operation_timeout
    decision = power.decision(texts.cib_name, found.devices, kept, names, fenced, sbd=known.sbd, patience=patience)
    autostart = kept.autostart if known.autostart is None else known.autostart
    cluster = Cluster(
        name=membership.name(conf),
        nodes=nodes,
        rings=rings,
        fencing=power.with_levels(decision.fencing, facts.section(cib, "fencing-topology")),
        services=placed.services,
        timing=timing,
        autostart=autostart is not False,
        alerts=told.alerts(facts.section(cib, "alerts")),
        quorum=quorum.quorum(conf, len(nodes)),
        guard=guards.guard(found.guard),
    )
    meant = document.tree(cluster, None)
    findings = (
        *membership.unsaid(texts.corosync_name, conf, cluster, assumed),
        *(() if autostart is not None else (_autostart(texts.corosync_name),)),
        *confs.compare(texts.corosync_name, conf, cluster),
        *parts.settings(texts.cib_name, cib, cluster, fencing=fenced.enabled),
        *decision.findings,
        *watchdog.unsaid(texts.cib_name, found.devices, cluster, kept, known.sbd),
        *parts.resources(texts.cib_name, found, meant),
        *guards.unsaid(texts.cib_name, found.guard, meant),
        *constraints.constraints(texts.cib_name, said, placed, found, meant),
        *told.unsaid(texts.cib_name, facts.section(cib, "alerts"), facts.section(meant, "alerts")),
        *parts.others(texts.cib_name, cib, names, power.said_levels(meant)),
    )
    return _written(cluster, findings, known)


def _autostart(file: str) -> Imported:
    return Assumed(where=file, what="whether the cluster starts when a node boots", taken="it does")


def _written(cluster: Cluster, findings: tuple[Imported, ...], hints: Hints) -> Import:
    usual = dataclasses.replace(cluster, services=tuple(_usual_nic(each, cluster, hints) for each in cluster.services))
    left = [finding for finding in findings if finding.severity is not Severity.NOTE]
    text = spec.written(usual, _comments(usual, left))
    _, faults = spec.check_text(text, "hakit.yaml")
    refused = tuple(
        SpecWouldHaveFault(where="hakit.yaml", fault=f"{fault.place.path}: {fault.text()}")
        for fault in faults
        if fault.code != _UNDECIDED
    )
    return Import(usual, text, (*findings, *refused))


def _usual_nic(known: Service, cluster: Cluster, hints: Hints) -> Service:
    """Leave out an interface that hakit would choose by itself, as far as all nodes were looked at."""
    vip = known.vip
    if vip is None or vip.nic is None or vip.interface.ip not in cluster.rings[0].network:
        return known
    everywhere = {node.name for node in cluster.nodes} <= hints.interfaces.keys()
    usual = everywhere and hints.facing(vip.interface.ip) == vip.nic
    return dataclasses.replace(known, vip=dataclasses.replace(vip, nic=None)) if usual else known


def _comments(cluster: Cluster, left: list[Imported]) -> Comments:
    tail = (
        ("What the cluster has and this file doesn't say:", *(f"- {each.where}: {each.text()}" for each in left))
        if left
        else ()
    )
    head = (f"The cluster {cluster.name}, as hakit import found it.",)
    rings = ("By the node's name: its address in ring 0, where the clients are, then in the other rings.",)
    options = ("What differs from the rings' usual options: by default, later rings go first.",)
    fencing = ("How a node that doesn't answer is made harmless.",)
    return Comments(head, tail, {"nodes": rings, "rings": options, "fencing": fencing})
