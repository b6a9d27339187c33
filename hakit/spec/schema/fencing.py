"""`fencing`: how a node that doesn't answer is made harmless, or the decision to do without."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag

from hakit.model.fencing import WATCHDOG
from hakit.spec.schema.part import (
    BY_FORM,
    LIST,
    MAPPING,
    NUMBER,
    TEXT,
    YES_NO,
    Part,
    Text,
    key,
    needed,
)

Scalar = Annotated[
    Annotated[Text, Tag(TEXT)] | Annotated[int, Tag(NUMBER)] | Annotated[bool, Tag(YES_NO)],
    BY_FORM,
]


class SecretFilePart(Part):
    """A secret that is kept in a file."""

    file: Text = needed(
        "A file on the machine where hakit runs that holds the secret and nothing else; a relative path starts at the spec file."
    )


Secret = Annotated[Annotated[Literal["prompt"], Tag(TEXT)] | Annotated[SecretFilePart, Tag(MAPPING)], BY_FORM]


class DevicePart(Part):
    """A fencing device."""

    agent: Annotated[str, Field(pattern=r"^fence_[a-z0-9_]+$")] = needed(
        "The fence agent, by name.", examples=["fence_ipmilan", "fence_redfish", "fence_virsh"]
    )
    nodes: Annotated[list[Text], Field(min_length=1)] = needed(
        "The nodes it can fence.",
        examples=[["qsp-a"]],
    )
    parameters: dict[str, Scalar] = key(
        "The agent's parameters, checked against its own metadata on the nodes. No secrets here; which nodes it fences "
        "is said by `nodes`, and the delay by `delay`.",
        examples=[{"ip": "192.168.233.111", "username": "admin", "lanplus": True}],
    )
    secrets: dict[str, Secret] = key(
        "Parameters that are secret: `prompt` to be asked for them, or `file:`. They go into the CIB, and nowhere else.",
        examples=[{"password": {"file": "/root/ipmi-password"}}],
    )
    delay: Annotated[int, Field(ge=0, le=600)] = key("Seconds to wait before fencing.", 0)


class SbdPart(Part):
    """Fencing by a watchdog, with or without shared disks."""

    disks: Annotated[list[Text], Field(max_length=3)] = key(
        "Shared disks for the messages, 1 or 3, which all nodes see by the same path; bootstrap writes SBD's header to blank ones. "
        "Without any, losing quorum makes the watchdog bite (diskless): that needs three votes.",
        examples=[["/dev/disk/by-id/scsi-sbd"]],
    )
    watchdog: Text = key("The watchdog's device.", WATCHDOG)
    timeout: Annotated[int, Field(ge=3, le=600)] = key(
        "Seconds until the watchdog resets a node that doesn't feed it; all other times of SBD follow from it. By default 5; "
        "35 without disks and with a quorum device, whose word may take 30."
    )


Level = Annotated[Annotated[Text, Tag(TEXT)] | Annotated[list[Text], Tag(LIST)], BY_FORM]


class FencingPart(Part):
    """The decision about fencing: `none` and why, or devices, or SBD."""

    none: str = key(
        "The decision to run without fencing, and the reason for it. A split cluster may then run a service twice.",
        examples=["evaluation only"],
    )
    devices: Annotated[dict[str, DevicePart], Field(min_length=1)] = key("Fencing devices by name.")
    levels: dict[str, Annotated[list[Level], Field(min_length=1, max_length=9)]] = key(
        "For each node what is tried in which order: a device's name, or a list of devices that must all succeed.",
        examples=[{"qsp-a": ["ipmi-a", ["pdu-a1", "pdu-a2"]]}],
    )
    sbd: SbdPart = key("Fencing by a watchdog, with or without shared disks.")
    priority_delay: Annotated[int, Field(ge=0, le=600)] = key(
        "Seconds of advance for the node that runs more, so that it survives when the nodes fence each other. By default "
        "10 with two nodes (with SBD at least 5 more than its timeout), which a real loss of that node costs as well; 0 with more, "
        "of which only a majority fences."
    )
