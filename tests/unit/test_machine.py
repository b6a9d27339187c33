from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from hakit.core import Command, CommandFailed, HakitError, SystemClock, wait_until
from hakit.run import machine


def python(text: str, timeout: float = 20.0) -> Command:
    return Command((sys.executable, "-I", "-S", "-c", text), timeout=timeout)


def test_run_keeps_both_streams_and_the_code() -> None:
    outcome = machine.run(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"))
    assert (outcome.code, outcome.stdout, outcome.stderr, outcome.ok) == (3, "out\n", "err\n", False)
    with pytest.raises(CommandFailed, match="exit code 3"):
        machine.must(python("import sys; sys.exit(3)"))


def test_run_closes_the_input() -> None:
    assert machine.run(python("import sys; print(repr(sys.stdin.read()))")).stdout == "''\n"


def test_run_ends_what_takes_too_long_and_keeps_what_it_said() -> None:
    outcome = machine.run(python("import time; print('so far', flush=True); time.sleep(60)", timeout=0.5))
    assert outcome.timed_out
    assert outcome.stdout == "so far\n"
    assert outcome.seconds < 10


def test_a_missing_program_is_named() -> None:
    with pytest.raises(HakitError, match="no-such-program is not installed"):
        machine.run(Command(("no-such-program",)))
    with pytest.raises(HakitError, match="no-such-program is not installed"):
        machine.watch(Command(("no-such-program",)), lambda _: None)


def test_the_environment_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    monkeypatch.setenv("PATH", "/opt/bin:/usr/bin")
    seen = machine.environment({"MORE": "1"})
    assert "SECRET_TOKEN" not in seen
    assert seen["LC_ALL"] == "C.UTF-8"
    assert seen["MORE"] == "1"
    assert seen["PATH"].split(":")[:2] == ["/opt/bin", "/usr/bin"]
    assert "/usr/sbin" in seen["PATH"].split(":"), "a user's PATH under sudo or cron lacks it"


def test_watch_hands_lines_over_as_they_come() -> None:
    lines: list[str] = []
    outcome = machine.watch(python("import sys; [print(n, file=sys.stderr) for n in range(3)]"), lines.append)
    assert lines == ["0", "1", "2"]
    assert outcome.ok
    assert outcome.stderr == "0\n1\n2\n"


def test_watch_has_a_deadline() -> None:
    outcome = machine.watch(python("import time; time.sleep(60)", timeout=0.3), lambda _: None)
    assert outcome.timed_out
    assert not outcome.ok


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_spawn_detaches_and_logs(tmp_path: Path) -> None:
    log = tmp_path / "log"
    pid = machine.spawn(
        (sys.executable, "-I", "-S", "-c", "import time; print('here', flush=True); time.sleep(60)"), log=log
    )
    try:
        wait_until("it says", log.read_text, lambda text: text == "here\n", clock=SystemClock(), timeout=10, every=0.05)
        assert os.getsid(pid) == pid
        assert Path(f"/proc/{pid}/fd/0").readlink() == Path(os.devnull)
        assert log.stat().st_mode & 0o777 == 0o600
    finally:
        os.kill(pid, signal.SIGKILL)


def test_spawn_joins_its_cgroups_first(tmp_path: Path) -> None:
    group = tmp_path / "group"
    group.mkdir()
    (group / "cgroup.procs").write_text("")
    log = tmp_path / "log"
    read = f"print(open({str(group / 'cgroup.procs')!r}).read())"
    machine.spawn((sys.executable, "-I", "-S", "-c", read), log=log, cgroups=[group])
    wait_until("it ran", log.read_text, lambda text: text == "0\n", clock=SystemClock(), timeout=10, every=0.05)


def test_spawn_starts_again_what_asks_for_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    once = f"import os, sys; p = {str(tmp_path / 'was')!r}; sys.exit(0) if os.path.exists(p) else open(p, 'w').close(); print('again', flush=True); sys.exit(133)"
    start = time.monotonic()
    machine.spawn((sys.executable, "-I", "-S", "-c", f"print('begin', flush=True); {once}"), log=log, again_on=133)
    wait_until(
        "it ran twice",
        log.read_text,
        lambda text: text.count("begin") == 2,
        clock=SystemClock(),
        timeout=10,
        every=0.05,
    )
    assert time.monotonic() - start < 10
