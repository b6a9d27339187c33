"""The decision about fencing that an existing cluster has made."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from hakit.author.cluster import meaning, watchdog
from hakit.author.cluster.differing import differing
from hakit.author.cluster.findings import ForeignResource, Imported, NoReason, SecretLeftOut, Undecided
from hakit.author.cluster.place import where
from hakit.model import Device, DeviceFencing, Fencing, Level, NoFencing, SecretParameter
from hakit.model.memo import Memo
from hakit.render import advance, devices, facts, fragments
from hakit.spec.rules.devices import OURS, SECRET

UNKNOWN = "not known: fencing was off when this cluster was imported"
_AGENT = re.compile(r"fence_[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Properties:
    """What the cluster's properties say of fencing; `advance` and `wait` (for watchdogs; negative: reckoned) in seconds."""

    enabled: bool
    advance: int = 0
    wait: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided (with an empty reason: nothing), and what can't be said of it."""

    fencing: Fencing
    findings: tuple[Imported, ...]


def decision(  # noqa: PLR0913 - all that the decision stands in
    file: str,
    found: Sequence[etree._Element],
    memo: Memo,
    nodes: Sequence[str],
    said: Properties,
    *,
    sbd: str,
    patience: int,
) -> Decision:
    """Read the decision. `sbd` is the text of sbd's file, where it is known, `patience` what operations get at least."""
    if not said.enabled:
        why = "fencing is switched off"
        rest: tuple[Imported, ...] = tuple(_foreign(file, each, why) for each in found)
        unknown = () if memo.reason else (NoReason(where=file),)
        return Decision(NoFencing(memo.reason or UNKNOWN), (*unknown, *rest))
    if by_sbd := watchdog.fencing(found, memo, sbd, said.wait, said.advance):
        return Decision(by_sbd, ())
    first = next((each for each in found if (each.get("id"), each.get("type")) == (advance.NAME, advance.AGENT)), None)
    found = [each for each in found if each is not first]
    usable = [each for each in found if _AGENT.fullmatch(each.get("type", ""))]
    others = (each for each in found if each not in usable)
    findings = [_foreign(file, each, "a device of a spec has a fence agent (fence_…)") for each in others]
    if not usable:
        return Decision(NoFencing(""), (Undecided(where=file), *findings))
    known = tuple(_device(each, nodes) for each in usable)
    unsaid = (
        finding for each, device in zip(usable, known, strict=True) for finding in _unsaid(file, each, device, patience)
    )
    ahead = said.advance if first is None else meaning.seconds(meaning.parameters(first).get("advance", "")) or 0
    return Decision(DeviceFencing(known, (), ahead), (*findings, *unsaid))


def properties(crm_config: etree._Element | None) -> Properties:
    """Read them; fencing is on where nothing is said."""
    said = {name: fact.value for name, fact in meaning.of_sets(crm_config, "").items()}
    wait = said.get("stonith-watchdog-timeout", "0")
    return Properties(
        said.get("stonith-enabled", "true") == "true",
        meaning.seconds(said.get("priority-fencing-delay", "")) or 0,
        -1 if wait.startswith("-") else meaning.seconds(wait) or 0,
    )


def with_levels(fencing: Fencing, topology: etree._Element | None) -> Fencing:
    """Return the fencing with those of the topology's levels that a spec can say."""
    if not isinstance(fencing, DeviceFencing) or topology is None:
        return fencing
    known = {device.name for device in fencing.devices}
    # Those of hakit's own come with the advance.
    said = (each for each in facts.children(topology) if not each.get("id", "").startswith(advance.IMPLIED))
    plain = sorted((each for each in map(level, said) if each), key=lambda each: int(each[1]))
    levels: dict[str, list[Level]] = {}
    for node, _, named in plain:
        devices_ = tuple(named.split(","))
        if known.issuperset(devices_):
            mine = levels.setdefault(node, [])
            mine.append(Level(node, len(mine) + 1, devices_))
    return dataclasses.replace(fencing, levels=tuple(each for mine in levels.values() for each in mine))


def level(element: etree._Element) -> tuple[str, str, str] | None:
    """Return node, index and devices of a level for one node; None for another element."""
    said = (element.get("target", ""), element.get("index", ""), element.get("devices", ""))
    return said if element.tag == "fencing-level" and all(said) and said[1].isdigit() else None


def said_levels(meant: etree._Element) -> frozenset[tuple[str, ...]]:
    """Return the levels of the spec's CIB."""
    topology = facts.section(meant, "fencing-topology")
    return frozenset(each for each in map(level, facts.children(topology)) if each)


def _foreign(file: str, element: etree._Element, why: str) -> Imported:
    return ForeignResource(where=where(file, element), id=element.get("id", ""), kind=meaning.agent(element), why=why)


def _device(element: etree._Element, nodes: Sequence[str]) -> Device:
    given = meaning.parameters(element)
    listed = re.split(r"[\s,;]+", given.pop("pcmk_host_list", "").strip())
    delay = meaning.seconds(given.get("pcmk_delay_base", "")) or 0
    secrets = tuple(SecretParameter(name) for name in given if SECRET.fullmatch(name.lower()))
    left_out = {each.name for each in secrets} | OURS.keys()
    plain = tuple((name, value) for name, value in given.items() if name not in left_out)
    fenced = tuple(filter(None, listed)) or tuple(nodes)
    return Device(element.get("id", ""), element.get("type", ""), fenced, plain, secrets, delay)


def _unsaid(file: str, element: etree._Element, device: Device, patience: int) -> Iterator[Imported]:
    for secret in device.secrets:
        yield SecretLeftOut(where=where(file, element), device=device.name, parameter=secret.name)
    known = {f"parameter {secret.name}" for secret in device.secrets}
    there = {what: fact for what, fact in meaning.of_resource(element).items() if what not in known}
    rendered = meaning.of_resource(devices.resource(device, fragments.templates(None), patience))
    meant = {what: fact.value for what, fact in rendered.items() if what not in known}
    yield from differing(file, f"fencing device {device.name}", element, there, meant)
