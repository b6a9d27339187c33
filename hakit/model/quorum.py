"""What a part of the cluster needs to go on: a majority of the votes, and perhaps a third host that has one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuorumDevice:
    """A host that runs corosync-qnetd. `tls` is on, off or required, as corosync-qdevice(8) has it."""

    host: str
    algorithm: str = "ffsplit"
    port: int = 5403
    tls: str = "required"


@dataclass(frozen=True, slots=True)
class Quorum:
    """`wait_for_all` None leaves it to votequorum(5): with two nodes and no device it is on."""

    device: QuorumDevice | None = None
    wait_for_all: bool | None = None
    last_man_standing: bool = False


USUAL = Quorum()
