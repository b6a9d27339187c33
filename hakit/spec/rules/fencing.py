"""The decision about fencing: made, one only, and with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from hakit.spec.draft import Draft
from hakit.spec.fault import SpecFault

_WAYS = ("none", "devices", "sbd")


@dataclass(frozen=True, kw_only=True, slots=True)
class NoFencingDecision(SpecFault):
    """Nothing is said about fencing."""

    code = "HK150"
    matters = (
        "A node that does not answer may still be running the service. Without fencing, the other one starts "
        "it a second time: two writers, two owners of one address."
    )
    see = "docs/decisions/0005-no-hidden-fencing.md"
    consequence: ClassVar[bool] = True

    def text(self) -> str:
        """Say what is missing."""
        return "no decision about fencing"

    def remedy(self) -> str:
        """Show where devices are explained and how to do without, and say what that means."""
        return (
            "name the devices (docs/two-nodes.md); without fencing a cluster that splits may run a service twice; "
            "to accept that, write 'fencing: { none: \"why\" }'"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class NoReason(SpecFault):
    """Fencing is switched off without a reason."""

    code = "HK151"
    matters = "Somebody will find this cluster after a split and ask why."
    see = "docs/decisions/0005-no-hidden-fencing.md"

    def text(self) -> str:
        """Say what is missing."""
        return "no reason is given for doing without fencing"

    def remedy(self) -> str:
        """Say who reads it."""
        return 'write why, for those who find this cluster later: none: "evaluation only"'


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoFencingDecisions(SpecFault):
    """Fencing is switched off and described at once."""

    code = "HK152"
    matters = "Whether a lost node is made harmless must not depend on who reads the file."
    see = "docs/decisions/0005-no-hidden-fencing.md"
    other: str

    def text(self) -> str:
        """Say what contradicts what."""
        return f"'none' and '{self.other}' can't both be"

    def remedy(self) -> str:
        """Say what to do."""
        return f"leave out 'none', or '{self.other}'"


def fencing(spec: Draft) -> Iterator[SpecFault]:
    """Check that there is exactly one decision."""
    data = spec.source.data
    part = data.get("fencing", {}) if isinstance(data, dict) else None
    if not isinstance(part, dict):
        return
    said = [way for way in _WAYS if way in part]
    if not said:
        yield NoFencingDecision(place=spec.at_key(("fencing",)))
    if "none" in said and len(said) > 1:
        yield TwoFencingDecisions(place=spec.at_key(("fencing", said[1])), other=said[1])
    if spec.reason and not spec.reason.text.strip():
        yield NoReason(place=spec.at(spec.reason.loc))
