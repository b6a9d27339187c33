"""DRBD's commands, as the plans for volumes use them."""

from __future__ import annotations

from hakit.core import Command
from hakit.model import Service

_ANY = frozenset(range(256))


def drbdadm(verb: str, service: Service, *, timeout: float = 60.0, any_code: bool = False) -> Command:
    """Do something to a service's volume (drbdadm(8)); `timeout` in seconds, with `any_code` whatever comes of it."""
    return Command(("drbdadm", verb, service.name), timeout=timeout, ok_codes=_ANY if any_code else frozenset({0}))


def metadata(device: str, service: Service) -> tuple[Command, ...]:
    """Write DRBD's metadata to a device, if nothing at all is on it.

    drbdadm's question is answered with "no": what it would ask about is data, which weren't there when we looked.
    """
    # Prints what is there; nothing, with 2, for a device without any signature (blkid(8)).
    blank = Command(("blkid", "--probe", device), ok_codes=frozenset({2}), timeout=30, changes_state=False)
    return (blank, drbdadm("create-md", service))
