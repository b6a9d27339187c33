"""What the CIB says about maintenance: whether it is set for good, and hakit's own set with who, since when and until when."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.observe import parsing

SET = "hakit-maintenance"
_YES = frozenset({"true", "on", "yes", "y", "1"})


@dataclass(frozen=True, slots=True)
class Mark:
    """What hakit noted when maintenance began; times in UTC as `2026-11-24T19:20:00Z`, `until` empty without an end."""

    by: str
    since: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """`explicit` is the property's value outside hakit's own set, None where there is none; `mark` is hakit's set."""

    explicit: bool | None = None
    mark: Mark | None = None


def read(cib_xml: str) -> Written:
    """Read a CIB. Raises HakitError when it isn't XML."""
    if not cib_xml:
        return Written()
    explicit: bool | None = None
    mark = None
    for found in parsing.xml(cib_xml, "the CIB").iterfind("configuration/crm_config/cluster_property_set"):
        values = {pair.get("name", ""): pair.get("value", "") for pair in found.iterfind("nvpair")}
        if found.get("id") == SET:
            end = found.find("rule/date_expression")
            until = "" if end is None else end.get("end", "")
            mark = Mark(values.get(f"{SET}-by", ""), values.get(f"{SET}-since", ""), until)
        elif "maintenance-mode" in values and found.find("rule") is None and explicit is None:
            explicit = values["maintenance-mode"].lower() in _YES
    return Written(explicit, mark)
