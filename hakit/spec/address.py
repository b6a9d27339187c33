"""An address as the spec writes it, and what is wrong with it by itself."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_interface

from hakit.spec.place import Loc

Interface = IPv4Interface | IPv6Interface

_POINT_TO_POINT = 1  # host bits; such a network has no ends (RFC 3021, RFC 6164)
_IPV4 = 4


@dataclass(frozen=True, slots=True)
class Address:
    """An address as written. `value` is None when it can't be read; without `/N` written, `prefixed` is False.

    `unfit` says why no host of a cluster can use it; empty for most.
    """

    text: str
    loc: Loc
    value: Interface | None
    prefixed: bool
    unfit: str = ""


def read_address(text: str, loc: Loc) -> Address:
    """Read an address with or without its prefix."""
    try:
        value = ip_interface(text)
    except ValueError:
        return Address(text, loc, None, prefixed="/" in text)
    return Address(text, loc, value, prefixed="/" in text, unfit=_unfit(value, text))


def end_of_network(interface: Interface) -> str:
    """Say which end of its network an address is; empty when it is inside."""
    network = interface.network
    if network.max_prefixlen - network.prefixlen <= _POINT_TO_POINT:
        return ""
    if interface.ip == network.network_address:
        return f"the address of the network {network} itself"
    if network.version == _IPV4 and interface.ip == network.broadcast_address:  # IPv6 has no broadcast
        return f"the broadcast address of {network}"
    return ""


def _unfit(interface: Interface, text: str) -> str:
    ip = interface.ip
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    kinds = (
        (ip.is_loopback, "a loopback address"),
        (ip.is_multicast, "a multicast address"),
        (ip.is_unspecified, "the unspecified address"),
        (isinstance(ip, IPv4Address) and (ip.is_reserved or ip.packed[0] == 0), "of a range that no host can have"),
        (mapped is not None, f"{mapped} in IPv6's clothes"),
        (ip.is_link_local, "a link-local address, which means another host on every interface"),
        ("%" in text, "bound to one interface by its scope"),
        (interface.network.prefixlen == 0, "with /0 in a network that holds every address"),
    )
    return next((words for so, words in kinds if so), "")
