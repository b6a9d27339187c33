"""The corosync.conf that lies on the host: whose cluster it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from hakit.core import Action, Get, HakitError, Outcome
from hakit.model import sections

ACTIONS: tuple[Action, ...] = (Get("/etc/corosync/corosync.conf", timeout=5),)


@dataclass(frozen=True, slots=True)
class Member:
    """A node of the nodelist; `addresses` are as written, one per link."""

    name: str
    id: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorosyncConf:
    """A corosync.conf: its text, and what it says of the cluster. `fault` is why Corosync would refuse it."""

    text: str
    cluster_name: str
    members: tuple[Member, ...]
    fault: str = ""

    @property
    def stock(self) -> bool:
        """Whether it makes no cluster with another host: the file of a fresh install has loopback addresses only."""
        if not self.members:
            return self.cluster_name in {"", "debian"}
        return all(_loopback(address) for member in self.members for address in member.addresses)


def read(outcomes: Sequence[Outcome]) -> CorosyncConf | None:
    """Return what the host has; None when there is no such file."""
    (outcome,) = outcomes
    return parse(outcome.stdout) if outcome.code == 0 else None


def parse(text: str) -> CorosyncConf:
    """Take cluster name and nodes from a corosync.conf."""
    try:
        root = sections.parse(text)
    except HakitError as error:
        return CorosyncConf(text, "", (), fault=error.message)
    return CorosyncConf(
        text,
        root.one("totem").get("cluster_name"),
        tuple(_member(node) for node in root.one("nodelist").all("node")),
    )


def _member(node: sections.Section) -> Member:
    # corosync.conf(5): at most 8 links, ringX_addr with X from 0 to 7.
    addresses = tuple(node.get(f"ring{number}_addr") for number in range(8))
    return Member(node.get("name"), node.get("nodeid"), tuple(address for address in addresses if address))


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
