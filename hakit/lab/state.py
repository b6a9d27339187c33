"""What a lab remembers of itself between two commands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from hakit.core.errors import HakitError
from hakit.lab.layout import Layout
from hakit.lab.recipe import Release


@dataclass(frozen=True, slots=True)
class State:
    """Release, number of nodes and the base that they share; `built` once the first `up` was through."""

    release: Release
    nodes: int
    base: Path
    built: bool = False


def load(layout: Layout) -> State | None:
    """Return the state, or None if there is no such lab (or it never got so far)."""
    try:
        said = json.loads((layout.folder / "lab.json").read_text())
        return State(Release(said["release"]), int(said["nodes"]), Path(said["base"]), bool(said["built"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise HakitError(
            f"{layout.folder / 'lab.json'} is damaged: {error}", hint=f"hakit lab down --name {layout.name}"
        ) from error


def save(layout: Layout, state: State) -> None:
    """Keep the state; what was kept before stays whole until then."""
    said = {"release": state.release, "nodes": state.nodes, "base": str(state.base), "built": state.built}
    draft = layout.folder / "lab.json.new"
    draft.write_text(json.dumps(said) + "\n")
    draft.rename(layout.folder / "lab.json")
