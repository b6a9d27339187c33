"""corosync.conf as a tree: what is written is read back, and nothing breaks out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hakit.core import HakitError
from hakit.model.sections import Section, dump, parse

_names = st.from_regex(r"[A-Za-z0-9_./-]{1,12}", fullmatch=True)
_values = st.text(st.characters(exclude_characters="{}\r\n\0", exclude_categories=["Cs"]), max_size=40)
_pairs = st.lists(st.tuples(_names, _values.map(lambda text: text.strip(" \t"))), max_size=4).map(tuple)
_sections = st.recursive(
    st.builds(Section, _names, _pairs),
    lambda inner: st.builds(Section, _names, _pairs, st.lists(inner, max_size=3).map(tuple)),
    max_leaves=8,
)
_roots = st.builds(Section, st.just(""), _pairs, st.lists(_sections, max_size=4).map(tuple))


@settings(deadline=None)
@given(_roots)
def test_what_is_dumped_is_parsed_back(root: Section) -> None:
    assert parse(dump(root, header=("made for a test",))) == root


@settings(deadline=None)
@given(st.text())
def test_a_value_is_refused_or_stays_a_value(value: str) -> None:
    root = Section(sections=(Section("totem", (("cluster_name", value), ("token", "3000"))),))
    try:
        text = dump(root)
    except ValueError:
        return
    assert parse(text) == root


@settings(deadline=None)
@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        root = parse(text)
    except HakitError:
        return
    assert root.name == ""


@pytest.mark.parametrize("value", ["a\n}", "a\rb", "a {", "}", " a", "a\t", "a\0", "x" * 600])
def test_values_that_break_out_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"corosync\.conf"):
        dump(Section(sections=(Section("totem", (("cluster_name", value),)),)))


@pytest.mark.parametrize("key", ["", "a b", "a:b", "#a", "a\n", "{"])
def test_keys_and_names_that_break_out_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"corosync\.conf"):
        dump(Section(pairs=((key, "1"),)))
    with pytest.raises(ValueError, match=r"corosync\.conf"):
        dump(Section(sections=(Section(key),)))


def test_a_header_stays_a_comment() -> None:
    with pytest.raises(ValueError, match="one line"):
        dump(Section(), header=("a\ntotem {",))


def test_it_reads_as_tolerantly_as_corosync() -> None:
    text = "# a comment\r\n\n\ttotem{\n  version :2\n #x {\n\tinterface {\n\t\tlinknumber: 0\n  }\n}\ntotem {\ntoken:   1000\n}"
    root = parse(text)
    assert root.sections[0] == Section("totem", (("version", "2"),), (Section("interface", (("linknumber", "0"),)),))
    assert root.one("totem").get("token") == "1000"
    assert root.one("totem").get("version") == "2"
    assert root.one("nodelist") == Section("nodelist")
    assert root.one("totem").get("consensus", "none") == "none"
    assert [section.get("linknumber") for section in root.one("totem").all("interface")] == ["0"]


def test_of_several_values_the_last_counts() -> None:
    assert parse("a: 1\na: 2").get("a") == "2"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("totem {\n", "never closed"),
        ("a: 1\n}\n", "line 2"),
        ("a\n", "line 1"),
        ("{\n}\n", "line 1"),
        ("a { b\n", "line 1"),
    ],
)
def test_what_corosync_refuses_is_refused_with_its_place(text: str, line: str) -> None:
    with pytest.raises(HakitError, match=line):
        parse(text)
