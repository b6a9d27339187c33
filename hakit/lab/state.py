"""What a lab remembers of itself between two commands."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from hakit.core.errors import HakitError
from hakit.lab.layout import Layout
from hakit.lab.recipe import Release


@dataclass(frozen=True, slots=True)
class State:
    """Release, number of nodes and the base that they share; `built` once the first `up` was through.

    `fencing`: the nodes have power switches; `qnetd`: there is a host with a quorum device; `vm`: the nodes are
    virtual machines, `whole` ones with all that QEMU gives them.
    """

    release: Release
    nodes: int
    base: Path
    built: bool = False
    fencing: bool = False
    qnetd: bool = False
    vm: bool = False
    whole: bool = False

    @property
    def managed(self) -> bool:
        """Whether there is a network that is no ring: for power switches, quorum device, and the way into machines."""
        return self.fencing or self.qnetd or self.vm


def load(layout: Layout) -> State | None:
    """Return the state, or None if there is no such lab (or it never got so far)."""
    try:
        said = json.loads((layout.folder / "lab.json").read_text())
        release, base = Release(said["release"]), Path(said["base"])
        more = (said.get(each, False) is True for each in ("fencing", "qnetd", "vm", "whole"))
        return State(release, int(said["nodes"]), base, bool(said["built"]), *more)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise HakitError(
            f"{layout.folder / 'lab.json'} is damaged: {error}", hint=f"hakit lab down --name {layout.name}"
        ) from error


def save(layout: Layout, state: State) -> None:
    """Keep the state; what was kept before stays whole until then."""
    said = dataclasses.asdict(state) | {"base": str(state.base)}
    draft = layout.folder / "lab.json.new"
    draft.write_text(json.dumps(said) + "\n")
    draft.rename(layout.folder / "lab.json")
