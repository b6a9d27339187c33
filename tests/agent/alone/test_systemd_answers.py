"""What systemd may say, and what it may fail to say: never a traceback, never "running" for what is not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from conftest import Stage

OK, GENERIC, INSTALLED, CONFIGURED, DOWN = 0, 1, 5, 6, 7
RUNNING = {"active", "reloading", "refreshing"}
DROP_IN = "/run/systemd/system/a.service.d/zz-hakit-quickservice.conf"

WORD = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
STATES = st.sampled_from(["active", "reloading", "inactive", "failed", "refreshing"])
LOADS = st.sampled_from(["loaded", "not-found", "masked", "bad-setting", "error", "merged", "stub"])
RESULTS = st.sampled_from(["success", "exit-code", "signal", "core-dump", "timeout", "start-limit-hit"]) | WORD

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(
    state=STATES,
    load=LOADS,
    result=RESULTS,
    sub=WORD,
    pid=st.integers(-5, 10**9) | WORD,
    interval=st.sampled_from([0, 10]),
)
def test_any_answer(  # noqa: PLR0913 - one for each thing that systemd says
    quiet_stage: Stage, *, state: str, load: str, result: str, sub: str, pid: object, interval: int
) -> None:
    said = {"ActiveState": state, "LoadState": load, "Result": result, "SubState": sub, "MainPID": str(pid)}
    quiet_stage.play(0, **said, Id="a.service", DropInPaths=DROP_IN)
    done = quiet_stage.agent("monitor", unit="a", interval=interval, timeout=20)
    assert (done.code == OK) == (state in RUNNING), done
    assert done.code in {OK, GENERIC, INSTALLED, DOWN}
    assert done.code != INSTALLED or interval == 0
    assert done.said.count("ocf-exit-reason:") == (done.code not in {OK, DOWN} or (interval > 0 and done.code == DOWN))


@settings(FEW, max_examples=6)
@given(state=st.sampled_from(["activating", "deactivating", "maintenance"]) | WORD, load=LOADS | WORD)
def test_any_state_that_is_none(quiet_stage: Stage, state: str, load: str) -> None:
    quiet_stage.forget()
    quiet_stage.play(0, ActiveState=state, LoadState=load, Id="a.service", DropInPaths=DROP_IN)
    for interval in (0, 10):
        assert quiet_stage.agent("monitor", unit="a", interval=interval, timeout=0.4).code == GENERIC


@settings(FEW, max_examples=15)
@given(text=st.binary(max_size=200), code=st.integers(0, 255))
def test_any_noise(quiet_stage: Stage, *, text: bytes, code: int) -> None:
    quiet_stage.forget()
    quiet_stage.play(code)
    (quiet_stage.folder / "answer").write_bytes(text)
    done = quiet_stage.agent("monitor", unit="a", timeout=0.2)
    assert done.code in {GENERIC, INSTALLED}


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
NAMES = st.sampled_from([
    "unit", "monitor_unit", "probe_tcp", "probe_http", "probe_http_status", "probe_http_text", "probe_http_host", "probe_unix",
    "probe_command", "probe_timeout", "probe_interval", "probe_failures", "probe_start_timeout", "start_window",
    "stop_signal", "stop_escalation", "hung_escalation", "watch", "unit_file_shared",
])  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(params=st.dictionaries(NAMES, TEXT, max_size=4))
def test_any_parameters(quiet_stage: Stage, params: dict[str, str]) -> None:
    quiet_stage.play(0, ActiveState="active", LoadState="loaded", Id="a.service", DropInPaths=DROP_IN)
    done = quiet_stage.agent("validate-all", **({"unit": "a"} | params))
    assert done.code in {OK, CONFIGURED}
    assert done.said.count("\n") == (done.code != OK), "the reason is one line"
    assert quiet_stage.agent("monitor", **({"unit": "a"} | params), timeout=0.3).code != CONFIGURED


def test_no_answer_is_asked_again_until_half_the_time_is_over(stage: Stage) -> None:
    stage.play(1)
    began = time.monotonic()
    done = stage.agent("monitor", unit="a", interval=10, timeout=2)
    assert (done.code, "systemd gives no answer" in done.reason) == (GENERIC, True)
    assert 0.7 < time.monotonic() - began < 15
    assert len(stage.calls()) > 1


def test_without_systemctl_it_is_not_installed(stage: Stage) -> None:
    (stage.folder / "systemctl").write_text("not a program")
    done = stage.agent("monitor", unit="a")
    assert (done.code, "systemctl" in done.reason) == (INSTALLED, True)


def test_values_reach_systemctl_as_one_word_after_the_options(stage: Stage) -> None:
    stage.play(0, ActiveState="inactive", LoadState="loaded")
    stage.agent("monitor", unit="a\\x2db")
    (call,) = stage.calls()
    assert call.endswith("-- a\\x2db.service")


@pytest.mark.parametrize("action", ["monitor", "stop"])
def test_a_bad_name_asks_nobody(stage: Stage, action: str) -> None:
    assert stage.agent(action, unit="a b").code == (DOWN if action == "monitor" else OK)
    assert stage.calls() == []
