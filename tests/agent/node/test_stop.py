"""A stop succeeds, in time, and leaves nothing behind: anything else gets the node fenced."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Box

OK, GENERIC = 0, 1


def processes(box: Box, pattern: str) -> str:
    return box.run("pgrep", "-fx", pattern).stdout.strip()


@pytest.mark.parametrize("unit", ["t-stubborn", "t-stophang"])
def test_what_ignores_the_polite_way_is_killed_before_the_timeout(box: Box, unit: str) -> None:
    assert box.agent("start", unit).code == OK
    pid = box.main_pid(unit)
    done = box.agent("stop", unit, timeout=8)
    assert done.code == OK
    assert 5 < done.seconds < 20
    assert box.state(unit) == "inactive"
    assert box.run("test", "-d", f"/proc/{pid}").returncode != 0


def test_stop_escalation_says_when_patience_ends(box: Box) -> None:
    assert box.agent("start", "t-stubborn").code == OK
    done = box.agent("stop", "t-stubborn", timeout=60, stop_escalation="1s")
    assert (done.code, box.state("t-stubborn")) == (OK, "inactive")
    assert 1 < done.seconds < 20


def seen_hung(box: Box, unit: str) -> None:
    """Start it, and let a probe find that it does not answer."""
    assert box.agent("start", unit).code == OK
    box.sh("for i in $(seq 100); do ss -Hltn 'sport = 8080' | grep -q . && exit 0; sleep 0.1; done; exit 1")
    page = {"probe_http": "http://127.0.0.1:8080/", "probe_timeout": "500ms", "probe_failures": "1"}
    seen = box.agent("monitor", unit, interval=2, timeout=60, **page)
    assert (seen.code, "no answer in time" in seen.reason) == (GENERIC, True), seen


def test_what_hung_and_does_nothing_is_killed_soon(box: Box) -> None:
    seen_hung(box, "t-deaf")
    pid = box.main_pid("t-deaf")
    done = box.agent("stop", "t-deaf", timeout=100)  # 85 s of patience with any other
    assert (done.code, box.state("t-deaf")) == (OK, "inactive")
    assert 0.5 < done.seconds < 30
    assert box.run("test", "-d", f"/proc/{pid}").returncode != 0


def test_what_hung_and_works_on_is_let_finish(box: Box) -> None:
    seen_hung(box, "t-busy")
    assert box.agent("stop", "t-busy", timeout=100).code == OK
    assert box.state("t-busy") == "inactive"
    assert box.run("test", "-e", "/run/t-busy.finished").returncode == 0


@pytest.mark.parametrize("case", ["answers", "never probed", "switched off"])
def test_only_what_hung_is_killed_soon(box: Box, case: str) -> None:
    """8 s of time leave 5.2 s of patience."""
    if case == "never probed":
        assert box.agent("start", "t-deaf").code == OK
    else:
        seen_hung(box, "t-deaf")
    if case == "answers":
        assert box.agent("monitor", "t-deaf", interval=2, timeout=60, probe_tcp="8080").code == OK
    done = box.agent("stop", "t-deaf", timeout=8, **({"hung_escalation": "0"} if case == "switched off" else {}))
    assert (done.code, box.state("t-deaf")) == (OK, "inactive")
    assert 5 < done.seconds < 30


@pytest.mark.parametrize("signal", ["", "INT"])
def test_the_signal_of_a_stop(box: Box, signal: str) -> None:
    assert box.agent("start", "t-signal", stop_signal=signal).code == OK
    assert box.agent("stop", "t-signal", stop_signal=signal).code == OK
    assert box.run("cat", "/run/t-signal.got").stdout.strip() == (signal or "TERM")
    assert box.show("t-signal", "KillSignal") == "15", "the unit is as it was"


def test_a_signal_that_kills_is_a_clean_stop(box: Box) -> None:
    assert box.agent("start", "t-stubborn", stop_signal="SIGKILL").code == OK
    done = box.agent("stop", "t-stubborn", timeout=100, stop_signal="SIGKILL")
    assert (done.code, box.state("t-stubborn")) == (OK, "inactive")
    assert done.seconds < 30


def test_a_changed_signal_reaches_a_unit_that_runs(box: Box) -> None:
    assert box.agent("start", "t-signal").code == OK
    assert box.agent("reload-agent", "t-signal", stop_signal="SIGINT").code == OK
    assert box.show("t-signal", "KillSignal") == "2"
    assert box.agent("reload-agent", "t-signal").code == OK
    assert box.show("t-signal", "KillSignal") == "15"
    assert box.state("t-signal") == "active"


@pytest.mark.parametrize("unit", ["t-stopfail", "t-stopslow", "t-poststop", "t-leftover"])
def test_odd_ways_to_stop_end_inactive(box: Box, unit: str) -> None:
    assert box.agent("start", unit).code == OK
    assert box.agent("stop", unit).code == OK
    assert box.state(unit) == "inactive"


def test_left_over_processes_are_ended(box: Box) -> None:
    assert box.agent("start", "t-leftover").code == OK
    assert processes(box, "/bin/sleep 7777")
    assert box.agent("stop", "t-leftover").code == OK
    assert not processes(box, "/bin/sleep 7777")


def test_left_over_processes_of_a_unit_that_was_stopped_by_hand_are_ended(box: Box) -> None:
    assert box.agent("start", "t-leftover").code == OK
    box.sh("systemctl stop t-leftover")
    assert processes(box, "/bin/sleep 7777")
    assert box.agent("stop", "t-leftover").code == OK
    assert not processes(box, "/bin/sleep 7777")


def test_a_start_under_way_is_cancelled(box: Box) -> None:
    start = box.begin("start", "t-prestart-long")
    box.await_state("t-prestart-long", "activating")
    assert box.agent("stop", "t-prestart-long").code == OK
    assert box.state("t-prestart-long") == "inactive"
    assert start.wait() == GENERIC


def test_a_stop_under_way_is_joined(box: Box) -> None:
    assert box.agent("start", "t-stopslow").code == OK
    first = box.begin("stop", "t-stopslow")
    box.await_state("t-stopslow", "deactivating")
    assert box.agent("stop", "t-stopslow").code == OK
    assert first.wait() == OK


def test_a_job_that_a_killed_client_left_does_not_disturb(box: Box) -> None:
    assert box.agent("start", "t-stubborn").code == OK
    client = box.begin("stop", "t-stubborn", timeout=60)
    box.await_state("t-stubborn", "deactivating")
    client.kill()
    assert box.agent("stop", "t-stubborn", timeout=8).code == OK
    assert box.state("t-stubborn") == "inactive"
    assert box.agent("start", "t-stubborn").code == OK


def test_a_socket_that_would_start_it_again_is_stopped_too(box: Box) -> None:
    assert box.agent("start", "t-sock.service").code == OK
    assert box.state("t-sock.socket") == "active"
    assert box.agent("stop", "t-sock.service").code == OK
    assert (box.state("t-sock.service"), box.state("t-sock.socket")) == ("inactive", "inactive")
    assert box.agent("start", "t-sock.service").code == OK
    assert box.state("t-sock.socket") == "active"


def test_a_timer_that_would_start_it_again_is_stopped_too(box: Box) -> None:
    box.sh("systemctl start t-tick.timer")
    assert box.agent("start", "t-tick.service").code == OK
    assert box.agent("stop", "t-tick.service").code == OK
    assert (box.state("t-tick.service"), box.state("t-tick.timer")) == ("inactive", "inactive")


def test_a_unit_that_refuses_to_be_stopped_is_killed(box: Box) -> None:
    box.sh("systemctl start t-manualstop")
    assert box.agent("stop", "t-manualstop").code == OK
    assert box.state("t-manualstop") == "inactive"


def test_a_failed_unit_is_cleaned_up(box: Box) -> None:
    box.run("systemctl", "start", "t-noexec-exec")
    assert box.agent("stop", "t-noexec-exec").code == OK
    assert box.state("t-noexec-exec") == "inactive"


@pytest.mark.parametrize("unit", ["a*", "a b", "../x", "", "t-tmpl@", "-x"])
def test_a_bad_name_never_ran_so_it_is_stopped(box: Box, unit: str) -> None:
    assert box.agent("stop", unit).code == OK


def test_bad_parameters_do_not_hinder_a_stop(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    assert box.agent("stop", "t-simple", probe_tcp="nonsense", stop_escalation="soon", watch="x").code == OK
    assert box.state("t-simple") == "inactive"


def test_a_unit_that_is_enabled_at_boot_is_read_anew_after_the_stop(box: Box) -> None:
    box.sh("systemctl enable t-boot.service")
    try:
        assert box.agent("start", "t-boot").code == OK
        assert "zz-hakit" in box.show("t-boot", "DropInPaths")
        assert "pacemaker.service" in box.show("t-boot", "Before")
        assert box.agent("stop", "t-boot").code == OK
        assert "zz-hakit" not in box.show("t-boot", "DropInPaths")
    finally:
        box.sh("systemctl disable t-boot.service")


def test_no_deadlock_while_pacemaker_itself_is_being_stopped(box: Box) -> None:
    """Without ignore-dependencies the unit's stop waits for Pacemaker's, and Pacemaker's for ours (measured: for ever)."""
    fake = (
        "[Unit]\nDescription=stands for Pacemaker\n[Service]\nExecStart=/bin/sleep infinity\nExecStop=/bin/sleep 60\n"
    )
    box.sh("systemctl stop pacemaker; mkdir -p /run/systemd/system")
    box.put("/run/systemd/system.control/pacemaker.service", fake)
    box.sh("systemctl daemon-reload; systemctl start pacemaker")
    try:
        assert box.agent("start", "t-simple").code == OK
        stop = box.background(*box.argv("systemctl", "stop", "pacemaker"))
        box.await_state("pacemaker.service", "deactivating")
        began = time.monotonic()
        assert box.agent("stop", "t-simple").code == OK
        assert time.monotonic() - began < 15, "a deadlock would last for 60 s"
        assert box.state("t-simple") == "inactive"
        assert box.state("pacemaker.service") == "deactivating"
        box.sh("systemctl kill --signal=KILL pacemaker")
        stop.wait()
    finally:
        box.sh("rm -f /run/systemd/system.control/pacemaker.service; systemctl daemon-reload; systemctl stop pacemaker")
