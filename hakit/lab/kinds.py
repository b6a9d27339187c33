"""Which kind of lab is which."""

from __future__ import annotations

from hakit.lab.containers import Containers
from hakit.lab.kind import Kind
from hakit.lab.machines import Machines


def kind(*, vm: bool, whole: bool = False) -> Kind:
    """Return what labs of virtual machines (`whole` ones, or such as this machine runs best), or of containers, are made by."""
    return Machines(whole=whole) if vm else Containers()
