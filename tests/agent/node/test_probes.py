"""Does the service answer? Probes of four kinds, counted, and never a failover for one slow answer."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Box

OK, GENERIC, CONFIGURED, DOWN, DEGRADED = 0, 1, 6, 7, 190

PASSING = {
    "port": {"probe_tcp": "8080"},
    "address and port": {"probe_tcp": "127.0.0.1:8080"},
    "page": {"probe_http": "http://127.0.0.1:8080/x"},
    "page with text": {
        "probe_http": "http://localhost:8080/x",
        "probe_http_text": "from a.example/x",
        "probe_http_host": "a.example",
    },
    "status class": {"probe_http": "http://127.0.0.1:8080", "probe_http_status": "204,2xx"},
    "socket": {"probe_unix": "/run/t-web.sock"},
    "command": {"probe_command": "/bin/sh -c 'test -e /run/t-web.sock'"},
    "all": {
        "probe_tcp": "8080",
        "probe_http": "http://127.0.0.1:8080/",
        "probe_unix": "/run/t-web.sock",
        "probe_command": "/bin/true",
    },
}
FAILING = {
    "refused": ({"probe_tcp": "8081"}, "port 8081 on localhost: connection refused"),
    "refused on IPv6": ({"probe_tcp": "[::1]:8081"}, "port 8081 on ::1: connection refused"),
    "status": ({"probe_http": "http://127.0.0.1:8080/", "probe_http_status": "404"}, "status 200 instead of 404"),
    "text": ({"probe_http": "http://127.0.0.1:8080/", "probe_http_text": "bye"}, "the expected text is missing"),
    "no socket": ({"probe_unix": "/run/t-none.sock"}, "no such file or directory"),
    "not a server": ({"probe_unix": "/etc/passwd"}, "connection refused"),
    "exit code": ({"probe_command": "/bin/sh -c 'echo out of paper >&2; exit 4'"}, "exit code 4: out of paper"),
    "no program": ({"probe_command": "/nonexistent"}, "can't be run"),
    "hanging command": ({"probe_command": "/bin/sleep 60", "probe_timeout": "300ms"}, "did not end in time"),
}


def web(box: Box, mode: str = "ok") -> None:
    box.sh(f"echo {mode} > /run/t-web.mode")


@pytest.mark.parametrize("params", PASSING.values(), ids=PASSING)
def test_a_healthy_service(box: Box, params: dict[str, str]) -> None:
    web(box)
    assert box.agent("start", "t-web", **params).code == OK
    assert box.agent("monitor", "t-web", interval=10, **params).code == OK
    assert box.agent("monitor", "t-web", interval=10, OCF_CHECK_LEVEL="10", **params).code == OK


@pytest.mark.parametrize(("params", "words"), FAILING.values(), ids=FAILING)
def test_a_probe_that_fails_is_degraded_until_it_failed_often_enough(
    box: Box, params: dict[str, str], words: str
) -> None:
    web(box)
    assert box.agent("start", "t-web", probe_tcp="8080").code == OK
    codes = []
    for _ in range(3):
        seen = box.agent("monitor", "t-web", interval=10, **params)
        codes.append(seen.code)
        assert words in seen.reason
    assert codes == [DEGRADED, DEGRADED, GENERIC]
    assert box.agent("monitor", "t-web", interval=10, probe_tcp="8080").code == OK
    assert box.agent("monitor", "t-web", interval=10, **params).code == DEGRADED  # counted anew


def test_an_old_pacemaker_is_not_told_degraded(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    seen = box.agent("monitor", "t-simple", interval=10, probe_tcp="8081", OCF_RA_VERSION_MINOR="0")
    assert (seen.code, "connection refused" in seen.said) == (OK, True)


def test_a_check_level_of_its_own_does_not_count(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    assert box.agent("monitor", "t-simple", interval=10, probe_tcp="8081", OCF_CHECK_LEVEL="10").code == GENERIC


def test_probe_failures_one_fails_at_once(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    assert box.agent("monitor", "t-simple", interval=10, probe_tcp="8081", probe_failures="1").code == GENERIC


def test_a_slow_page_is_a_failed_probe(box: Box) -> None:
    web(box)
    assert box.agent("start", "t-web", probe_tcp="8080").code == OK
    web(box, "slow")
    page = {"probe_http": "http://127.0.0.1:8080/", "probe_timeout": "500ms"}
    seen = box.agent("monitor", "t-web", interval=10, **page)
    assert (seen.code, "no answer in time" in seen.reason) == (DEGRADED, True)
    assert seen.seconds < 10


def test_an_error_page(box: Box) -> None:
    web(box)
    page = {"probe_http": "http://127.0.0.1:8080/", "probe_failures": "2"}
    assert box.agent("start", "t-web", **page).code == OK
    web(box, "error")
    assert box.agent("monitor", "t-web", interval=10, **page).code == DEGRADED
    seen = box.agent("monitor", "t-web", interval=10, **page)
    assert (seen.code, "status 500 instead of 200" in seen.reason) == (GENERIC, True)


def test_a_service_that_hangs_is_active_for_systemd_but_not_for_a_page(box: Box) -> None:
    web(box)
    page = {"probe_http": "http://127.0.0.1:8080/", "probe_failures": "1", "probe_timeout": "500ms"}
    assert box.agent("start", "t-web", **page).code == OK
    box.sh("systemctl kill -s STOP t-web")
    assert box.state("t-web") == "active"
    assert box.agent("monitor", "t-web", interval=10).code == OK
    assert box.agent("monitor", "t-web", interval=10, **page).code == GENERIC
    assert box.agent("stop", "t-web", timeout=8).code == OK


def test_a_start_waits_until_the_service_answers(box: Box) -> None:
    web(box, "late")
    done = box.agent("start", "t-web", probe_tcp="8080")
    assert (done.code, done.seconds > 1.9) == (OK, True)


def test_a_stolen_port_fails_the_start_though_the_thief_would_pass_the_probe(box: Box) -> None:
    box.background(*box.argv("python3", "-m", "http.server", "--bind", "127.0.0.1", "8080"))
    box.sh("bash -c 'until (: < /dev/tcp/127.0.0.1/8080) 2> /dev/null; do sleep 0.1; done'")
    done = box.agent("start", "t-web", timeout=60, start_window="30s", probe_tcp="8080")
    assert (done.code, "exit status 1" in done.reason) == (GENERIC, True), done


def test_a_start_gives_up_after_probe_start_timeout(box: Box) -> None:
    done = box.agent("start", "t-simple", probe_tcp="8081", probe_start_timeout="1s")
    assert (done.code, "is up but does not answer: port 8081" in done.reason) == (GENERIC, True)
    assert done.seconds < 10
    assert box.agent("stop", "t-simple").code == OK


def test_a_start_gives_up_before_its_own_timeout(box: Box) -> None:
    done = box.agent("start", "t-simple", probe_tcp="8081", timeout=4)
    assert (done.code, done.seconds < 10) == (GENERIC, True)


def test_the_first_probe_of_the_cluster_asks_for_the_unit_only(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    assert box.agent("monitor", "t-simple", probe_tcp="8081", probe_failures="1").code == OK


def test_a_typing_error_does_not_stop_what_runs(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    assert box.agent("reload-agent", "t-simple", probe_tcp="http").code == OK
    seen = box.agent("monitor", "t-simple", interval=10, probe_tcp="http")
    assert (seen.code, "probe_tcp='http'" in seen.reason) == (DEGRADED, True)
    assert box.agent("start", "t-simple", probe_tcp="http").code == CONFIGURED


def test_reload_agent_forgets_failures_and_leaves_the_unit_alone(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    pid = box.main_pid("t-simple")
    bad = {"probe_tcp": "8081", "probe_failures": "2"}
    assert box.agent("monitor", "t-simple", interval=10, **bad).code == DEGRADED
    assert box.agent("reload-agent", "t-simple", **bad).code == OK
    assert box.agent("monitor", "t-simple", interval=10, **bad).code == DEGRADED
    assert box.main_pid("t-simple") == pid


def test_without_the_unit_the_word_of_the_start_counts(box: Box) -> None:
    silent = {"monitor_unit": "no"}
    assert box.agent("monitor", "t-oneshot", **silent).code == DOWN
    assert box.agent("start", "t-oneshot", **silent).code == OK
    assert box.agent("monitor", "t-oneshot", **silent).code == OK
    assert box.agent("monitor", "t-oneshot", interval=10, **silent).code == OK
    failing = {**silent, "probe_unix": "/run/t-none", "probe_failures": "1"}
    assert box.agent("monitor", "t-oneshot", interval=10, **failing).code == GENERIC
    assert box.agent("stop", "t-oneshot", **silent).code == OK
    assert box.agent("monitor", "t-oneshot", interval=10, **silent).code == DOWN


def test_a_hanging_command_leaves_no_process_even_if_the_monitor_is_killed(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    monitor = box.begin("monitor", "t-simple", interval=10, probe_command="/bin/sleep 4321", probe_timeout="5s")
    end = time.monotonic() + 60
    while box.run("pgrep", "-fx", "/bin/sleep 4321").returncode != 0:
        assert time.monotonic() < end
    monitor.kill()
    end = time.monotonic() + 60
    while box.run("pgrep", "-fx", "/bin/sleep 4321").returncode == 0:
        assert time.monotonic() < end, "the command outlived its timeout"


def test_no_value_reaches_a_shell(box: Box) -> None:
    assert box.agent("start", "t-simple").code == OK
    for value in ("/bin/echo $(touch /run/t-pwned)", "/bin/echo `touch /run/t-pwned`", "/bin/true; touch /run/t-pwned"):
        box.agent("monitor", "t-simple", interval=10, probe_command=value)
        box.agent("monitor", "t-simple", interval=10, probe_http_text=value, probe_http="http://127.0.0.1:9/")
    assert box.agent("monitor", "$(touch /run/t-pwned)", interval=10).code == DOWN
    assert subprocess.run(box.argv("test", "-e", "/run/t-pwned"), check=False).returncode != 0
