"""What is to be done: stages one after the other, each of steps that don't depend on each other."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.core import Action


@dataclass(frozen=True, slots=True)
class Step:
    """Actions on one host, in order, with the reason. `final` marks what can't be undone."""

    title: str
    host: str
    why: str
    actions: tuple[Action, ...]
    final: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps that may run side by side; the next stage waits for all of them."""

    title: str
    steps: tuple[Step, ...]
