"""A program of its own: `python -m hakit.lab.bmc LAB FOLDER NODE`, the power switch of one node of a lab.

It is the node's BMC: it answers IPMI 2.0 (RMCP+, what `fence_ipmilan` with lanplus speaks) at an address of its own, and
switches the node's power. It runs in the namespace of the lab's switch, so nothing but the lab reaches it. Needs pyghmi.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from pyghmi.ipmi import bmc  # type: ignore[import-untyped]  # it has no types

from hakit.core.errors import HakitError
from hakit.lab import kinds, layout, power, state
from hakit.lab.layout import Host, Layout

_BUSY = 0xC0  # IPMI 2.0, table 5-2: node busy


class Switch(bmc.Bmc):  # type: ignore[misc]  # as above
    """A BMC that boots and kills a node."""

    def __init__(self, place: Layout, node: Host, password: str) -> None:
        self._place, self._node = place, node
        super().__init__({layout.BMC_USER: password}, port=power.IPMI_PORT, address=layout.bmc(node))

    def get_power_state(self) -> str:
        """Say whether the node has power."""
        return "on" if self._leader() is not None else "off"

    def power_off(self) -> int:
        """Take the power away."""
        power.off(self._place, self._node.name)
        return self._told("off")

    def power_on(self) -> int:
        """Boot the node; one that has power is left alone."""
        kept = state.load(self._place)
        if kept is None:
            return _BUSY
        if self._leader() is None:
            kinds.kind(vm=kept.vm).on(self._place, self._node, everyone(kept), kept)
        return self._told("on")

    def power_reset(self) -> int:
        """Off and on again at once."""
        return self.power_off() or self.power_on()

    power_cycle = power_reset

    def _leader(self) -> int | None:
        kept = state.load(self._place)
        return kinds.kind(vm=kept.vm).leader(self._place, self._node.name) if kept else None

    def _told(self, what: str) -> int:
        sys.stdout.write(f"{time.time():.3f} {self._node.name} {what}\n")
        sys.stdout.flush()
        return 0

    def handle_raw_request(self, request: Any, session: Any) -> Any:  # noqa: ANN401 - pyghmi's own types
        """Answer a request; what the lab can't do now is a busy BMC, not a dead one."""
        try:
            return super().handle_raw_request(request, session)
        except HakitError as error:
            sys.stdout.write(f"{error}\n")
            return session.send_ipmi_response(code=_BUSY)


def everyone(kept: state.State) -> tuple[Host, ...]:
    """Return all hosts that know each other by name."""
    witness = (layout.witness(),) if kept.qnetd else ()
    return (*layout.hosts(kept.nodes), *witness, layout.client())


def main(lab: str, folder: str, name: str) -> None:
    """Serve until killed."""
    place = layout.layout(lab, Path(folder))
    node = next(each for each in layout.hosts(layout.MOST_NODES) if each.name == name)
    Switch(place, node, place.bmc_secret.read_text().strip()).listen()


if __name__ == "__main__":
    main(*sys.argv[1:])
