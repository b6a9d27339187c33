"""The decision about fencing that an existing cluster has made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from hakit.author.cluster import meaning
from hakit.author.cluster.findings import ForeignResource, Imported, NoReason, NotInSpec, SecretLeftOut, Undecided
from hakit.author.cluster.place import where
from hakit.model.memo import Memo
from hakit.spec.writing import Device

UNKNOWN = "not known: fencing was off when this cluster was imported"
_AGENT = re.compile(r"fence_[a-z0-9_]+")
_SECRET = re.compile(r"pass|secret|token|key|identity_file", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decision:
    """The reason to do without fencing, empty when it isn't done without; devices; what can't be said of them."""

    reason: str
    devices: tuple[Device, ...]
    findings: tuple[Imported, ...]


def decision(
    file: str, found: Sequence[etree._Element], memo: Memo, nodes: Sequence[str], *, enabled: bool
) -> Decision:
    """Read the decision."""
    if not enabled:
        why = "fencing is switched off"
        rest: tuple[Imported, ...] = tuple(_foreign(file, each, why) for each in found)
        unknown = () if memo.reason else (NoReason(where=file),)
        return Decision(memo.reason or UNKNOWN, (), (*unknown, *rest))
    usable = [each for each in found if _AGENT.fullmatch(each.get("type", ""))]
    others = (each for each in found if each not in usable)
    findings = [_foreign(file, each, "a device of a spec has a fence agent (fence_…)") for each in others]
    if not usable:
        return Decision("", (), (Undecided(where=file), *findings))
    devices = tuple(_device(each, nodes) for each in usable)
    said = (finding for each in usable for finding in _unsaid(file, each))
    return Decision("", devices, (*findings, *said))


def _foreign(file: str, element: etree._Element, why: str) -> Imported:
    return ForeignResource(where=where(file, element), id=element.get("id", ""), kind=meaning.agent(element), why=why)


def _device(element: etree._Element, nodes: Sequence[str]) -> Device:
    given = meaning.parameters(element)
    listed = re.split(r"[\s,;]+", given.pop("pcmk_host_list", "").strip())
    secrets = tuple(name for name in given if _SECRET.search(name))
    plain = {name: value for name, value in given.items() if name not in secrets}
    return Device(
        element.get("id", ""), element.get("type", ""), tuple(filter(None, listed)) or tuple(nodes), plain, secrets
    )


def _unsaid(file: str, element: etree._Element) -> list[Imported]:
    name = element.get("id", "")
    found: list[Imported] = []
    for what, fact in meaning.of_resource(element).items():
        parameter = what.removeprefix("parameter ")
        if parameter == what and what != "agent":
            found.append(
                NotInSpec(
                    where=where(file, fact.element), subject=f"fencing device {name}", what=what, value=fact.value
                )
            )
        elif parameter != what and _SECRET.search(parameter):
            found.append(SecretLeftOut(where=where(file, fact.element), device=name, parameter=parameter))
    return found
