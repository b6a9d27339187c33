"""The nodes' names: what each host takes them for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity
from hakit.model import Cluster, Node
from hakit.model.cluster import Address
from hakit.observe.host.facts import HostFacts
from hakit.plan.preflight.place import OnHost


@dataclass(frozen=True, kw_only=True, slots=True)
class NameIsLoopback(OnHost):
    """A node's name means the host itself: Debian's installer writes `127.0.1.1 NAME` into /etc/hosts."""

    code = "HK240"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "Tools on this host that go by name talk to the host itself, those elsewhere to its real address."
    see = "hosts(5)"
    name: str
    loopback: Address
    address: Address

    def text(self) -> str:
        """Say it."""
        return f"{self.name} resolves to {self.loopback} here, and to something else everywhere else"

    def remedy(self) -> str:
        """Say what to do."""
        return f"in /etc/hosts of {self.host}, write `{self.address} {self.name}` in place of `{self.loopback} {self.name}`"


@dataclass(frozen=True, kw_only=True, slots=True)
class NameIsElsewhere(OnHost):
    """A node's name resolves to an address that isn't one of the node's."""

    code = "HK241"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "pcs and people would reach another machine by that name."
    see = "hosts(5)"
    name: str
    addresses: tuple[Address, ...]
    expected: tuple[Address, ...]

    def text(self) -> str:
        """Say it."""
        return (
            f"{self.name} resolves to {_list(self.addresses)}, which is none of its addresses in the spec file "
            f"({_list(self.expected)})"
        )

    def remedy(self) -> str:
        """Say what to do."""
        return f"write `{self.expected[0]} {self.name}` into /etc/hosts of {self.host}, or correct the name server"


@dataclass(frozen=True, kw_only=True, slots=True)
class NamesDiffer(Finding):
    """The hosts take one name for different addresses of the node; `seen` maps hosts to what they take it for."""

    code = "HK242"
    severity: ClassVar[Severity] = Severity.WARNING
    matters = "What one does on one node by name happens elsewhere than the same on another node."
    see = "hosts(5)"
    name: str
    expected: Address
    seen: tuple[tuple[str, tuple[Address, ...]], ...]

    def text(self) -> str:
        """Say it."""
        views = ", ".join(f"{_list(addresses)} on {host}" for host, addresses in self.seen)
        return f"{self.name} does not resolve alike: {views}"

    def remedy(self) -> str:
        """Say what to do."""
        return f"write `{self.expected} {self.name}` into /etc/hosts of every node"


@dataclass(frozen=True, kw_only=True, slots=True)
class NameUnknown(OnHost):
    """A node's name doesn't resolve; hakit says addresses everywhere, people and other tools don't."""

    code = "HK243"
    severity: ClassVar[Severity] = Severity.NOTE
    matters = "Only hakit goes by the addresses of the spec."
    see = "hosts(5)"
    name: str
    address: Address

    def text(self) -> str:
        """Say it."""
        return f"{self.name} does not resolve; hakit does without, `pcs` by hand may not"

    def remedy(self) -> str:
        """Say what to do."""
        return f"write `{self.address} {self.name}` into /etc/hosts of {self.host}"


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> Iterator[Finding]:
    """Compare what every host makes of every node's name."""
    for node in cluster.nodes:
        good = {}
        for host, fact in facts.items():
            addresses = fact.names.get(node.name, ())
            fault = _fault(host, node, addresses)
            if fault:
                yield fault
            else:
                good[host] = addresses
        if len({frozenset(addresses) for addresses in good.values()}) > 1:
            yield NamesDiffer(name=node.name, expected=node.addresses[0], seen=tuple(good.items()))


def _fault(host: str, node: Node, addresses: tuple[Address, ...]) -> Finding | None:
    if not addresses:
        return NameUnknown(host=host, name=node.name, address=node.addresses[0])
    for address in addresses:
        if address.is_loopback:
            return NameIsLoopback(host=host, name=node.name, loopback=address, address=node.addresses[0])
    # A host's own name may come from nss-myhostname with link-local addresses besides (nss-myhostname(8)).
    if not set(addresses) & set(node.addresses):
        return NameIsElsewhere(host=host, name=node.name, addresses=addresses, expected=node.addresses)
    return None


def _list(addresses: tuple[Address, ...]) -> str:
    return ", ".join(str(address) for address in addresses)
