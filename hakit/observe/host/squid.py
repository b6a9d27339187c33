"""How long squid waits for its clients when it is stopped."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence

from hakit.core import Action, Command, Outcome
from hakit.model import Cluster

UNIT = "squid.service"
_CONF = "/etc/squid/squid.conf"
_DEFAULT = 30.0  # squid.conf.documented: "Default: shutdown_lifetime 30 seconds"
# "time-units" of squid.conf.documented; without one it is seconds.
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0, "millisecond": 0.001}


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Ask for the lines that matter, when squid is among the services."""
    if all(service.unit != UNIT for service in cluster.services):
        return ()
    return (
        Command(
            ("grep", "-rsHE", r"^[[:space:]]*(shutdown_lifetime|include)[[:space:]]", _CONF, "/etc/squid/conf.d"),
            ok_codes=frozenset({0, 1, 2}),
            timeout=5,
            changes_state=False,
        ),
    )


def read(outcomes: Sequence[Outcome]) -> float | None:
    """Return squid's shutdown_lifetime in seconds; None when it was not asked for."""
    return parse(outcomes[0].stdout) if outcomes else None


def parse(text: str) -> float:
    """Follow squid.conf and what it includes, in order: the last setting counts."""
    files: dict[str, list[str]] = {}
    for line in text.splitlines():
        path, _, setting = line.partition(":")
        files.setdefault(path, []).append(setting)
    lifetime = _DEFAULT
    for setting in _followed(_CONF, files, depth=0):
        lifetime = _seconds(setting.split()[1:])
    return lifetime


def _followed(path: str, files: dict[str, list[str]], *, depth: int) -> list[str]:
    found = []
    for setting in files.get(path, []):
        word, *rest = setting.split()
        if word == "include" and depth < 16:  # noqa: PLR2004 - squid's own limit on nested includes
            included = sorted(name for name in files for pattern in rest if fnmatch.fnmatchcase(name, pattern))
            found += [line for name in included for line in _followed(name, files, depth=depth + 1)]
        elif word == "shutdown_lifetime":
            found.append(setting)
    return found


def _seconds(words: list[str]) -> float:
    try:
        number = float(words[0])
    except (IndexError, ValueError):
        return _DEFAULT
    unit = words[1].lower().removesuffix("s") if len(words) > 1 else "second"
    return number * _UNITS.get(unit, 1.0)
