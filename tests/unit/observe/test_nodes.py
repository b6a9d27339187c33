"""A node's share of the cluster: rings, quorum, keys, whom pcs knows, and the notes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hakit.core import Get, HakitError, Outcome, shown
from hakit.observe import links, node, pauses, record
from hakit.observe.links import Link
from hakit.observe.record import Phase, Record, UnitBefore

DATA = Path(__file__).parent / "data"
ABSENT = "is not installed"


def outcomes(**answers: tuple[int, str]) -> list[Outcome]:
    """Answer all of `node.actions`: what isn't given by the start of its words is not there."""
    found = []
    for action in node.actions():
        missing = (2, "") if not shown(action).startswith(("crm_mon", "cibadmin", "corosync")) else (127, "")
        key = next((key for key in answers if key in shown(action).translate(str.maketrans("/-.", "___"))), "")
        code, text = answers.get(key, missing)
        found.append(Outcome("qsp-a", action, code, text, "" if code == 0 else ABSENT, 0.0))
    return found


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
@pytest.mark.parametrize(("name", "second"), [("healthy", True), ("ring1-down", False)])
def test_rings_as_corosync_tells_them(release: str, name: str, *, second: bool) -> None:
    text = (DATA / release / f"links-{name}.txt").read_text()
    assert links.parse(text) == (Link(1, 0, True), Link(2, 0, True), Link(2, 1, second))


def test_pauses_as_corosync_tells_them() -> None:
    latest, earlier = pauses.parse((DATA / "bookworm" / "pauses.txt").read_text())
    assert (latest.seconds, earlier.seconds) == (pytest.approx(1.935, abs=0.001), pytest.approx(2.031, abs=0.001))
    assert f"{latest.noticed:%Y-%m-%d %H:%M:%S}" == "2026-11-27 03:15:00"
    assert pauses.parse((DATA / "bookworm" / "links-healthy.txt").read_text()) == ()


def test_a_bare_host_without_any_of_the_commands() -> None:
    facts = node.read("qsp-a", outcomes())
    assert facts.state is None and not facts.running
    assert facts.files == frozenset() and facts.pcs_hosts == frozenset()
    assert (facts.corosync_key, facts.has_agents, facts.token, facts.cib) == ("", False, "", "")
    assert facts.links == () and not facts.corosync_quorate and facts.record is None


def test_a_running_node() -> None:
    known = json.dumps({"known_hosts": {"qsp-a": {"token": "x"}, "qsp-b": {"token": "x"}}})
    facts = node.read(
        "qsp-a",
        outcomes(
            crm_mon=(0, (DATA / "trixie" / "healthy.xml").read_text()),
            cibadmin=(0, "<cib/>"),
            cmapctl=(0, (DATA / "trixie" / "links-healthy.txt").read_text()),
            quorumtool=(0, ""),
            known_hosts=(0, known),
            corosync_authkey=(0, "abc 0400 root:root"),
        ),
    )
    assert facts.running and facts.corosync_quorate
    assert facts.cib == "<cib/>"
    assert facts.pcs_hosts == {"qsp-a", "qsp-b"}
    assert len(facts.links) == 3


@pytest.mark.parametrize("text", ["", "{", "[]", '{"known_hosts": 5}', '{"other": {}}', "null"])
def test_damaged_known_hosts_know_nobody(text: str) -> None:
    facts = node.read("qsp-a", outcomes(known_hosts=(0, text)))
    assert facts.pcs_hosts == frozenset()


def test_the_cib_on_disk_counts_where_pacemaker_rests() -> None:
    facts = node.read("qsp-a", outcomes(cib_cib_xml=(0, "<cib epoch='4'/>")))
    assert facts.cib == "<cib epoch='4'/>"


def test_what_holds_secrets_is_read_as_a_secret() -> None:
    secret = {action.path for action in node.actions() if isinstance(action, Get) and action.secret}
    assert node.KNOWN_HOSTS in secret
    assert not any(isinstance(action, Get) and "authkey" in action.path for action in node.actions())
    assert not any(action.changes_state for action in node.actions())


_words = st.text(min_size=1, max_size=10)
_records = st.builds(
    Record,
    _words,
    st.dictionaries(_words, st.builds(UnitBefore, _words, st.booleans())),
    st.lists(_words).map(tuple),
    st.sampled_from(Phase),
)


@given(_records)
def test_notes_are_read_as_they_were_written(noted: Record) -> None:
    assert record.parse(noted.dump()) == noted


def test_notes_of_an_earlier_hakit_have_no_phase() -> None:
    old = json.loads(Record("squidha", {"squid.service": UnitBefore("enabled", active=True)}).dump())
    del old["phase"]
    assert record.parse(json.dumps(old)).phase is Phase.NOTED


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"cluster": "x", "units": {"a": 5}, "files": []}', '{"cluster": "x", "units": []}'],
)
def test_damaged_notes_are_an_error_that_names_the_file(text: str) -> None:
    with pytest.raises(HakitError, match=record.PATH) as caught:
        record.parse(text)
    assert record.PATH in caught.value.hint


def test_notes_with_an_unknown_phase_are_damaged() -> None:
    text = replace(Record("squidha"), phase=Phase.RETURNED).dump().replace("returned", "elsewhere")
    with pytest.raises(HakitError, match="damaged"):
        record.parse(text)
