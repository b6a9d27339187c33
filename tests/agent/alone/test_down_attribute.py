"""The node attribute by which an address that moves by itself leaves a node where the service failed."""

from __future__ import annotations

import pytest

from tests.agent.alone.conftest import Stage

RUNNING = {"LoadState": "loaded", "ActiveState": "active", "Id": "a.service", "MainPID": "0"}
DEAD = {"LoadState": "loaded", "ActiveState": "failed", "Id": "a.service"}
SET = ["attrd_updater --name hakit-down-a --update 1"]


@pytest.fixture
def told(stage: Stage) -> Stage:
    """A stage on which attrd_updater writes down what it is told."""
    (stage.folder / "attrd_updater").write_text('#!/bin/sh\necho "${0##*/} $*" >> "${0%/*}/told"\n')
    (stage.folder / "attrd_updater").chmod(0o755)
    (stage.folder / "told").write_text("")
    return stage


def lines(stage: Stage) -> list[str]:
    return (stage.folder / "told").read_text().splitlines()


def test_a_failure_is_told_before_it_is_reported(told: Stage) -> None:
    told.play(**DEAD)
    assert told.agent("monitor", interval=2, unit="a", down_attribute="hakit-down-a").code == 7
    assert lines(told) == SET


def test_a_probe_of_pacemaker_and_a_running_unit_tell_nothing(told: Stage) -> None:
    told.play(**DEAD)
    told.agent("monitor", unit="a", down_attribute="hakit-down-a")
    told.play(**RUNNING)
    assert told.agent("monitor", interval=2, unit="a", down_attribute="hakit-down-a").code == 0
    assert lines(told) == []


def test_without_the_parameter_nothing_is_told(told: Stage) -> None:
    told.play(**DEAD)
    assert told.agent("monitor", interval=2, unit="a").code == 7
    assert lines(told) == []


def test_a_start_takes_it_back(told: Stage) -> None:
    told.play(**RUNNING)
    assert told.agent("start", unit="a", down_attribute="hakit-down-a", start_window="0").code == 0
    assert lines(told) == ["attrd_updater --name hakit-down-a --delete"]


def test_an_attrd_that_fails_changes_no_answer(told: Stage) -> None:
    (told.folder / "attrd_updater").write_text("#!/bin/sh\nexit 1\n")
    told.play(**DEAD)
    assert told.agent("monitor", interval=2, unit="a", down_attribute="hakit-down-a").code == 7
