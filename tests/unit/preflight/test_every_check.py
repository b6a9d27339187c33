"""The folder of checks as a whole, and the words of every finding."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest

from hakit.core import Finding
from hakit.plan import preflight
from hakit.plan.preflight import every
from tests.sample_clusters import cluster

_EXAMPLES: dict[str, Any] = {
    "str": "x",
    "int": 1,
    "float": 1.5,
    "bool": True,
    "Address": ip_address("192.168.233.11"),
    "tuple[str, ...]": ("x", "y"),
    "tuple[Address, ...]": (ip_address("192.168.233.11"),),
    "tuple[tuple[str, str], ...]": (("qsp-a", "1"), ("qsp-b", "2")),
    "tuple[tuple[str, tuple[Address, ...]], ...]": (("qsp-a", (ip_address("192.168.233.11"),)),),
}


def kinds() -> Iterator[type[Finding]]:
    for entry in pkgutil.iter_modules(preflight.__path__):
        module = importlib.import_module(f"{preflight.__name__}.{entry.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Finding) and value.__module__ == module.__name__:
                yield value


KINDS = [kind for kind in kinds() if kind.code]


def test_every_topic_is_found_by_being_there() -> None:
    assert set(every.checks()) == {
        "account", "addresses", "agent", "alerts", "boot", "clocks", "clusters", "fencing", "guards", "names", "ports",
        "sbd", "software", "stopping", "units", "vips", "volumes",
    }  # fmt: skip


def test_no_hosts_no_findings() -> None:
    assert every.check(cluster(), {}) == ()


def test_codes_are_unique_and_of_this_range() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(codes) == len(set(codes)) > 30
    assert all(re.fullmatch(r"HK2\d\d", code) for code in codes)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_finding_says_what_is_so_and_what_to_do(kind: type[Finding]) -> None:
    finding = kind(**{field.name: _EXAMPLES[str(field.type)] for field in dataclasses.fields(kind)})
    assert finding.text()
    assert "\n" not in finding.remedy()
    assert kind.__doc__
