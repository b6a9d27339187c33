"""Names that Corosync, Pacemaker, pcs, crm or the host's own name would not bear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hakit.model import alert
from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault

# pcs refuses others without --force, since GFS2 can't take them (pcs, lib/corosync/config_validators.py).
_CLUSTER = re.compile(r"[A-Za-z0-9_-]{1,32}")
# hostname(7), and HOST_NAME_MAX of Linux: labels of letters, digits and inner hyphens, 64 characters in all.
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST_HOST = 64
# A service's name becomes an id in the CIB, which RelaxNG wants to be an NCName; ASCII keeps it typable.
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
_LONGEST_ID = 64  # tables and log lines stay readable; nothing in the stack is shorter
# What the CIB of every hakit cluster holds, and words that pcs and crm read as something else where a resource
# may stand ("pcs constraint colocation add ROLE NAME with NAME", "pcs constraint order NAME then NAME").
RESERVED = frozenset(
    [
        "cib-bootstrap-options",
        "rsc-options",
        "op-options",
        "build-resource-defaults",
        "start",
        "stop",
        "promote",
        "demote",
        "then",
        "with",
        "near",
        "everywhere",
        "leaves",
        "avoids",
        "set",
        "add",
        "remove",
        "delete",
        "and",
        "or",
        "not",
        "date",
        "true",
        "false",
        "all",
        "any",
        "started",
        "stopped",
        "master",
        "slave",
        "promoted",
        "unpromoted",
        "infinity",
        "inf",
        "configuration",
        "crm_config",
        "nodes",
        "resources",
        "constraints",
        "status",
        "cib",
        "primitive",
        "group",
        "clone",
        "ms",
        "bundle",
        "template",
        "location",
        "colocation",
        "order",
        "rsc_defaults",
        "op_defaults",
        "property",
        "fencing_topology",
        "role",
        "user",
        "tag",
        "alert",
        "node",
    ]
)
# What hakit/render puts behind a service's name to make ids: NAME-vip, NAME-unit-monitor-5s, NAME-after-OTHER, …
DERIVED = frozenset(
    [
        "vip",
        "unit",
        "probe",
        "volume",
        "mount",
        "mirror",
        "guard",
        "prefers",
        "after",
        "with",
        "meta_attributes",
        "instance_attributes",
    ]
)
_UNFIT_HOSTS = frozenset({"localhost", "localhost.localdomain"})


@dataclass(frozen=True, kw_only=True, slots=True)
class BadClusterName(SpecFault):
    """A cluster name that pcs refuses."""

    code = "HK120"
    matters = "The name goes into corosync.conf and into the encryption between the nodes; pcs refuses others."
    see = "corosync.conf(5), cluster_name"
    name: str

    def text(self) -> str:
        """Name it."""
        return f"'{self.name}' can't name a cluster"

    def remedy(self) -> str:
        """Say what can."""
        return "use up to 32 of a-z, A-Z, 0-9, _ and -"


@dataclass(frozen=True, kw_only=True, slots=True)
class BadNodeName(SpecFault):
    """A node name that no host can have, or that the stack would misread."""

    code = "HK121"
    matters = (
        "A node finds itself in corosync.conf by the name that uname -n says; another name means that "
        "Pacemaker does not know who it is."
    )
    see = "corosync.conf(5), nodelist, name"
    name: str
    problem: str

    def text(self) -> str:
        """Name it and say why."""
        return f"'{self.name}' can't name a node: {self.problem}"

    def remedy(self) -> str:
        """Say where the name comes from."""
        return "use what 'uname -n' says on the host"


@dataclass(frozen=True, kw_only=True, slots=True)
class BadServiceName(SpecFault):
    """A service name that can't become an id of the CIB."""

    code = "HK122"
    matters = "The service's name is the id of its group in the CIB, and pcs and crm will show it by that name."
    see = "Pacemaker Explained, ids (XML NCName)"
    name: str
    problem: str

    def text(self) -> str:
        """Name it and say why."""
        return f"'{self.name}' can't name a service: {self.problem}"

    def remedy(self) -> str:
        """Say what can."""
        return f"begin with a letter, go on with letters, digits, '.', '_' or '-', up to {_LONGEST_ID} in all"


@dataclass(frozen=True, kw_only=True, slots=True)
class NameTaken(SpecFault):
    """A name that would mean two things."""

    code = "HK123"
    matters = "Two things of one name cannot be told apart in messages, nor by pcs and crm."
    name: str
    taken_by: str

    def text(self) -> str:
        """Say by what it is taken."""
        return f"'{self.name}' is taken by {self.taken_by}"

    def remedy(self) -> str:
        """Say what to do."""
        return "choose another name"


def cluster_name(spec: Draft) -> Iterator[SpecFault]:
    """Check the cluster's name."""
    name = spec.cluster
    if name and name.text and not _CLUSTER.fullmatch(name.text):
        yield BadClusterName(place=spec.at(name.loc), name=name.text)


def node_names(spec: Draft) -> Iterator[SpecFault]:
    """Check the nodes' names, each by itself and against the others and the services."""
    services = {service.name.lower(): service.name for service in spec.services}
    seen: dict[str, str] = {}
    for node in spec.nodes:
        place = spec.at_key(node.loc)
        problem = _host_problem(node.name)
        lower = node.name.lower()
        if problem:
            yield BadNodeName(place=place, name=node.name, problem=problem)
        elif lower in seen:
            # Pacemaker compares node names without regard to case.
            yield NameTaken(place=place, name=node.name, taken_by=f"the node '{seen[lower]}'")
        elif lower in services:
            # crm_resource, pcs and the logs name both without saying which kind is meant.
            yield NameTaken(place=place, name=node.name, taken_by=f"the service '{services[lower]}'")
        seen.setdefault(lower, node.name)


def service_names(spec: Draft) -> Iterator[SpecFault]:
    """Check the services' names, each by itself and against the ids that come from the others."""
    names = {service.name for service in spec.services}
    for service in spec.services:
        name, place = service.name, spec.at_key(service.loc)
        wrong = problem(name)
        if wrong:
            yield BadServiceName(place=place, name=name, problem=wrong)
        else:
            for owner in owners(name, names):
                yield NameTaken(place=place, name=name, taken_by=f"what belongs to the service '{owner}'")


def problem(name: str) -> str:
    """Say why a service can't have that name whatever the others are called; empty when it can."""
    if not _ID.fullmatch(name):
        return _id_problem(name)
    if len(name) > _LONGEST_ID:
        return f"it has {len(name)} characters"
    if name.lower().startswith(alert.ID):
        return f"in the CIB, alerts begin with {alert.ID}"
    return "the word has a meaning for Pacemaker, pcs or crm" if name.lower() in RESERVED else ""


def owners(name: str, names: set[str]) -> Iterator[str]:
    """Name the services among whose derived ids `name` would be."""
    for end, character in enumerate(name):
        rest = name[end + 1 :]
        if character == "-" and name[:end] in names and rest.partition("-")[0] in DERIVED:
            yield name[:end]


def _host_problem(name: str) -> str:
    if not name:
        return "it is empty"
    bad = sorted({character for character in name if not re.fullmatch(r"[A-Za-z0-9.-]", character)})
    problems = (
        (name.lower() in _UNFIT_HOSTS, "every host is that to itself"),
        (len(name) > _LONGEST_HOST, f"it has {len(name)} characters, and a host name at most {_LONGEST_HOST}"),
        (name.isdigit(), "the stack would take it for a node id"),
        (bool(bad), f"a host name has no {' '.join(map(repr, bad))}"),
        (
            not all(_LABEL.fullmatch(label) for label in name.split(".")),
            "each part has 1 to 63 letters, digits and hyphens, with no hyphen first or last",
        ),
    )
    return next((words for wrong, words in problems if wrong), "")


def _id_problem(name: str) -> str:
    if not name:
        return "it is empty"
    if not re.match(r"[A-Za-z_]", name):
        return f"it begins with {name[0]!r}"
    bad = sorted({character for character in name if not re.fullmatch(r"[A-Za-z0-9._-]", character)})
    return f"it has {' '.join(map(repr, bad))}"
