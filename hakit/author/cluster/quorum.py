"""What an existing corosync.conf says of quorum, as far as a spec has words for it."""

from __future__ import annotations

from hakit.model import Quorum, QuorumDevice
from hakit.model.sections import Section

_ALGORITHMS, _TLS = frozenset({"ffsplit", "lms"}), frozenset({"on", "off", "required"})
_TWO = 2


def quorum(conf: Section, nodes: int) -> Quorum:
    """Read it; what is the default for so many nodes is left open. The comparison tells the rest."""
    said = conf.one("quorum")
    device = _device(said.one("device"))
    bare_two = nodes == _TWO and device is None  # they always wait for all: a spec needn't say so, and can't deny it
    wait = said.get("wait_for_all") == "1" if said.get("wait_for_all") in {"0", "1"} else None
    standing = said.get("last_man_standing") == "1" and nodes > _TWO and device is None
    return Quorum(device, None if bare_two else wait, standing)


def _device(section: Section) -> QuorumDevice | None:
    net = section.one("net")
    host, port = net.get("host"), net.get("port", "5403")
    algorithm, tls = net.get("algorithm"), net.get("tls", "on")
    fit = section.get("model") == "net" and host and port.isdigit() and algorithm in _ALGORITHMS and tls in _TLS
    return QuorumDevice(host, algorithm, int(port), tls) if fit else None
