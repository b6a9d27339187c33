"""Which kind of lab is which."""

from __future__ import annotations

from hakit.lab.containers import Containers
from hakit.lab.kind import Kind
from hakit.lab.machines import Machines


def kind(*, vm: bool) -> Kind:
    """Return what labs of virtual machines, or of containers, are made by."""
    return Machines() if vm else Containers()
