"""A record is kept and read again; verdicts; JUnit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from hakit.core import HakitError
from hakit.report import junit, lines
from hakit.report.record import Expectation, Judgement, Kind, Trial
from hakit.report.verdict import Verdict, outage_words, passed, verdict
from tests.unit.report.trials import EVERY, mark, record, trial


def test_a_record_survives_being_kept() -> None:
    whole = record(trial((105.0, 106.0), marks=(mark(105.5, Kind.NOTICED),)), Trial("x", "X", skipped="no lab"))
    assert lines.parse(lines.dump(whole), "file") == whole


def test_a_record_that_was_cut_short_is_read_so_far() -> None:
    text = lines.dump(record(trial(), trial()))
    assert lines.parse(text[:-50], "file") == record(trial())


@pytest.mark.parametrize("text", ["", "{}", "[1]", "<xml/>", '{"kind": "drill", "version": 99}'])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(HakitError, match="no record of a drill"):
        lines.parse(text, "file")


def test_verdicts() -> None:
    bad = Judgement("VIP on one node", ok=False, words="on both")
    assert verdict(trial((105.0, 107.0))) is Verdict.PASSED
    assert verdict(trial((105.0, 110.0))) is Verdict.SLOW
    assert verdict(trial((105.0, 999.0))) is Verdict.FAILED
    assert verdict(trial((105.0, 999.0), seconds=None)) is Verdict.PASSED
    assert verdict(replace(trial(), audits=(bad,))) is Verdict.FAILED
    assert verdict(replace(trial(), error="it broke")) is Verdict.FAILED
    assert verdict(replace(trial((105.0, 999.0)), skipped="no lab")) is Verdict.SKIPPED
    assert passed(record(trial(), Trial("x", "X", skipped="no lab")))
    assert not passed(record(trial(), trial((105.0, 110.0))))


def test_a_single_lost_question_is_an_outage_where_none_is_expected() -> None:
    assert verdict(replace(trial((105.0, 105.05)), expected=Expectation(0.0, ""))) is Verdict.SLOW


def test_words() -> None:
    assert outage_words(trial((105.0, 106.0), (108.0, 108.5)), every=EVERY) == "1.00 s, 1.50 s in all"
    assert outage_words(trial((105.0, 999.0)), every=EVERY) == "no answer within 7 s"
    assert "none seen" in outage_words(trial(), every=EVERY)


def test_junit() -> None:
    text = junit.text(record(trial(), trial((105.0, 999.0)), Trial("power", "Power", skipped="no \x00 lab")))
    suite = etree.fromstring(text.encode())
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert [[child.tag for child in case] for case in suite] == [[], ["failure"], ["skipped"]]
