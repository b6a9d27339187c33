"""Whatever is in the file: no traceback, and every fault has a place inside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hakit.spec.checking import check_source
from hakit.spec.fault import SpecFault
from hakit.spec.source import Source, load, parse

SQUID = (Path(__file__).parents[3] / "examples" / "squid.yaml").read_text()
WORDS = st.sampled_from(
    [
        "cluster",
        "nodes",
        "rings",
        "fencing",
        "none",
        "services",
        "squid",
        "unit",
        "vip",
        "address",
        "nic",
        "agent",
        "probe",
        "run",
        "volume",
        "prefer",
        "switchback",
        "depends_on",
        "timeouts",
        "start",
        "stop",
        "timing",
        "profile",
        "token",
        "consensus",
        "qsp-a",
        "qsp-b",
        "192.168.233.11",
        "fd00::1/64",
        "10.0.0.0/0",
        "fast",
        "hot",
        "automatic",
        "squid.service",
        "app@",
        "<<",
    ]
)
SCALARS = WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=5),
    max_leaves=25,
)
PIECES = st.sampled_from(
    ["\n", "  ", "\t", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "!x ", "<<: *a", "|", "~", "#"]
)
PIECES |= st.text(max_size=3) | WORDS


def whole(text: str) -> tuple[SpecFault, ...]:
    """Check a text, and that each of its faults can be said and stands inside the text."""
    cluster, faults = check_source(parse(text, "any.yaml"))
    assert (cluster is None) == bool(faults)
    lines = re.split(r"\r\n|[\n\r]", text)
    for fault in faults:
        mark = fault.place.mark
        assert 1 <= mark.line <= len(lines) + 1
        assert 1 <= mark.column <= max(map(len, lines)) + 2
        assert fault.code.startswith("HK1")
        assert "\n" not in fault.line()
    return faults


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    whole(text)


@given(DATA)
@settings(max_examples=300, deadline=None)
def test_any_data(data: object) -> None:
    cluster, faults = check_source(Source("any.yaml", data, {}, {}))
    assert (cluster is None) == bool(faults)
    assert all(fault.line() for fault in faults)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_squid_with_changes(data: st.DataObject) -> None:
    text = SQUID
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 20)))
        text = text[:start] + data.draw(PIECES) + text[end:]
    whole(text)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_squid_with_one_value_replaced(data: st.DataObject) -> None:
    source = parse(SQUID, "squid.yaml")
    loc = data.draw(st.sampled_from(sorted((loc for loc in source.value_marks if loc), key=str)))
    at = source.data
    for step in loc[:-1]:
        at = at[step]  # type: ignore[index]
    at[loc[-1]] = data.draw(DATA)  # type: ignore[index]
    cluster, faults = check_source(source)
    assert (cluster is None) == bool(faults)
    marks = {*source.key_marks.values(), *source.value_marks.values()}
    assert all(fault.place.mark in marks for fault in faults)


@given(st.binary(max_size=100))
@settings(max_examples=100, deadline=None)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(content)
    assert all(fault.line() for fault in check_source(load(path))[1])


def test_aliases_that_multiply_end_soon() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join(f'*a{n - 1}' for _ in range(9))}]" for n in range(1, 9)]
    faults = whole("\n".join(lines))
    assert [fault.code for fault in faults].count("HK104") == 1


def test_nothing_in_the_file_speaks_to_the_terminal() -> None:
    for text in ('cluster: "\\e[31m\\nred"', '"\\e[31m": 1', 'fencing: { "\\x07\\r": x }'):
        assert all(fault.line().isprintable() for fault in whole(text))
