"""A real systemd for the agent: nodes of the lab per Debian release, with the units of tests/agent/units.

Most of a case is waiting, so the cases of a release run side by side, each on a node that it has to itself meanwhile;
the cluster's cases have the first node and run beside them. No deadline here is tight: a case that asks how fast
something was prints the figure, and its limit only tells "at once" from "after the next timer".
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from hakit.lab.lab import DEAF, Lab
from hakit.lab.recipe import Release
from tests.sweeping import sweep

ROOT = Path(__file__).parents[3]
UNITS = ROOT / "tests/agent/units"
AGENT = "/usr/lib/ocf/resource.d/hakit/quickservice"
STATE = "/run/hakit/quickservice/t"
SIDE_BY_SIDE = 3  # nodes for the cases that need no cluster

# Calls the agent as if a watch had ended so many seconds ago, as Pacemaker's timer would. In one breath within the node, because an agent that begins 0.4 s late takes itself for the first of a series.
AS_NEXT = (
    f"interval=$1; shift; mkdir -p {STATE.rpartition('/')[0]}; read -r up rest < /proc/uptime; "
    f'echo "watched=$((${{up%.*}} - interval)).${{up#*.}}" >> {STATE}; exec "$@"'
)

# What Pacemaker's executor gives to every action.
OCF = {
    "OCF_ROOT": "/usr/lib/ocf",
    "OCF_RESOURCE_INSTANCE": "t",
    "OCF_RA_VERSION_MAJOR": "1",
    "OCF_RA_VERSION_MINOR": "1",
}


@dataclass(frozen=True)
class Result:
    """What one call of the agent gave."""

    code: int
    reason: str
    said: str
    seconds: float


class Running:
    """A command that was begun and runs on; `code` and `said` once it has ended."""

    def __init__(self, argv: tuple[str, ...]) -> None:
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def wait(self, timeout: float = 90) -> int:
        self.said += (
            self.process.communicate(timeout=timeout)[0]
            if self.process.stdout and not self.process.stdout.closed
            else ""
        )
        return self.process.returncode

    def kill(self) -> None:
        """Kill it as Pacemaker does: the whole group, with a signal that can't be caught."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.wait()


class Box:
    """One node, looked at from outside."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab = lab
        self.name = name
        self.running: list[Running] = []

    def argv(self, *argv: str) -> tuple[str, ...]:
        return self.lab.node_argv(self.name, argv)

    def run(self, *argv: str, stdin: str = "", timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.argv(*argv), input=stdin, capture_output=True, text=True, check=False, timeout=timeout
        )

    def sh(self, script: str) -> str:
        """Run a script of the test in the node; a failure fails the test."""
        done = self.run("sh", "-ec", script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def put(self, path: str, text: str, mode: str = "644") -> None:
        self.run("mkdir", "-p", path.rpartition("/")[0])
        assert self.run("tee", path, stdin=text).returncode == 0
        assert self.run("chmod", mode, path).returncode == 0

    def call(
        self, action: str, params: dict[str, str], *, interval: float = 0, timeout: float = 20, follows: int = 0
    ) -> tuple[str, ...]:
        """Return the command line that calls the agent as Pacemaker does; `follows`: so many seconds after a watch ended."""
        env = {**OCF, "OCF_RESKEY_CRM_meta_timeout": f"{timeout * 1000:.0f}"}
        if interval:
            env["OCF_RESKEY_CRM_meta_interval"] = f"{interval * 1000:.0f}"
        env |= {f"OCF_RESKEY_{key}" if key[0].islower() else key: value for key, value in params.items()}
        first = ("sh", "-c", AS_NEXT, "sh", str(follows)) if follows else ()
        return self.argv(*first, "env", *(f"{key}={value}" for key, value in env.items()), AGENT, action)

    def agent(
        self,
        action: str,
        unit: str = "",
        *,
        interval: float = 0,
        timeout: float = 20,
        follows: int = 0,
        **params: str,
    ) -> Result:
        began = time.monotonic()
        if unit:
            params["unit"] = unit
        argv = self.call(action, params, interval=interval, timeout=timeout, follows=follows)
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=timeout + 90)
        assert "Traceback" not in done.stderr, done.stderr
        reasons = [line[16:] for line in done.stderr.splitlines() if line.startswith("ocf-exit-reason:")]
        assert len(reasons) <= 1
        return Result(done.returncode, "".join(reasons), done.stdout + done.stderr, time.monotonic() - began)

    def begin(self, action: str, unit: str, *, follows: int = 0, **params: float | str) -> Running:
        """Call the agent and don't wait for it."""
        interval, timeout = float(params.pop("interval", 0)), float(params.pop("timeout", 20))
        words = {"unit": unit, **{key: str(value) for key, value in params.items()}}
        return self.background(*self.call(action, words, interval=interval, timeout=timeout, follows=follows))

    def background(self, *argv: str) -> Running:
        self.running.append(Running(argv))
        return self.running[-1]

    def state(self, unit: str) -> str:
        return self.show(unit, "ActiveState")

    def show(self, unit: str, name: str) -> str:
        return self.run("systemctl", "show", f"--property={name}", "--value", "--", unit).stdout.strip()

    def await_state(self, unit: str, *wanted: str, timeout: float = 60) -> None:
        end = time.monotonic() + timeout
        while (seen := self.state(unit)) not in wanted:
            assert time.monotonic() < end, f"{unit} is {seen}, not {wanted}"
            time.sleep(0.05)  # noqa: TID251 - the node has a clock of its own

    def main_pid(self, unit: str) -> int:
        return int(self.show(unit, "MainPID"))

    def drop_in(self, unit: str) -> bool:
        return self.run("test", "-e", f"/run/systemd/system/{unit}.d/zz-hakit-quickservice.conf").returncode == 0

    def install(self) -> None:
        self.put(AGENT, (ROOT / "agents/quickservice").read_text(), "755")
        self.put(AGENT.replace("quickservice", "vip"), (ROOT / "agents/vip").read_text(), "755")
        for file in UNITS.iterdir():
            place = "/usr/local/lib" if file.suffix == ".py" else "/etc/systemd/system"
            self.put(f"{place}/{file.name}", file.read_text())
        self.sh("ln -sf /dev/null /etc/systemd/system/t-masked.service; systemctl daemon-reload")

    def clean(self) -> None:
        if self.running:
            while self.running:
                self.running.pop().kill()
            # A systemd that was told to execute itself anew may be about to, and refuses to be spoken to meanwhile.
            self.sh("for try in $(seq 100); do systemctl daemon-reload && exit; sleep 0.1; done; exit 1")
        self.sh(
            "systemctl kill -s KILL 't-*' 2>/dev/null || true; systemctl stop 't-*' 2>/dev/null || true; "
            "systemctl reset-failed 't-*' 2>/dev/null || true; rm -rf /run/hakit /run/t-*; "
            "ls -d /run/systemd/system/t-*.d >/dev/null 2>&1 && rm -rf /run/systemd/system/t-*.d && systemctl daemon-reload; true"
        )


def releases() -> list[Release]:
    """Return what HAKIT_TEST_RELEASES names (separated by blanks), or stable and the one before."""
    said = os.environ.get("HAKIT_TEST_RELEASES", "").replace(",", " ").split()
    return [Release(name) for name in said] or [Release.BOOKWORM, Release.TRIXIE]


class Crew:
    """Nodes that take the cases of a release from one list, each a case at a time."""

    def __init__(self, boxes: list[Box], items: list[pytest.Function]) -> None:
        self.free: queue.SimpleQueue[Box] = queue.SimpleQueue()
        for box in boxes:
            self.free.put(box)
        self.pool = ThreadPoolExecutor(len(boxes))
        self.results: dict[str, Future[float]] = {item.nodeid: self.pool.submit(self.run, item) for item in items}

    def run(self, item: pytest.Function) -> float:
        """Run the body of a case on a free node, with all test units stopped; return the seconds of it."""
        box = self.free.get()
        began = time.monotonic()
        try:
            box.clean()
            given = {name: value for name, value in item.callspec.params.items() if name != "boxes"}
            item.obj(box=box, **given)
            return time.monotonic() - began
        finally:
            box.clean()
            self.free.put(box)

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Take the nodes away behind the last case here: a fixture of the session would keep four of them running to its end."""
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        for release in releases():
            Lab.down(lab_name(release))


def lab_name(release: Release) -> str:
    """Name the lab of a release; the number says whose it is."""
    return f"test-qs-{release}-{os.getpid()}"


@pytest.fixture(scope="session", params=releases(), ids=str)
def boxes(request: pytest.FixtureRequest) -> Iterator[list[Box]]:
    """Boot the nodes of a release, for all tests."""
    sweep()
    name = lab_name(request.param)
    try:
        lab = Lab.up(name, DEAF, release=request.param, nodes=1 + SIDE_BY_SIDE)
        found = [Box(lab, node.name) for node in lab.nodes]
        with ThreadPoolExecutor(len(found)) as pool:
            list(pool.map(Box.install, found))
        yield found
    finally:
        Lab.down(name)


@pytest.fixture(scope="session")
def crew(request: pytest.FixtureRequest, boxes: list[Box]) -> Iterator[Crew]:
    """Begin all cases of this release that ask for a `box`."""
    mine = [
        item
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and "box" in item.fixturenames
        and getattr(item, "callspec", None)
        and item.callspec.params.get("boxes") == Release(boxes[0].lab.release)
    ]
    begun = Crew(boxes[1:], mine)
    yield begun
    begun.close()


@pytest.fixture
def box(crew: Crew) -> Crew:
    """Stand for the node that the case is given; see `pytest_pyfunc_call`."""
    return crew


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Wait for a case that the crew runs, and report what it came to."""
    crew = pyfuncitem.funcargs.get("box")
    if not isinstance(crew, Crew):
        return None
    pyfuncitem.user_properties.append(("seconds", round(crew.results[pyfuncitem.nodeid].result(), 2)))
    return True
