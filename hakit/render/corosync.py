"""The corosync.conf that a cluster means."""

from __future__ import annotations

from hakit.model import PONG_COUNT, Cluster, Node, QuorumDevice, Ring, memo, ping_interval, ping_timeout, sections
from hakit.model.sections import Section

# Added to the token for every node beyond the second (corosync.conf(5), token_coefficient), in milliseconds.
TOKEN_COEFFICIENT = 650
_TWO = 2


def corosync_conf(cluster: Cluster) -> str:
    """Render /etc/corosync/corosync.conf: the same bytes for every node and every time."""
    return sections.dump(
        tree(cluster),
        header=(
            f"Made by hakit for the cluster {cluster.name}.",
            "Changes belong in its spec file: hakit bootstrap writes this file again.",
            *memo.lines(cluster),
        ),
    )


def tree(cluster: Cluster) -> Section:
    """Return what the file says, without its comments."""
    return Section(sections=(_totem(cluster), _nodelist(cluster), _quorum(cluster), _logging()))


def _totem(cluster: Cluster) -> Section:
    # ip_version is left at knet's default: it only guides the resolver, and only literal addresses stand here.
    return Section(
        "totem",
        (
            ("version", "2"),
            ("cluster_name", cluster.name),
            ("transport", "knet"),
            ("crypto_cipher", "aes256"),
            ("crypto_hash", "sha256"),
            ("token", str(cluster.timing.token)),
            ("consensus", str(_consensus(cluster))),
            ("link_mode", "passive"),
        ),
        tuple(_interface(ring, cluster.timing.token) for ring in cluster.rings),
    )


def _consensus(cluster: Cluster) -> int:
    # corosync.conf(5), consensus: at least 1.2 * token. The token that counts grows with the nodes, and what was
    # enough for two would be less than it: safe for two nodes only.
    if len(cluster.nodes) <= _TWO:
        return cluster.timing.consensus
    return max(cluster.timing.consensus, least_consensus(cluster.timing.token, len(cluster.nodes)))


def declared_after(cluster: Cluster) -> int:
    """Return after how many milliseconds a node that says nothing more is declared lost."""
    more = TOKEN_COEFFICIENT * max(0, len(cluster.nodes) - _TWO)
    return cluster.timing.token + more + _consensus(cluster)


def least_consensus(token: int, nodes: int, coefficient: int = TOKEN_COEFFICIENT) -> int:
    """Return 1.2 times the token that counts with so many nodes, in milliseconds like `token`.

    It is what Corosync takes if nothing is said, and the least that is safe with three nodes and more. `coefficient` is
    the file's token_coefficient.
    """
    counted = token + coefficient * max(0, nodes - _TWO)
    return -(-counted * 6 // 5)


def _interface(ring: Ring, token: int) -> Section:
    return Section(
        "interface",
        (
            ("linknumber", str(ring.number)),
            ("knet_link_priority", str(ring.priority)),
            ("mcastport", str(ring.mcastport)),
            ("knet_ping_interval", str(ping_interval(token))),
            ("knet_ping_timeout", str(ping_timeout(token))),
            ("knet_pong_count", str(PONG_COUNT)),
        ),
    )


def _nodelist(cluster: Cluster) -> Section:
    return Section("nodelist", sections=tuple(_node(node, cluster.rings) for node in cluster.nodes))


def _node(node: Node, rings: tuple[Ring, ...]) -> Section:
    addresses = zip(rings, node.addresses, strict=True)
    return Section(
        "node",
        (
            *((f"ring{ring.number}_addr", str(address)) for ring, address in addresses),
            ("name", node.name),
            ("nodeid", str(node.id)),
        ),
    )


def _quorum(cluster: Cluster) -> Section:
    said, device = cluster.quorum, cluster.quorum.device
    # two_node implies wait_for_all (votequorum(5)); said, so that the next reader needn't know. It can't be beside a device.
    two = len(cluster.nodes) == _TWO and device is None
    wait = two if said.wait_for_all is None else said.wait_for_all
    pairs = (
        ("provider", "corosync_votequorum"),
        *((("two_node", "1"),) if two else ()),
        *((("wait_for_all", "1" if wait else "0"),) if wait or said.wait_for_all is not None else ()),
        *((("last_man_standing", "1"),) if said.last_man_standing else ()),
    )
    return Section("quorum", pairs, () if device is None else (_device(device, len(cluster.nodes)),))


def _device(device: QuorumDevice, nodes: int) -> Section:
    # corosync-qdevice(8): with ffsplit the device has one vote, with lms one less than the nodes have.
    net = (("host", device.host), ("algorithm", device.algorithm), ("port", str(device.port)), ("tls", device.tls))
    votes = 1 if device.algorithm == "ffsplit" else nodes - 1
    return Section("device", (("votes", str(votes)), ("model", "net")), (Section("net", net),))


def _logging() -> Section:
    return Section(
        "logging",
        (
            ("to_logfile", "yes"),
            ("logfile", "/var/log/corosync/corosync.log"),
            ("to_syslog", "yes"),
            ("timestamp", "on"),
        ),
    )
