"""An existing cluster as one of its nodes knows it: the two files, the node's networks, whether it starts at boot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import PurePosixPath

from hakit.core import Action, Command, CommandFailed, Get, Outcome
from hakit.model import Volume, sbd, volume
from hakit.model.cluster import Address
from hakit.observe import node
from hakit.observe.host import interfaces
from hakit.observe.host.interfaces import Interface

_UNITS = ("corosync.service", "pacemaker.service")
_NAME = Command(("uname", "-n"), timeout=5, changes_state=False)
# Prints a word per unit; the exit code is not 0 unless one is enabled (systemctl(1)).
_BOOT = Command(
    ("systemctl", "is-enabled", "--", *_UNITS), ok_codes=frozenset(range(256)), timeout=20, changes_state=False
)
# What hakit wrote into the files of its volumes; the exit code is not 0 without any.
_VOLUMES = Command(
    ("grep", "--recursive", "--no-messages", "--include=*.res", f"^{volume.SAID}", "/etc/drbd.d"),
    ok_codes=frozenset(range(256)),
    timeout=10,
    changes_state=False,
)


@dataclass(frozen=True, slots=True)
class Existing:
    """What one host says. `name` is its own; the texts are empty where it has none.

    `cib` is the live one where Pacemaker runs, else that on disk. `autostart`: both Corosync and Pacemaker start at boot.
    `volumes` are those that hakit made, by their services; `sbd` is the text of sbd's file.
    """

    host: str
    name: str
    corosync: str
    cib: str
    interfaces: tuple[Interface, ...]
    autostart: bool
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    sbd: str = ""


def actions() -> tuple[Action, ...]:
    """Name what to ask, for one batch with `keep_going`."""
    return (
        _NAME,
        Get(node.COROSYNC_CONF),
        Get(node.CIB, secret=True),
        node.LIVE_CIB,
        _BOOT,
        _VOLUMES,
        Get(sbd.FILE),
        *interfaces.ACTIONS,
    )


def read(outcomes: Sequence[Outcome]) -> Existing:
    """Read the outcomes of `actions`. Raises CommandFailed for what no host should refuse."""
    name, conf, disk, live, boot, drbd, messages, *nics = outcomes
    for outcome in (name, *nics):
        if not outcome.ok:
            raise CommandFailed(outcome)
    return Existing(
        host=name.host,
        name=name.stdout.strip(),
        corosync=conf.stdout if conf.code == 0 else "",
        cib=live.stdout if live.code == 0 else disk.stdout if disk.code == 0 else "",
        interfaces=interfaces.read(nics),
        autostart=boot.stdout.split() == ["enabled"] * len(_UNITS),
        volumes=dict(_volumes(drbd.stdout)),
        sbd=messages.stdout if messages.code == 0 else "",
    )


def _volumes(text: str) -> Iterator[tuple[str, Volume]]:
    for line in text.splitlines():
        path, _, said = line.partition(":")
        # A line that somebody has changed says nothing: the volume is listed as left out then.
        if known := volume.said(said):
            yield PurePosixPath(path).stem, known


def lookups(names: Sequence[str]) -> tuple[Command, ...]:
    """Ask for the addresses of names, as Corosync on that host would see them."""
    return tuple(
        Command(("getent", "ahosts", name), ok_codes=frozenset({0, 2}), timeout=10, changes_state=False)
        for name in names
    )


def addresses(names: Sequence[str], outcomes: Sequence[Outcome]) -> dict[str, Address]:
    """Return the first address of each name that has one."""
    found = {name: outcome.stdout.split() for name, outcome in zip(names, outcomes, strict=True)}
    return {name: ip_address(words[0].partition("%")[0]) for name, words in found.items() if words}
