"""Undoing a fault, whatever happens meanwhile."""

from __future__ import annotations

from hakit.core import HakitError
from hakit.core.event import Note
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene

_LIMIT = 90.0
_EVERY = 2.0


def heal(fault: Fault, scene: Scene) -> None:
    """Undo the fault, again and again until it works or a minute and a half has passed. Raises HakitError then.

    Who is interrupted by Ctrl-C heals first, and is interrupted behind it; a second Ctrl-C leaves it broken.
    """
    try:
        _heal(fault, scene)
    except KeyboardInterrupt:
        scene.listener.hear(Note(f"healing first: {fault.title}; once more to leave it broken", warning=True))
        _heal(fault, scene)
        raise


def _heal(fault: Fault, scene: Scene) -> None:
    start = scene.clock.now()
    while True:
        try:
            fault.heal(scene)
        except HakitError as error:
            if scene.clock.now() - start >= _LIMIT:
                raise HakitError(
                    f"{fault.title} could not be undone: {error.message}", hint=error.hint or "undo it by hand"
                ) from error
        else:
            return
        scene.clock.sleep(_EVERY)
