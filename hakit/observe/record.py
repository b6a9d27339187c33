"""What hakit wrote down on a node before it changed anything there, so that it can be undone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from hakit.core import HakitError
from hakit.model.tool import Tool

FOLDER = "/var/lib/hakit"
PATH = f"{FOLDER}/record.json"
# Files as they were, under their own paths: {BEFORE}/etc/corosync/corosync.conf and so on.
BEFORE = f"{FOLDER}/before"


@dataclass(frozen=True, slots=True)
class UnitBefore:
    """How a unit stood: systemd's UnitFileState (enabled, disabled, …) and whether it ran."""

    boot: str
    active: bool


class Phase(StrEnum):
    """How far the undoing is: not begun, under way (files and units may be of before or of the cluster), or through."""

    NOTED = "noted"
    RETURNING = "returning"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Record:
    """The host before bootstrap: its units, and the paths of the files that were kept in BEFORE.

    `tool` is the one that bootstrap drove the cluster with; notes of earlier versions of hakit, which knew pcs alone,
    don't say.
    """

    cluster: str
    units: Mapping[str, UnitBefore] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    phase: Phase = Phase.NOTED
    tool: Tool = Tool.PCS

    def dump(self) -> str:
        """Give the text that `parse` reads."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def parse(text: str) -> Record:
    """Read a record. Raises HakitError when it is damaged."""
    try:
        data = json.loads(text)
        units = {name: UnitBefore(str(u["boot"]), bool(u["active"])) for name, u in data["units"].items()}
        files = tuple(str(path) for path in data["files"])
        return Record(
            str(data["cluster"]), units, files, Phase(data.get("phase", Phase.NOTED)), Tool(data.get("tool", Tool.PCS))
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HakitError(
            f"{PATH} is damaged: {error}", hint=f"look at it, and remove it if it is of no use: {PATH}"
        ) from error
