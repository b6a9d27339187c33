"""DRBD's resource files: one for each service with a volume, the same bytes on both nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hakit.model import Cluster, Node, NoFencing, Protocol, Service, Volume
from hakit.model.drbd import Generation
from hakit.model.volume import SAID

_INDENT = "    "
# drbd.conf(5): protocol C, a write is done when both disks have it; A, when it is on its way.
_PROTOCOLS = {Protocol.SYNCHRONOUS: "C", Protocol.ASYNCHRONOUS: "A"}
# What a side lacks, the module lets it have at 250 KiB/s while anything writes, and never has more than 50 KiB on its way
# (drbd.conf(5): c-min-rate, c-fill-target). So long nobody can take over: docs/decisions/0112-a-stale-side-is-hurried.md.
_RESYNC = (("c-fill-target", "1M"), ("c-min-rate", "10M"), ("resync-rate", "10M"))
# What needs no quotes and ends no statement; all else is refused, as values come from the spec's checks.
_WORD = re.compile(r"[A-Za-z0-9_./:+=@%,\[\]-]+")
_SCRIPTS = "/usr/lib/drbd"


@dataclass(frozen=True, slots=True)
class _Section:
    """A section: statements of a name and its words, and comments, in file order; then the sections in it."""

    name: str
    lines: tuple[str, ...] = ()
    sections: tuple[_Section, ...] = ()

    def text(self, indent: str = "") -> Iterator[str]:
        yield f"{indent}{self.name} {{"
        yield from (f"{indent}{_INDENT}{line}" for line in self.lines)
        for section in self.sections:
            yield from section.text(f"{indent}{_INDENT}")
        yield f"{indent}}}"


def drbd_resources(cluster: Cluster, generation: Generation) -> str:
    """Render what belongs into /etc/drbd.d: the resources of all services with a volume, in the spec's order."""
    files = (drbd_resource(cluster, service, generation) for service in cluster.services if service.volume)
    return "\n".join(files)


def drbd_resource(cluster: Cluster, service: Service, generation: Generation) -> str:
    """Render /etc/drbd.d/SERVICE.res of a service that has a volume. Raises ValueError for a value that would break out."""
    volume = service.volume
    if volume is None:
        raise ValueError(f"{service.name} has no volume")
    sections = (
        _net(cluster, volume, generation),
        _disk(cluster, generation),
        *_options(generation),
        _handlers(generation),
        _Section(
            "volume 0",
            (_said("device", "minor", str(volume.minor)), _said("meta-disk", "internal")),
        ),
        *(_on(cluster, node, volume, generation) for node in cluster.nodes),
    )
    head = (
        f"# Made by hakit for the volume of {service.name}, for DRBD {generation}.",
        "# Changes belong in the cluster's spec file, which says:",
        f"{SAID}{volume.dump()}",
    )
    body = _Section(_said("resource", service.name).removesuffix(";"), (), sections).text()
    return "".join(f"{line}\n" for line in (*head, *body))


def fencing_policy(cluster: Cluster) -> str:
    """Return what DRBD does when a primary loses its peer.

    With fencing it freezes its writes until the peer is known to be harmless. Without, it only bars the peer from
    taking over, since nobody would ever end the freeze.
    """
    return "resource-only" if isinstance(cluster.fencing, NoFencing) else "resource-and-stonith"


def _net(cluster: Cluster, volume: Volume, generation: Generation) -> _Section:
    # Of two sides that were both written to, neither is thrown away by itself: they stay apart until a person chooses.
    split = tuple(_said(f"after-sb-{number}pri", "disconnect") for number in range(3))
    fencing = (_said("fencing", fencing_policy(cluster)),) if generation is Generation.NINE else ()
    return _Section(
        "net",
        (
            _said("protocol", _PROTOCOLS[volume.protocol]),
            *fencing,
            "# A split brain is for a person to resolve.",
            *split,
            _said("rr-conflict", "disconnect"),
        ),
    )


def _disk(cluster: Cluster, generation: Generation) -> _Section:
    # A failing disk is let go, and the service goes on with the peer's.
    fencing = (_said("fencing", fencing_policy(cluster)),) if generation is Generation.EIGHT else ()
    resync = (_said(*option) for option in _RESYNC)
    return _Section("disk", (_said("on-io-error", "detach"), *fencing, *resync))


def _options(generation: Generation) -> Iterator[_Section]:
    if generation is Generation.NINE:
        # DRBD 9 makes a side primary when it is opened; here only Pacemaker does.
        yield _Section("options", (_said("auto-promote", "no"),))


def _handlers(generation: Generation) -> _Section:
    # Both modules call unfence-peer on the side that was right all the time, once all is alike again (drbd_worker.c,
    # drbd_resync_finished; 8.4's manual page knows only after-resync-target). drbd-utils has a pair of scripts for each.
    suffix = "sh" if generation is Generation.EIGHT else "9.sh"
    ways = ("fence-peer", "unfence-peer")
    return _Section("handlers", tuple(f'{way} "{_SCRIPTS}/crm-{way}.{suffix}";' for way in ways))


def _on(cluster: Cluster, node: Node, volume: Volume, generation: Generation) -> _Section:
    address = node.addresses[volume.ring]
    where = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - the version of IP
    # 8.4 has none. It stays with the node as long as Corosync's id does.
    number = (_said("node-id", str(_rank(cluster, node))),) if generation is Generation.NINE else ()
    disk = _said("disk", dict(volume.devices)[node.name])
    return _Section(
        _said("on", node.name).removesuffix(";"),
        (*number, _said("address", f"ipv{address.version}", f"{where}:{volume.port}")),
        (_Section("volume 0", (disk,)),),
    )


def _rank(cluster: Cluster, node: Node) -> int:
    return sorted(each.id for each in cluster.nodes).index(node.id)


def _said(*words: str) -> str:
    for word in words:
        if not _WORD.fullmatch(word):
            raise ValueError(f"{word!r} would break out of DRBD's configuration")
    return f"{' '.join(words)};"
