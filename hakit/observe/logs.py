"""What a node's journal has of Corosync and Pacemaker, line by line, with the microsecond in which each was said."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hakit.core import Command

_UNITS = ("corosync.service", "pacemaker.service")


@dataclass(frozen=True, slots=True)
class Line:
    """A line: when, in seconds of the epoch by the node's clock, which program, its priority (syslog(3)), its words."""

    when: float
    program: str
    priority: int
    words: str


def since(when: float) -> Command:
    """Ask for the lines from a time (seconds of the epoch, the node's clock) on."""
    units = tuple(f"--unit={unit}" for unit in _UNITS)
    fields = "MESSAGE,SYSLOG_IDENTIFIER,PRIORITY"
    return Command(
        ("journalctl", "--quiet", "--output=json", f"--output-fields={fields}", f"--since=@{int(when)}", *units),
        timeout=30,
        changes_state=False,
    )


def parse(text: str) -> tuple[Line, ...]:
    """Read `journalctl --output=json`: one object a line (systemd.journal-fields(7)); what is no text is passed over."""
    found = []
    for each in text.splitlines():
        try:
            said = json.loads(each)
            when = int(said["__REALTIME_TIMESTAMP"]) / 1e6
        except (ValueError, KeyError, TypeError):
            continue
        if isinstance(said.get("MESSAGE"), str):
            program, priority = str(said.get("SYSLOG_IDENTIFIER", "")), int(said.get("PRIORITY", 6))
            found.append(Line(when, program, priority, said["MESSAGE"].strip()))
    return tuple(found)
