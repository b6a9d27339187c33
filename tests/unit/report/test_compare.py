"""Two drills side by side."""

from __future__ import annotations

import pytest

from hakit.report.compare import compared
from hakit.report.record import Trial
from tests.unit.report.trials import record, trial


def test_medians_worst_and_ratio() -> None:
    before = record(trial((105.0, 107.0)), trial((105.0, 109.0)), trial((105.0, 108.0)))
    (pair,) = compared(before, record(trial((105.0, 106.5))))
    assert pair.before is not None and pair.after is not None
    assert (pair.before.times, pair.before.median, pair.before.worst) == (3, pytest.approx(3.002), pytest.approx(4.002))
    assert pair.ratio == pytest.approx(0.5, abs=0.01)


def test_what_never_came_back_has_no_number() -> None:
    (pair,) = compared(record(trial((105.0, 999.0))), record(trial((105.0, 106.0))))
    assert pair.before is not None and pair.before.median is None
    assert pair.ratio is None


def test_what_only_one_has() -> None:
    pairs = compared(record(trial()), record(Trial("power-lost", "Power", skipped="no lab")))
    assert [(pair.fault, pair.before is None, pair.after is None) for pair in pairs] == [
        ("service-killed", False, True), ("power-lost", True, True),
    ]  # fmt: skip
