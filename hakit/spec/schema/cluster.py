"""The spec file as a whole, with nodes, rings, timing, quorum and alerts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, Tag

from hakit.model import PROFILE
from hakit.spec.schema.fencing import FencingPart
from hakit.spec.schema.part import BY_FORM, LIST, MAPPING, TEXT, Part, Text, key, needed
from hakit.spec.schema.service import ServicePart
from hakit.spec.schema.timing import Profile, TimingPart


class NodePart(Part):
    """A cluster node."""

    rings: Annotated[list[Text], Field(min_length=1)] = needed(
        "The node's address in every ring, in order, IPv4 or IPv6; ring 0 is the clients' network. A prefix says how "
        "wide the ring's network is: without one on any node, /24 (IPv4) or /64 (IPv6) is assumed.",
        examples=[["192.168.233.11", "172.16.233.11"], ["10.0.0.11/22", "fd00:16::11/64"]],
    )
    id: Annotated[int, Field(ge=1, le=2**31 - 1)] = key(
        "Corosync's node id. By default the nodes are numbered from 1; say it to take a node out of the middle later."
    )


class RingPart(Part):
    """Options of one ring."""

    network: Text = key("The ring's network with its prefix.", examples=["10.0.0.0/22", "fd00:16::/64"])
    priority: Annotated[int, Field(ge=0, le=255)] = key(
        "Of the rings that work, the one with the highest priority carries the cluster's messages. By default later "
        "rings go first, since ring 0 carries the clients."
    )
    port: Annotated[int, Field(ge=1, le=65535)] = key("The UDP port of Corosync in this ring.", 5405)


class QuorumDevicePart(Part):
    """A third host that breaks the tie."""

    host: Text = needed("The host that runs corosync-qnetd.", examples=["qnetd.example.org"])
    algorithm: Literal["ffsplit", "lms"] = key(
        "`ffsplit`: one vote for one half. `lms`: the last node that sees the device stays.", "ffsplit"
    )
    port: Annotated[int, Field(ge=1, le=65535)] = key("The TCP port of corosync-qnetd.", 5403)
    tls: Literal["on", "off", "required"] = key("Whether the connection is encrypted.", "required")


class QuorumPart(Part):
    """What a part of the cluster needs to go on."""

    device: QuorumDevicePart = key("A third host that breaks the tie.")
    wait_for_all: bool = key("Whether a cluster that starts waits until it has seen all nodes; always with two nodes.")
    last_man_standing: bool = key("Whether the number of votes follows the nodes that are left.", default=False)


class AlertPart(Part):
    """Who is told about what."""

    command: Annotated[
        Annotated[Text, Tag(TEXT)] | Annotated[Annotated[list[Text], Field(min_length=1)], Tag(LIST)], BY_FORM
    ] = key("A program to run on the node: its path, or a list of path and arguments.")
    mail: Text = key("An address to mail to, through the node's own mail system.", examples=["ops@example.org"])
    webhook: Text = key("A URL to post to.", examples=["https://hooks.example.org/ha"])
    events: list[
        Literal[
            "service-failed",
            "service-moved",
            "node-lost",
            "node-back",
            "ring-lost",
            "ring-back",
            "quorum-lost",
            "quorum-back",
            "fenced",
        ]
    ] = key("What to tell; by default everything.", examples=[["service-failed", "node-lost"]])


class GuardPart(Part):
    """How a node finds out that it has lost its clients."""

    targets: Annotated[list[Text], Field(min_length=1)] = key(
        "Addresses beyond the clients' interface that answer pings, such as the gateway. A node that reaches none of "
        "them, while another node does, gives its services up. Without targets only a lost carrier counts.",
        examples=[["192.168.233.1"]],
    )
    timeout: Annotated[int, Field(ge=1, le=3600)] = key(
        "Seconds without an answer of any target until that counts; by default 1, and 5 with `timing: relaxed`."
    )


class SpecPart(Part):
    """A cluster and its services, for hakit."""

    model_config = ConfigDict(title="hakit spec")

    cluster: Text = needed("The cluster's name: up to 32 of a-z, A-Z, 0-9, _ and -.", examples=["squidha"])
    nodes: dict[str, NodePart] = needed("The nodes, 2 to 32, by the name that `uname -n` says on each.")
    rings: Annotated[list[RingPart], Field(min_length=1)] = key(
        "Options of the rings, one entry per ring; only where the defaults don't fit.",
        examples=[[{"network": "10.0.0.0/22"}, {"network": "172.16.233.0/24", "priority": 10}]],
    )
    fencing: FencingPart = needed("How a node that doesn't answer is made harmless: a decision that must be made.")
    quorum: QuorumPart = key("What a part of the cluster needs to go on; by default the majority of the nodes.")
    services: dict[str, ServicePart] = key("The services, by names of your choice.")
    timing: Annotated[Annotated[Profile, Tag(TEXT)] | Annotated[TimingPart, Tag(MAPPING)], BY_FORM] = key(
        "How fast a failure is noticed: one word, or a mapping with `profile` and the numbers to put over it. Faster "
        "means less patience with a busy node.",
        PROFILE,
        examples=["fast", {"profile": "normal", "token": 2000}],
    )
    autostart: bool = key("Whether the cluster starts when a node boots.", default=True)
    alerts: dict[str, AlertPart] = key("Who is told when something happens, by names of your choice.")
    guard: GuardPart = key("How a node finds out that it has lost its clients.")
