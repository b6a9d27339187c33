"""How long clients got no answer, and what that time was made of."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hakit.report.outage import loss, outages
from hakit.report.record import Answer, Kind
from hakit.report.split import split
from tests.unit.report.trials import answers, mark, trial


def test_from_the_first_bad_question_to_the_next_good_answer() -> None:
    (outage,) = outages(answers((105.0, 107.0)))
    assert (outage.start, outage.end) == (105.0, pytest.approx(107.002))


def test_the_order_of_the_answers_does_not_matter() -> None:
    # A question that hangs is given up long after later ones were answered.
    shuffled = sorted(answers((105.0, 107.0)), key=lambda each: each.ended)
    assert outages(shuffled) == outages(answers((105.0, 107.0)))


def test_what_never_comes_back_has_no_end() -> None:
    (outage,) = outages(answers((105.0, 999.0)))
    assert outage.seconds is None


def test_the_longest_and_the_sum() -> None:
    lost = loss(trial((105.0, 106.0), (108.0, 108.5)))
    assert lost.longest == pytest.approx(1.002)
    assert lost.total == pytest.approx(1.504)
    assert lost.questions == 30
    assert lost.back
    assert lost.after == 0


def test_what_ends_only_with_the_healing_did_not_come_back() -> None:
    lost = loss(trial((105.0, 114.0)))
    assert not lost.back
    assert lost.longest == pytest.approx(7.0)  # it was waited from 105 to 112
    assert lost.after == pytest.approx(2.0, abs=0.1)


def test_an_answer_right_behind_the_healing_is_the_healing_s_doing() -> None:
    lost = loss(trial((105.0, 112.04)))
    assert not lost.back
    assert lost.longest == pytest.approx(7.0)


def test_an_outage_of_the_healing_is_not_the_fault_s() -> None:
    lost = loss(trial((113.0, 114.0)))
    assert (lost.longest, lost.questions) == (0.0, 0)
    assert lost.after == pytest.approx(1.002)


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_outages_cover_every_bad_question_and_no_good_one(good: list[bool]) -> None:
    asked = [Answer(float(number), number + 0.1, ok) for number, ok in enumerate(good)]
    found = outages(asked)
    for answer in asked:
        inside = [
            each for each in found if each.start <= answer.asked and (each.end is None or answer.ended < each.end)
        ]
        assert bool(inside) is not answer.ok
    assert all(first.end is not None and first.end < second.start for first, second in itertools.pairwise(found))


def test_the_parts_of_an_outage() -> None:
    steps = (
        mark(106.0, Kind.NOTICED), mark(106.1, Kind.DECIDED), mark(106.2, Kind.STOPPING), mark(107.0, Kind.STOPPED),
        mark(107.1, Kind.STARTING), mark(107.5, Kind.STARTED), mark(107.6, Kind.STARTING), mark(108.5, Kind.STARTED),
    )  # fmt: skip
    parts = split(trial((105.0, 109.0), marks=steps))
    assert [part.name for part in parts] == ["detection", "decision", "stop", "start", "first answer"]
    assert [part.seconds for part in parts] == pytest.approx([1.0, 0.2, 0.8, 1.5, 0.502], abs=0.01)
    assert sum(part.seconds for part in parts) == pytest.approx(4.002)


def test_a_start_that_is_told_of_after_the_first_answer_ends_with_it() -> None:
    parts = split(trial((105.0, 107.0), marks=(mark(106.0, Kind.STARTING), mark(108.9, Kind.STARTED))))
    assert [(part.name, round(part.seconds, 1)) for part in parts] == [
        ("decision", 1.0),
        ("start", 1.0),
        ("first answer", 0),
    ]


def test_what_the_logs_do_not_tell_is_not_made_up() -> None:
    assert [part.name for part in split(trial((105.0, 107.0)))] == ["first answer"]
    assert split(trial()) == ()
    assert split(trial((105.0, 999.0))) == ()


def test_steps_before_the_fault_belong_to_another() -> None:
    parts = split(trial((105.0, 107.0), marks=(mark(104.0, Kind.NOTICED), mark(106.0, Kind.NOTICED))))
    assert [(part.name, round(part.seconds, 1)) for part in parts] == [("detection", 1.0), ("first answer", 1.0)]
