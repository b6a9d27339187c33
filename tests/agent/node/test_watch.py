"""A crash is seen when it happens: a monitor that is one of a series stays and watches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Box, Running

OK, GENERIC, DOWN, DEGRADED = 0, 1, 7, 190

WAYS = {
    "kill": ("systemctl kill -s KILL {unit}", "killed by signal 9"),
    "clean exit": ("systemctl kill -s TERM --kill-whom=main {unit}", "ended by itself"),
    "admin's stop": ("systemctl stop --no-block {unit}", "someone or a unit it depends on stopped it"),
}


def settled(box: Box, watch: Running) -> None:
    """Let the monitor come to where it watches: it has taken the mark away, and then looked at the unit."""
    end = time.monotonic() + 60
    while (said := box.run("cat", "/run/hakit/quickservice/t").stdout) == "" or "watched=" in said:
        assert time.monotonic() < end, f"no monitor has begun: {said}"
    time.sleep(0.4)  # noqa: TID251 - nothing more to be seen from outside
    assert watch.process.poll() is None, f"it did not stay: {watch.wait()} {watch.said}"


@pytest.mark.parametrize("unit", ["t-simple", "t-notify", "t-forking"])
@pytest.mark.parametrize("way", WAYS)
def test_the_death_of_the_unit_ends_the_watch(box: Box, unit: str, way: str) -> None:
    script, words = WAYS[way]
    assert box.agent("start", unit).code == OK
    watch = box.begin("monitor", unit, interval=2, follows=2, timeout=60)
    settled(box, watch)
    began = time.monotonic()
    box.sh(script.format(unit=unit))
    code = watch.wait()
    took = time.monotonic() - began
    print(f"seen after {took:.2f} s")  # noqa: T201 - shown by pytest -rP
    assert took < 10, "0.1 s on a quiet machine; the watch would end after 30 s"
    assert (code, words in watch.said) == (DOWN, True), watch.said


def test_the_watch_ends_by_itself_and_hands_over(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    for _ in range(6):  # on a busy machine the second may come too late to be the next of a series
        first = box.agent("monitor", "t-simple", interval=2, follows=2, timeout=60, watch="2s")
        time.sleep(1.9)  # noqa: TID251 - Pacemaker's pause between two monitors
        second = box.agent("monitor", "t-simple", interval=2, timeout=60, watch="2s")
        assert (first.code, second.code) == (OK, OK)
        if min(first.seconds, second.seconds) >= 2:
            break
    assert 2 <= first.seconds < 15
    assert 2 <= second.seconds < 15


def test_the_first_monitor_after_anything_does_not_stay(box: Box) -> None:
    """The transition would wait for it: 58 s were measured."""
    assert box.agent("start", "t-simple").code == OK
    assert box.agent("monitor", "t-simple", interval=2, timeout=60).seconds < 10
    for action in ("monitor", "start", "reload-agent"):
        assert box.agent(action, "t-simple", follows=2).code == OK
        assert "watched=" not in box.sh("cat /run/hakit/quickservice/t || true")
        assert box.agent("monitor", "t-simple", interval=2, timeout=60).seconds < 10


def test_a_watch_that_was_killed_leaves_no_trace(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    watch = box.begin("monitor", "t-simple", interval=2, follows=2, timeout=60)
    settled(box, watch)
    watch.kill()
    assert "watched=" not in box.sh("cat /run/hakit/quickservice/t")


def test_watch_zero_looks_once(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    assert box.agent("monitor", "t-simple", interval=2, follows=2, timeout=60, watch="0").seconds < 10


def test_probes_go_on_during_the_watch(box: Box) -> None:
    assert box.agent("start", "t-web", probe_http="http://127.0.0.1:8080/").code == OK
    watch = box.begin(
        "monitor",
        "t-web",
        interval=2,
        follows=2,
        timeout=60,
        probe_http="http://127.0.0.1:8080/",
        probe_interval="300ms",
    )
    settled(box, watch)
    box.sh("echo error > /run/t-web.mode")
    assert (watch.wait(), "3 in a row" in watch.said, "status 500" in watch.said) == (GENERIC, True, True)


def test_a_restart_by_hand_is_watched_on(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    watch = box.begin("monitor", "t-simple", interval=2, follows=2, timeout=60, watch="20s")
    settled(box, watch)
    box.sh("systemctl restart t-simple")
    settled(box, watch)
    box.sh("systemctl kill -s KILL t-simple")
    assert (watch.wait(), "signal 9" in watch.said) == (DOWN, True)


def test_a_unit_without_a_main_process_does_not_hold_the_monitor(box: Box) -> None:
    assert box.agent("start", "t-oneshot-rae").code == OK
    assert box.agent("monitor", "t-oneshot-rae", interval=2, follows=2, timeout=60).seconds < 10


def test_reexec_during_the_watch_is_not_noticed(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    watch = box.begin("monitor", "t-simple", interval=2, follows=2, timeout=60, watch="3s")
    settled(box, watch)
    box.run("systemctl", "daemon-reexec")
    assert watch.wait() == OK
