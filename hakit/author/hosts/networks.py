"""The networks that all hosts share: the rings that a spec can have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from hakit.core import ExitCode, HakitError
from hakit.model.cluster import Address, Network
from hakit.observe.host.survey import Surveyed

_POINT_TO_POINT = 1  # host bits


@dataclass(frozen=True, slots=True)
class Shared:
    """A network and each host's address in it, by the host's own name; `nics` are the interfaces' names there."""

    network: Network
    addresses: Mapping[str, Address]
    nics: frozenset[str]


def shared(hosts: Sequence[Surveyed]) -> tuple[Shared, ...]:
    """Return the networks in which every host has an address, the one of the default route first.

    Of IPv4 and IPv6 on one interface only the first counts: two rings on one cable fail together.
    Raises HakitError when there is none, naming what each host has.
    """
    found: list[Shared] = []
    used: set[str] = set()
    for network, nic in _networks(hosts[0]):
        here = Shared(network, *_members(network, hosts))
        if len(here.addresses) == len(hosts) and nic not in used:
            found.append(here)
            used.add(nic)
    if not found:
        raise HakitError(
            f"these hosts share no network: {'; '.join(_told(host) for host in hosts)}",
            hint="each must have an address in the clients' network, and best in a second, private one",
        )
    return tuple(sorted(found, key=lambda each: hosts[0].default_nic not in each.nics))


def chosen(texts: Iterable[str], known: Sequence[Shared]) -> tuple[Shared, ...]:
    """Return the networks that are named, ring 0 first. Raises HakitError for a name that is none of them."""
    rings: list[Shared] = []
    for text in texts:
        try:
            wanted = ip_network(text, strict=False)
        except ValueError as error:
            raise HakitError(f"{text} is no network: {error}", hint=_list(known), code=ExitCode.USAGE) from error
        match = next((each for each in known if each.network == wanted), None)
        if match is None or match in rings:
            why = "is named twice" if match else "is not a network that all hosts share"
            raise HakitError(f"{wanted} {why}", hint=_list(known), code=ExitCode.USAGE)
        rings.append(match)
    return tuple(rings)


def _list(known: Sequence[Shared]) -> str:
    return f"they share {', '.join(str(each.network) for each in known)}"


def _networks(host: Surveyed) -> list[tuple[Network, str]]:
    entries = [(entry, nic.name) for nic in host.interfaces if nic.up for entry in nic.addresses]
    return [
        (entry.network, nic)
        for entry, nic in sorted(entries, key=lambda each: each[0].version)
        if not (entry.ip.is_loopback or entry.ip.is_link_local or entry.ip.is_multicast)
        and entry.network.max_prefixlen - entry.network.prefixlen > _POINT_TO_POINT
    ]


def _members(network: Network, hosts: Sequence[Surveyed]) -> tuple[dict[str, Address], frozenset[str]]:
    addresses: dict[str, Address] = {}
    nics: set[str] = set()
    for host in hosts:
        for nic in host.interfaces:
            for entry in nic.addresses:
                if nic.up and entry.network == network and host.name not in addresses:
                    # The same address on two hosts is no way between them, such as a bridge's of containers.
                    if entry.ip in addresses.values():
                        return {}, frozenset()
                    addresses[host.name] = entry.ip
                    nics.add(nic.name)
    return addresses, frozenset(nics)


def _told(host: Surveyed) -> str:
    networks = ", ".join(str(network) for network, _ in _networks(host))
    return f"{host.name} has {networks or 'none'}"
