from __future__ import annotations

import pytest

from hakit.cli.progress import Bars
from hakit.core.event import Note, Progress, StageStarted, StepDone, StepStarted


def test_without_a_terminal_each_step_is_a_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars() as bars:
        bars.hear(StageStarted("lab x", 2))
        bars.hear(StepStarted("boot", "qsp-a", why="it was off"))
        bars.hear(Progress("boot", 1, 2))
        bars.hear(StepDone("boot", "qsp-a", 1.25, ok=True))
        bars.hear(StepStarted("keys [all]", ""))
        bars.hear(StepDone("keys [all]", "", 0.5, ok=False))
        bars.hear(Note("look here", warning=True))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "✓ boot: qsp-a 1.2 s",
        "✗ keys [all] 0.5 s",
        "! look here",
    ]


def test_steps_that_were_not_announced_are_shown_too(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars() as bars:
        bars.hear(Progress("nothing", 1, 0))
        bars.hear(StepDone("boot", "qsp-b", 2.0, ok=True))
    assert "boot: qsp-b 2.0 s" in capsys.readouterr().err
