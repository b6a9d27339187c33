"""What a spec says and neither corosync.conf nor the CIB has a place for: kept as comments above corosync.conf.

Nothing acts on them; `hakit import` reads them back. One line each, `#   KEY = JSON`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from ipaddress import ip_network

from hakit.model.cluster import Cluster, Network
from hakit.model.fencing import NoFencing, SbdFencing
from hakit.model.timing import PROFILE, PROFILES

_HEAD = "What neither Corosync nor Pacemaker keeps of it, for hakit import:"
_LINE = re.compile(r"#   ([a-z.]+) = (.+)")
# corosync.conf takes lines of 510 bytes; a longer reason is then asked for again.
_LONGEST = 480


@dataclass(frozen=True, slots=True)
class Memo:
    """What was kept; empty where nothing was. `timing` has the numbers that differ from the profile's, `watchdog` is SBD's."""

    reason: str = ""
    networks: tuple[Network, ...] = ()
    profile: str = ""
    timing: dict[str, int] = field(default_factory=dict)
    autostart: bool | None = None
    watchdog: str = ""
    watchdog_timeout: int = 0


def lines(cluster: Cluster) -> tuple[str, ...]:
    """Return the comment's lines, without the sign that makes them one."""
    kept = (f"  {key} = {_json(value)}" for key, value in _kept(cluster))
    short = tuple(line for line in kept if len(line) <= _LONGEST)
    return (_HEAD, *short)


def read(text: str) -> Memo:
    """Read them from a corosync.conf; what is not there, or was changed into nonsense, is left out."""
    said = dict(_said(text))
    if not said:
        return Memo()
    timing = said.get("timing", [PROFILE])
    profile, *numbers = timing if isinstance(timing, list) and timing else [""]
    reason, autostart = said.get("fencing.none"), said.get("autostart", True)
    watchdog, timeout = _watchdog(said.get("fencing.sbd"))
    return Memo(
        reason=reason if isinstance(reason, str) else "",
        networks=_networks(said.get("rings")),
        profile=profile if profile in PROFILES else "",
        timing=dict(_pairs(numbers)),
        autostart=autostart if isinstance(autostart, bool) else None,
        watchdog=watchdog,
        watchdog_timeout=timeout,
    )


def _kept(cluster: Cluster) -> Iterator[tuple[str, object]]:
    if isinstance(cluster.fencing, NoFencing) and cluster.fencing.reason:
        yield "fencing.none", cluster.fencing.reason
    if isinstance(cluster.fencing, SbdFencing):
        yield "fencing.sbd", [cluster.fencing.watchdog, cluster.fencing.timeout]
    yield "rings", [str(ring.network) for ring in cluster.rings]
    numbers = asdict(cluster.timing)
    word = numbers.pop("profile")
    differing = {name: number for name, number in numbers.items() if number != asdict(PROFILES[word])[name]}
    if word != PROFILE or differing:
        yield "timing", [word, *(f"{name}={number}" for name, number in differing.items())]
    if not cluster.autostart:
        yield "autostart", False


def _json(value: object) -> str:
    # Nothing but ASCII, and no braces: not every reader of corosync.conf passes comments over before it looks for them.
    return json.dumps(value).replace("{", "\\u007b").replace("}", "\\u007d")


def _said(text: str) -> Iterator[tuple[str, object]]:
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found:
            try:
                yield found[1], json.loads(found[2])
            except ValueError:
                continue


def _watchdog(value: object) -> tuple[str, int]:
    match value:
        case [str(path), int(seconds)]:
            return path, seconds
        case _:
            return "", 0


def _networks(value: object) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(each) for each in value) if isinstance(value, list) else ()
    except (ValueError, TypeError):
        return ()


def _pairs(words: list[object]) -> Iterator[tuple[str, int]]:
    for word in words:
        name, _, number = str(word).partition("=")
        if number.isascii() and number.isdigit():
            yield name, int(number)
