"""`services.NAME.volume`: a replicated volume that follows the service."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from hakit.model.volume import PORT, Filesystem, Protocol
from hakit.spec.schema.part import BY_FORM, MAPPING, TEXT, Part, Text, key, needed

Nodes = Annotated[dict[str, Text], Field(min_length=1)]


class VolumePart(Part):
    """A device on each node, replicated by DRBD, mounted where the service runs."""

    device: Annotated[Annotated[Text, Tag(TEXT)] | Annotated[Nodes, Tag(MAPPING)], BY_FORM] = needed(
        "The block device or logical volume below it: one path for both nodes, or a mapping from node to path.",
        examples=["/dev/vdb", {"qsp-a": "/dev/vdb", "qsp-b": "/dev/sdb"}],
    )
    mount: Text = needed("Where it is mounted on the node that runs the service.", examples=["/srv/squid"])
    filesystem: Literal["ext4", "xfs"] = key("The file system on it.", Filesystem.EXT4.value)
    size: Text = key("The size it must have at least: a number and KiB, MiB, GiB or TiB.", examples=["20 GiB"])
    ring: Annotated[int, Field(ge=0, le=7)] = key("The ring that carries the replication; by default the last one.")
    port: Annotated[int, Field(ge=1024, le=65535)] = key(
        "The TCP port of the replication, and the number of DRBD's device. Each volume needs one of its own, so a second "
        "one has to say it.",
        PORT,
    )
    protocol: Literal["synchronous", "asynchronous"] = key(
        "`synchronous`: a write is done when both nodes have it. `asynchronous`: it may be lost with the node.",
        Protocol.SYNCHRONOUS.value,
    )
    owner: Text = key("The user that owns the mounted directory.", "root")
    group: Text = key("The group that owns the mounted directory.", "root")
    mode: Annotated[str, Field(pattern=r"^[0-7]{3,4}$")] = key(
        "The mode of the mounted directory, in octal and in quotes.", "0755"
    )
    paths: list[Text] = key(
        "Directories of the service that live on the volume by the service's own configuration.",
        examples=[["/srv/squid/log"]],
    )
    links: dict[str, Text] = key(
        "Directories of the service that become symbolic links to a directory of the volume, named from its mount on.",
        examples=[{"/var/log/squid": "log"}],
    )
