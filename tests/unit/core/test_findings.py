"""All kinds of finding: one code each, and words for every one of them."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import typing
from collections.abc import Iterator
from enum import Enum
from ipaddress import ip_address, ip_network
from types import UnionType

import pytest

import hakit
from hakit.cli import catalogue
from hakit.core import Finding, Severity
from hakit.core.event import Note, StageStarted, Tape

SAMPLES: dict[object, object] = {
    str: "word",
    int: 2,
    float: 1.5,
    bool: True,
}


def kinds() -> list[type[Finding]]:
    """Every concrete kind; slots=True leaves a nameless twin of each class behind, so the modules are asked."""
    for module in pkgutil.walk_packages(hakit.__path__, "hakit."):
        if module.name not in {"hakit.__main__", "hakit.run.remote", "hakit.run.netprobe", "hakit.run.listeners"}:
            importlib.import_module(module.name)
    named = {(kind.__module__, kind.__qualname__): kind for kind in _below(Finding)}
    real = [getattr(importlib.import_module(module), name, kind) for (module, name), kind in named.items()]
    return sorted((kind for kind in real if kind.code), key=lambda kind: kind.code)


def _below(kind: type[Finding]) -> Iterator[type[Finding]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _below(sub)


def example(kind: type[Finding]) -> Finding:
    """Build one from its fields' types."""
    hints = typing.get_type_hints(kind)
    return kind(**{field.name: value(hints[field.name]) for field in dataclasses.fields(kind)})


def value(hint: object) -> object:  # noqa: PLR0911 - one return per kind of type
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return (value(args[0]), value(args[0])) if args[-1] is Ellipsis else tuple(value(each) for each in args)
    if origin in {typing.Union, UnionType}:
        return value(args[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if hint in SAMPLES:
        return SAMPLES[hint]
    name = getattr(hint, "__name__", "")
    if name.startswith(("IPv4Address", "IPv6Address")):
        return ip_address("192.168.233.11" if "4" in name else "fd00::11")
    if name.startswith(("IPv4Network", "IPv6Network")):
        return ip_network("192.168.233.0/24" if "4" in name else "fd00::/64")
    assert isinstance(hint, type) and dataclasses.is_dataclass(hint), f"no sample for {hint}"
    hints = typing.get_type_hints(hint)
    return hint(**{field.name: value(hints[field.name]) for field in dataclasses.fields(hint)})


def test_there_are_many() -> None:
    assert len(kinds()) > 50


def test_codes_are_unique_and_well_formed() -> None:
    codes = [kind.code for kind in kinds()]
    assert [code for code in codes if codes.count(code) > 1] == []
    assert [code for code in codes if not re.fullmatch(r"HK[1234]\d\d", code)] == []


def test_codes_tell_what_the_finding_is_about() -> None:
    for kind in kinds():
        running = kind.__module__.startswith(
            ("hakit.plan.health", "hakit.plan.bootstrap", "hakit.plan.changes", "hakit.apply")
        )
        hosts = kind.__module__.startswith("hakit.plan.preflight")
        imported = kind.__module__.startswith("hakit.author.cluster")
        assert kind.code[2] == ("4" if imported else "3" if running else "2" if hosts else "1"), kind


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.code)
def test_each_has_words(kind: type[Finding]) -> None:
    finding = example(kind)
    assert finding.text().strip()
    assert not finding.text().endswith(".")
    assert isinstance(finding.remedy(), str)
    assert finding.severity in Severity
    assert kind.__doc__


def test_each_is_found_where_it_is_defined() -> None:
    """Or `hakit explain` and the manual would leave it out."""
    assert [kind.code for kind in catalogue.kinds()] == [kind.code for kind in kinds()]


@pytest.mark.parametrize("one", catalogue.explanations(), ids=lambda one: one.code)
def test_each_is_explained(one: catalogue.Explanation) -> None:
    """By `matters` beside its code, and by `cure` where `remedy` says nothing in general."""
    assert one.text and one.meaning.endswith(".") and one.matters.endswith(".")
    assert one.cure and not one.cure.endswith(".")
    assert one.matters != one.meaning


def test_an_explanation_is_no_heirloom() -> None:
    """What a kind inherits from another tells about that one."""
    said = [kind.matters for kind in kinds()]
    assert [text for text in said if said.count(text) > 1] == []


def test_a_finding_without_words_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Finding().text()


def test_a_tape_keeps_what_it_hears_in_order() -> None:
    tape, events = Tape(), (StageStarted("x", 1), Note("y"))
    for event in events:
        tape.hear(event)
    assert tape.events == list(events)
