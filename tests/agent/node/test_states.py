"""Every state that a unit can be in, to the exit code that Pacemaker wants for it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Box

AGENT = "/usr/lib/ocf/resource.d/hakit/quickservice"
OK, GENERIC, UNIMPLEMENTED, PERM, INSTALLED, CONFIGURED, DOWN, DEGRADED = 0, 1, 3, 4, 5, 6, 7, 190

# unit, exit code of a start, words of the reason, state left behind
STARTS = [
    ("t-simple.service", OK, "", "active"),
    ("t-simple", OK, "", "active"),
    ("t-exec.service", OK, "", "active"),
    ("t-notify.service", OK, "", "active"),
    ("t-forking.service", OK, "", "active"),
    ("t-prestart.service", OK, "", "active"),
    ("t-needs.service", OK, "", "active"),
    ("t-oneshot-rae.service", OK, "", "active"),
    ("t-simple-rae.service", OK, "", "active"),
    ("t-tmpl@one.service", OK, "", "active"),
    ("t-group.target", OK, "", "active"),
    ("t-tick.timer", OK, "", "active"),
    ("t-sock.socket", OK, "", "active"),
    ("t-crash.service", GENERIC, "exit status 3", "failed"),
    ("t-exit0.service", GENERIC, "ended by itself", "inactive"),
    ("t-noexec.service", INSTALLED, "exit status 203 (the program of ExecStart= is missing", "failed"),
    ("t-noexec-exec.service", INSTALLED, "the program of ExecStart= is missing", "failed"),
    ("t-nofolder.service", GENERIC, "exit status 200 (WorkingDirectory= is missing)", "failed"),
    ("t-nouser.service", GENERIC, "exit status 217 (User= is unknown)", "failed"),
    ("t-noenv.service", GENERIC, "could not get what the unit needs", "failed"),
    ("t-notify-never.service", GENERIC, "not ready, or not stopped, within the unit's own timeout", "failed"),
    ("t-oneshot-fails.service", GENERIC, "exit status 1", "failed"),
    ("t-cond.service", GENERIC, "ConditionPathExists=/nonexistent is not met", "inactive"),
    ("t-assert.service", GENERIC, "Assertion failed on job", "inactive"),
    ("t-needs-broken.service", GENERIC, "dependency", "inactive"),
    ("t-bad.service", INSTALLED, "bad setting", "inactive"),
    ("t-masked.service", INSTALLED, "is masked on this host", "inactive"),
    ("t-missing.service", INSTALLED, "is not installed on this host", "inactive"),
    ("t-oneshot.service", INSTALLED, "set RemainAfterExit=yes in the unit, or monitor_unit=no", "inactive"),
    ("t-manualstart.service", INSTALLED, "RefuseManualStart", "inactive"),
    ("t-manualstop.service", INSTALLED, "RefuseManualStop", "inactive"),
]


@pytest.mark.parametrize(
    ("unit", "code", "words", "left"), STARTS, ids=lambda value: str(value) if str(value)[:2] == "t-" else ""
)
def test_start_then_stop(box: Box, unit: str, code: int, words: str, left: str) -> None:
    done = box.agent("start", unit)
    assert (done.code, words in done.reason, bool(done.reason)) == (code, True, code != OK), done
    assert box.state(unit) == left
    if code == OK:
        assert box.agent("start", unit).code == OK
        assert box.agent("monitor", unit).code == OK
        assert box.agent("monitor", unit, interval=2).code == OK
    full = unit if "." in unit else f"{unit}.service"
    assert box.agent("stop", unit).code == OK
    assert box.agent("stop", unit).code == OK
    assert box.state(unit) == "inactive"
    assert not box.drop_in(full)
    assert box.agent("monitor", unit, interval=2).code == DOWN


# unit that is not running -> exit code of a probe
@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("t-simple.service", DOWN),
        ("t-oneshot.service", DOWN),
        ("t-masked.service", INSTALLED),
        ("t-bad.service", INSTALLED),
        ("t-missing.service", INSTALLED),
    ],
)
def test_probe_of_what_is_stopped(box: Box, unit: str, code: int) -> None:
    assert box.agent("monitor", unit).code == code
    assert box.agent("monitor", unit, interval=10).code == DOWN


def test_probe_of_a_unit_whose_file_comes_with_the_storage(box: Box) -> None:
    assert box.agent("monitor", "t-missing", unit_file_shared="yes").code == DOWN


def test_probe_of_a_failed_unit_is_not_running(box: Box) -> None:
    box.run("systemctl", "start", "t-noexec-exec")
    assert box.state("t-noexec-exec") == "failed"
    assert box.agent("monitor", "t-noexec-exec").code == DOWN
    seen = box.agent("monitor", "t-noexec-exec", interval=10)
    assert (seen.code, "exit status 203" in seen.reason) == (DOWN, True)


def test_a_killed_unit_is_down_and_says_by_which_signal(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    box.sh("systemctl kill -s KILL t-simple")
    box.await_state("t-simple", "failed")
    seen = box.agent("monitor", "t-simple", interval=10)
    assert (seen.code, seen.reason) == (DOWN, "t-simple.service failed: killed by signal 9")


def test_reloading_is_running(box: Box) -> None:
    assert box.agent("start", "t-reload").code == OK
    reload = box.background(*box.argv("systemctl", "reload", "t-reload"))
    box.await_state("t-reload", "reloading")
    assert box.agent("monitor", "t-reload", interval=10).code == OK
    assert box.agent("monitor", "t-reload").code == OK
    assert box.agent("stop", "t-reload").code == OK
    reload.wait()
    assert box.state("t-reload") == "inactive"


def test_a_monitor_waits_while_the_unit_comes_up(box: Box) -> None:
    box.sh("systemctl start --no-block t-prestart")
    box.await_state("t-prestart", "activating")
    assert box.agent("monitor", "t-prestart", interval=10).code == OK


def test_a_unit_that_never_comes_up_is_a_failure(box: Box) -> None:
    box.sh("systemctl start --no-block t-prestart-long")
    seen = box.agent("monitor", "t-prestart-long", interval=10, timeout=4)
    assert (seen.code, "still activating" in seen.reason) == (GENERIC, True)
    probe = box.agent("monitor", "t-prestart-long", timeout=4)
    assert probe.code == GENERIC  # not "stopped": the cluster would start it elsewhere
    assert box.agent("stop", "t-prestart-long").code == OK
    assert box.state("t-prestart-long") == "inactive"


def test_a_monitor_waits_while_the_unit_goes_down(box: Box) -> None:
    assert box.agent("start", "t-stopslow").code == OK
    box.sh("systemctl stop --no-block t-stopslow")
    assert box.agent("monitor", "t-stopslow", interval=10).code == DOWN
    assert box.state("t-stopslow") == "inactive"


def test_a_start_joins_one_under_way(box: Box) -> None:
    box.sh("systemctl start --no-block t-prestart")
    assert box.agent("start", "t-prestart").code == OK


def test_a_start_waits_for_a_stop_under_way(box: Box) -> None:
    assert box.agent("start", "t-stopslow").code == OK
    box.sh("systemctl stop --no-block t-stopslow")
    assert box.agent("start", "t-stopslow").code == OK
    assert box.state("t-stopslow") == "active"


def test_a_start_that_takes_too_long_says_so_before_pacemaker_kills_it(box: Box) -> None:
    done = box.agent("start", "t-prestart-long", timeout=4)
    assert (done.code, "still activating after 4 s" in done.reason) == (GENERIC, True)
    assert done.seconds < 10


def test_the_units_own_restart_is_off_while_the_cluster_runs_it(box: Box) -> None:
    assert box.agent("start", "t-restart").code == OK
    assert box.show("t-restart", "Restart") == "no"
    box.sh("systemctl kill -s KILL t-restart")
    box.await_state("t-restart", "failed")
    assert box.agent("monitor", "t-restart", interval=10).code == DOWN
    assert box.agent("stop", "t-restart").code == OK
    assert box.show("t-restart", "Restart") == "always"


def test_an_administrators_restart_does_not_win(box: Box) -> None:
    box.put("/etc/systemd/system/t-restart.service.d/override.conf", "[Service]\nRestart=on-failure\n")
    box.sh("systemctl daemon-reload")
    try:
        assert box.agent("start", "t-restart").code == OK
        assert box.show("t-restart", "Restart") == "no"
    finally:
        box.sh("rm -r /etc/systemd/system/t-restart.service.d; systemctl daemon-reload")


def test_between_two_restarts_it_is_neither_running_nor_stopped(box: Box) -> None:
    box.sh("systemctl start t-restart; systemctl kill -s KILL t-restart")
    box.await_state("t-restart", "activating")
    for interval in (0, 10):
        seen = box.agent("monitor", "t-restart", interval=interval)
        assert (seen.code, "its own Restart=" in seen.reason) == (GENERIC, True)
    assert box.agent("stop", "t-restart").code == OK
    assert box.state("t-restart") == "inactive"


def test_start_limit_of_earlier_failures_is_forgiven(box: Box) -> None:
    for _ in range(4):
        assert box.agent("start", "t-limit").code == OK
        assert box.agent("stop", "t-limit").code == OK


@pytest.mark.parametrize("how", ["removed", "masked"])
def test_unit_file_gone_while_running(box: Box, how: str) -> None:
    box.sh("cp /etc/systemd/system/t-simple.service /etc/systemd/system/t-gone.service; systemctl daemon-reload")
    assert box.agent("start", "t-gone").code == OK
    box.sh("rm /etc/systemd/system/t-gone.service")
    if how == "masked":
        box.sh("ln -s /dev/null /etc/systemd/system/t-gone.service")
    box.sh("systemctl daemon-reload")
    try:
        assert box.agent("monitor", "t-gone", interval=10).code == OK
        assert box.agent("monitor", "t-gone").code == OK
        assert box.agent("stop", "t-gone").code == OK
        assert box.state("t-gone") == "inactive"
        assert box.agent("start", "t-gone").code == INSTALLED
    finally:
        box.sh("rm -f /etc/systemd/system/t-gone.service; systemctl daemon-reload")


def test_a_dependency_that_is_stopped_takes_the_unit_down(box: Box) -> None:
    assert box.agent("start", "t-needs").code == OK
    box.sh("systemctl stop t-dep")
    seen = box.agent("monitor", "t-needs", interval=10)
    assert (seen.code, "a unit it depends on stopped it" in seen.reason) == (DOWN, True)


def test_an_alias_is_the_unit_itself(box: Box) -> None:
    box.sh("ln -s t-simple.service /etc/systemd/system/t-alias.service; systemctl daemon-reload")
    try:
        assert box.agent("start", "t-alias").code == OK
        assert box.drop_in("t-simple.service")
        assert box.agent("monitor", "t-simple", interval=10).code == OK
        assert box.agent("stop", "t-alias").code == OK
        assert box.state("t-simple") == "inactive"
    finally:
        box.sh("rm /etc/systemd/system/t-alias.service; systemctl daemon-reload")


def test_what_was_found_running_gets_the_drop_in_with_the_first_monitor(box: Box) -> None:
    box.sh("systemctl start t-restart")
    assert box.agent("monitor", "t-restart").code == OK
    assert box.agent("monitor", "t-restart", interval=10).code == OK
    assert box.show("t-restart", "Restart") == "no"


def test_only_root_may_start_and_stop(box: Box) -> None:
    for action in ("start", "stop"):
        argv = box.call(action, {"unit": "t-simple"})
        place = argv.index("env", argv.index("-i") + 1)
        done = subprocess.run(
            (*argv[:place], "setpriv", "--reuid=65534", "--clear-groups", *argv[place:]),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, f"{action} needs root" in done.stderr) == (PERM, True)


# 100 monitors in one go, as fast as they come; what is not success is said.
HUNDRED = f"for number in $(seq 100); do {AGENT} monitor || echo $?; done"


@pytest.mark.parametrize("watch", ["", "0"], ids=["full", "quick"])
def test_reexec_of_systemd_during_100_monitors_is_no_failure(box: Box, watch: str) -> None:
    assert box.agent("start", "t-simple", watch=watch).code == OK
    box.background(*box.argv("sh", "-c", "while :; do systemctl daemon-reexec; sleep 0.3; done"))
    argv = box.call("monitor", {"unit": "t-simple", "watch": watch}, interval=10, timeout=120)
    done = subprocess.run((*argv[:-2], "sh", "-c", HUNDRED), capture_output=True, text=True, check=False, timeout=600)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


NOTE = "/run/hakit/quickservice/t,quick"


def test_a_quick_look_sees_what_a_full_one_does(box: Box) -> None:
    """Bash answers while all is well; that it did is told by the note, which each full look takes away and writes anew."""
    assert box.agent("start", "t-web", watch="0", probe_tcp="8080").code == OK
    seen = []
    for _ in range(3):
        assert box.agent("monitor", "t-web", interval=10, watch="0", probe_tcp="8080").code == OK
        seen.append(box.sh(f"stat --format=%i '{NOTE}'"))
    assert len(set(seen)) == 1, "all but the first were quick"
    box.sh("systemctl kill -s KILL t-web")
    assert box.agent("monitor", "t-web", interval=10, watch="0", probe_tcp="8080").code == DOWN
    assert box.run("test", "-e", NOTE).returncode == 1


def test_a_quick_look_does_not_take_a_unit_that_stops_for_a_running_one(box: Box) -> None:
    assert box.agent("start", "t-stopslow", watch="0").code == OK
    assert box.agent("monitor", "t-stopslow", interval=10, watch="0").code == OK
    assert box.run("test", "-e", NOTE).returncode == 0
    box.sh("systemctl stop --no-block t-stopslow")
    assert box.agent("monitor", "t-stopslow", interval=10, watch="0", timeout=90).code == DOWN


def test_the_compiled_file_is_for_everybody_to_read_and_for_root_to_write(box: Box) -> None:
    box.sh(f"rm -rf /run/hakit /run/hakit-python; mkdir -m 700 /run/hakit; umask 0026; {AGENT} meta-data > /dev/null")
    box.sh(
        "runuser -u nobody -- sh -c 'cat /run/hakit-python/usr/lib/ocf/resource.d/hakit/quickservice*.pyc' > /dev/null"
    )
    assert box.sh("find /run/hakit-python -name 'quickservice*.pyc' -printf '%U %m\\n'") in {"0 644", "0 755"}
    assert box.sh("find /run/hakit-python -type d ! -perm 755") == ""


# A systemctl that loses the first request of each kind, in words of systemd 252 and 257.
FORGETFUL = """#!/bin/sh
for verb in "$@"; do case $verb in show|start|stop|kill|reset-failed|daemon-reload) break;; esac; done
if [ ! -e "/run/t-lost-$verb" ]; then : > "/run/t-lost-$verb"; echo "WORDS" >&2; exit 1; fi
exec /usr/bin/systemctl "$@"
"""
LOSSES = [
    "Failed to start t-simple.service: Transport endpoint is not connected",
    "Failed to start t-simple.service: Connection reset by peer",
    "Failed to connect to system scope bus via local transport: Connection refused",
    "Failed to connect to bus: No such file or directory",
    "D-Bus connection terminated while waiting for jobs.",
    "Remote peer disconnected",
]


@pytest.mark.parametrize("words", LOSSES)
def test_what_systemd_lost_is_asked_for_again(box: Box, words: str) -> None:
    box.put("/run/t-bin/systemctl", FORGETFUL.replace("WORDS", words), "755")
    for action, state in (("start", "active"), ("monitor", "active"), ("stop", "inactive")):
        box.sh("rm -f /run/t-lost-*")
        done = box.agent(action, "t-simple", interval=10, PATH="/run/t-bin:/usr/sbin:/usr/bin:/sbin:/bin")
        assert (done.code, done.reason, box.state("t-simple")) == (OK, "", state)
        assert action == "monitor" or box.run("test", "-e", f"/run/t-lost-{action}").returncode == 0
    assert "systemctl stop" not in box.sh("journalctl --identifier='quickservice(t)' --output=cat --lines=5")


def test_reexec_of_systemd_loses_no_start_and_no_stop(box: Box) -> None:
    box.background(*box.argv("sh", "-c", "while :; do systemctl daemon-reexec; sleep 0.3; done"))
    for _ in range(3):
        assert box.agent("start", "t-simple", timeout=60).reason == ""
        assert box.agent("stop", "t-simple", timeout=60).reason == ""


def test_a_dead_bus_is_no_failure(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    box.sh("systemctl stop dbus.socket dbus.service 2>/dev/null")
    try:
        assert box.agent("monitor", "t-simple", interval=10).code == OK
        assert box.agent("stop", "t-simple").code == OK
        assert box.agent("start", "t-simple").code == OK
    finally:
        box.sh("systemctl start dbus.socket dbus.service")
