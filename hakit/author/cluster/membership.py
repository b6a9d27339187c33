"""Nodes, rings and totem's timers, as a corosync.conf says them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from hakit.author.cluster.findings import Assumed, Imported
from hakit.author.cluster.hints import Hints
from hakit.core import HakitError
from hakit.model import Cluster, Node, Ring, Vip
from hakit.model.cluster import Address, Network
from hakit.model.memo import Memo
from hakit.model.sections import Section
from hakit.spec.build import PORT
from hakit.spec.networks import ASSUMED

# corosync.conf(5): at most 8 links; the defaults of knet_link_priority and of token (since 3.1).
_LINKS = range(8)
_PRIORITY = "1"
DEFAULT_TIMER = "3000"
_NAME = "hacluster"


def nodes(conf: Section, hints: Hints) -> tuple[Node, ...]:
    """Return the nodes in the file's order. Raises HakitError for what no spec can mean."""
    listed = conf.one("nodelist").all("node")
    if not listed:
        raise HakitError(
            "corosync.conf lists no nodes",
            hint="an old cluster that finds its nodes by multicast must be given a nodelist first",
        )
    links = _links(conf)
    return tuple(_node(number, each, links, hints) for number, each in enumerate(listed, start=1))


def rings(
    conf: Section, members: tuple[Node, ...], vips: tuple[Vip, ...], memo: Memo, hints: Hints
) -> tuple[tuple[Ring, ...], tuple[int, ...]]:
    """Return the rings, and the numbers of those whose network nobody said and is assumed."""
    options = {each.get("linknumber", "0"): each for each in conf.one("totem").all("interface")}
    found: list[Ring] = []
    assumed: list[int] = []
    for ring, link in enumerate(_links(conf)):
        addresses = tuple(node.addresses[ring] for node in members)
        network = _network(ring, addresses, vips, memo, hints)
        if network is None:
            network = ip_network((addresses[0], ASSUMED[addresses[0].version]), strict=False)
            assumed.append(ring)
        said = options.get(str(link), Section("interface"))
        priority = _number(said.get("knet_link_priority", _PRIORITY), "knet_link_priority")
        found.append(Ring(ring, network, priority, _number(said.get("mcastport", str(PORT)), "mcastport")))
    return tuple(found), tuple(assumed)


def name(conf: Section) -> str:
    """Return the cluster's name."""
    return conf.one("totem").get("cluster_name") or _NAME


def unsaid(file: str, conf: Section, cluster: Cluster, assumed: tuple[int, ...]) -> Iterator[Imported]:
    """Say what had to be assumed."""
    if not conf.one("totem").get("cluster_name"):
        yield Assumed(where=file, what="the cluster's name", taken=cluster.name)
    for number in assumed:
        yield Assumed(where=file, what=f"how wide ring {number}'s network is", taken=str(cluster.rings[number].network))


def _links(conf: Section) -> tuple[int, ...]:
    listed = conf.one("nodelist").all("node")
    return tuple(link for link in _LINKS if any(node.get(f"ring{link}_addr") for node in listed))


def _node(number: int, section: Section, links: tuple[int, ...], hints: Hints) -> Node:
    written = [section.get(f"ring{link}_addr") for link in links]
    known = section.get("name") or next((each for each in written if each and not _literal(each)), "")
    if not known:
        raise HakitError(
            f"corosync.conf: the node with the address {written[0]} has no name", hint="add its 'name:' there"
        )
    if not all(written):
        raise HakitError(
            f"corosync.conf: {known} has {len([each for each in written if each])} addresses, and others {len(links)}",
            hint="a spec wants an address in every ring for every node",
        )
    addresses = tuple(_address(each, known, hints) for each in written)
    return Node(known, _number(section.get("nodeid") or str(number), "nodeid"), addresses)


def _address(text: str, node: str, hints: Hints) -> Address:
    found = _literal(text) or hints.addresses.get(text)
    if found is None:
        raise HakitError(
            f"corosync.conf: {node} has the name {text} where an address is needed",
            hint="import from the running nodes, where the name can be looked up",
        )
    return found


def _literal(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def names_of_addresses(conf: Section) -> tuple[str, ...]:
    """Return the names that stand where addresses could, to be looked up."""
    texts = (node.get(f"ring{link}_addr") for node in conf.one("nodelist").all("node") for link in _LINKS)
    return tuple(dict.fromkeys(text for text in texts if text and not _literal(text)))


def _network(
    ring: int, addresses: tuple[Address, ...], vips: tuple[Vip, ...], memo: Memo, hints: Hints
) -> Network | None:
    seen = next((network for address in addresses if (network := hints.network(address))), None)
    kept = memo.networks[ring : ring + 1]
    clients = tuple(vip.interface.network for vip in vips) if ring == 0 else ()
    return next((each for each in (seen, *kept, *clients) if each and all(a in each for a in addresses)), None)


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise HakitError(f"corosync.conf: {what} is {text!r}, which is no number")
    return int(text)
