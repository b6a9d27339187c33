"""`timing`: one word, or a mapping with the numbers to put over it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hakit.model.timing import ADVISED, PROFILE, PROFILES
from hakit.spec.schema.part import Part, Seconds, key

Profile = Literal["fast", "normal", "relaxed"]
Milliseconds = Annotated[int, Field(ge=1, le=600_000)]


def _each(number: str) -> str:
    return ", ".join(f"{word} {getattr(timing, number)}" for word, timing in PROFILES.items())


class TimingPart(Part):
    """The numbers behind the word; what isn't said comes from the profile."""

    profile: Profile = key("The word whose numbers are the base.", PROFILE)
    token: Milliseconds = key(
        f"Milliseconds without Corosync's token until a node counts as lost; 800 or more. {_each('token')}."
    )
    consensus: Milliseconds = key(
        f"Milliseconds until the nodes that are left agree; {_each('consensus')}; if a token is said, "
        "1.2 times that, and at least that with three nodes or more."
    )
    unit_interval: Seconds = key(f"Seconds from one look at a unit to the next; 2 or more. {_each('unit_interval')}.")
    vip_interval: Seconds = key(f"Seconds from one look at a VIP to the next; 2 or more. {_each('vip_interval')}.")
    probe_interval: Seconds = key(
        f"Seconds from the beginning of one probe to that of the next, by hakit's agent. {_each('probe_interval')}."
    )
    operation_timeout: Annotated[int, Field(ge=ADVISED, le=600)] = key(
        "Seconds that what is done to a VIP may take, and a look at a volume (a look at a fencing device: 60 at least); above what a node needs that is busy with all "
        f"its services at once. {_each('operation_timeout')}."
    )
    failure_timeout: Annotated[int, Field(ge=1, le=604_800)] = key(
        "Seconds after which a failure is forgotten; longer than every timeout.", 600
    )
    migration_threshold: Annotated[int, Field(ge=1, le=1000)] = key(
        "How many failures on a node until the service goes to another.", 3
    )
