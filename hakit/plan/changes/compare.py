"""Two corosync.conf by their meaning: what differs, and whether a running Corosync can take it over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hakit.plan.changes.conf import Conf, Values


class Takes(StrEnum):
    """What it takes: nothing, reading the file again, taking a ring out and in, or a full stop of the cluster."""

    RELOAD = "reload"
    RING_OUT_AND_IN = "ring out and in"
    STOP = "stop"


# What Corosync takes over by reading its file again: pcs/lib/corosync/config_facade.py (need_stopped_cluster), and
# tried on 3.1.7: docs/decisions/0013-changes-to-a-running-corosync.md, 0108-links-called-up-sooner.md. What is in no list is taken for a stop.
_RELOADED = frozenset(
    f"totem.{name}"
    for name in (
        "token", "token_coefficient", "token_retransmit", "token_retransmits_before_loss_const", "hold", "consensus",
        "join", "merge", "send_join", "downcheck", "fail_recv_const", "seqno_unchanged_const", "max_messages",
        "max_network_delay", "miss_count_const", "heartbeat_failures_allowed", "window_size", "token_warning",
        "crypto_cipher", "crypto_hash", "crypto_model", "keyfile", "knet_pmtud_interval", "knet_compression_model",
        "knet_compression_threshold", "knet_compression_level",
    )
)  # fmt: skip
_RELOADED_PARTS = ("logging.", "quorum.device.")
# These follow the number of nodes, and Corosync takes them over with it (seen on 3.1.7).
_WITH_NODES = frozenset({"quorum.two_node", "quorum.wait_for_all", "quorum.expected_votes"})
_LINK_RELOADED = frozenset({"knet_link_priority", "knet_ping_interval", "knet_ping_timeout", "knet_pong_count"})


@dataclass(frozen=True, slots=True)
class Change:
    """At `place`, `old` becomes `new` (None: not set), for which the running cluster has to do what `takes` says."""

    place: str
    old: str | None
    new: str | None
    takes: Takes


def compare(old: Conf, new: Conf) -> tuple[Change, ...]:
    """Say what differs, options first, then rings, then nodes."""
    return (*_options(old, new), *_rings(old, new), *_nodes(old, new))


def changed_rings(old: Conf, new: Conf) -> frozenset[int]:
    """Number the rings of both in which an address or option is another that Corosync won't change on a live ring."""
    return frozenset(
        number
        for number in old.rings & new.rings
        if any(old.address(name, number) != new.address(name, number) for name in _staying(old, new))
        or _but(old.links.get(number, {})) != _but(new.links.get(number, {}))
    )


def _but(link: Values) -> dict[str, str]:
    return {key: value for key, value in link.items() if key not in _LINK_RELOADED}


def _staying(old: Conf, new: Conf) -> tuple[str, ...]:
    return tuple(name for name in old.nodes if name in new.nodes)


def _options(old: Conf, new: Conf) -> Iterator[Change]:
    with_nodes = len(old.nodes) != len(new.nodes)
    for key in dict.fromkeys((*new.options, *old.options)):
        before, after = old.options.get(key), new.options.get(key)
        if before != after:
            live = key in _RELOADED or key.startswith(_RELOADED_PARTS) or (with_nodes and key in _WITH_NODES)
            yield Change(key, before, after, Takes.RELOAD if live else Takes.STOP)


def _rings(old: Conf, new: Conf) -> Iterator[Change]:
    changed = changed_rings(old, new)
    alone = not (old.rings & new.rings) - changed and not new.rings - old.rings
    takes = Takes.STOP if alone else Takes.RING_OUT_AND_IN
    for number in sorted(old.rings | new.rings):
        if number not in new.rings:
            yield Change(f"ring {number}", _addresses(old, number), None, Takes.RELOAD)
        elif number not in old.rings:
            yield Change(f"ring {number}", None, _addresses(new, number), Takes.RELOAD)
        else:
            for name in _staying(old, new):
                before, after = old.address(name, number), new.address(name, number)
                if before != after:
                    yield Change(f"ring {number}: address of {name}", before or None, after or None, takes)
            yield from _link(number, old, new, takes)


def _link(number: int, old: Conf, new: Conf, takes: Takes) -> Iterator[Change]:
    before, after = old.links.get(number, {}), new.links.get(number, {})
    for key in dict.fromkeys((*after, *before)):
        if before.get(key) != after.get(key):
            live = key in _LINK_RELOADED
            yield Change(f"ring {number}: {key}", before.get(key), after.get(key), Takes.RELOAD if live else takes)


def _addresses(conf: Conf, number: int) -> str:
    return ", ".join(address for name in conf.nodes if (address := conf.address(name, number)))


def _nodes(old: Conf, new: Conf) -> Iterator[Change]:
    for name, node in new.nodes.items():
        if name not in old.nodes:
            yield Change(f"node {name}", None, _told(new, name), Takes.RELOAD)
        elif node.get("nodeid") != old.nodes[name].get("nodeid"):
            yield Change(f"node {name}: nodeid", old.nodes[name].get("nodeid"), node.get("nodeid"), Takes.STOP)
    for name in old.nodes:
        if name not in new.nodes:
            yield Change(f"node {name}", _told(old, name), None, Takes.RELOAD)


def _told(conf: Conf, name: str) -> str:
    return ", ".join(address for number in sorted(conf.rings) if (address := conf.address(name, number)))
