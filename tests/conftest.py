"""The tiers: in which order they run, and what each needs of this machine; says aloud what is skipped."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from hakit.lab.recipe import Release
from tests.sweeping import sweep

TESTS = Path(__file__).parent

# Cheap first, so that a slip shows within seconds. A path belongs to the first tier that it starts with.
TIERS = {
    "lint": "quality/test_lint.py",
    "types": "quality/test_types.py",
    "layers": "quality/test_layers.py",
    "unit": "unit/",
    "quality": "quality/",
    "tools": "tools/",
    "agent": "agent/node/",
    "cluster": "cluster/",
    "vm": "vm/",
}
MARKERS = {"tools": "tools", "agent": "cluster", "cluster": "cluster", "vm": "cluster"}
# These don't stop one another: each failure of theirs is dear to see, and they run side by side.
DEAR = frozenset({"agent", "cluster", "vm"})
ORDER = list(TIERS)
LAB = ("mmdebstrap", "systemd-nspawn", "ip", "ssh")
MACHINES = ("qemu-system-x86_64", "qemu-img", "mkfs.ext4")
WORTH_TELLING = 30.0
TRIED_AFTER_FAILURE = frozenset({"lint", "types", "layers", "unit", "quality"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-cases", action="store_true", help="rewrite the expected files of tests/cases")
    parser.addoption("--all", action="store_true", help="run also what is left to `make test-all`")
    parser.addoption("--record", action="store_true", help="keep what came of the matrix, and write its page")
    parser.addoption(
        "--spec",
        type=Path,
        default=TESTS.parent / "examples/squid.yaml",
        help="with --ssh-config: the hosts' spec file",
    )
    parser.addoption("--go-on", action="store_true", help="run the tools and cluster tiers also after a failure")


def tier_of(path: Path) -> str:
    place = path.relative_to(TESTS).as_posix()
    return next((tier for tier, start in TIERS.items() if place.startswith(start)), "unit")


_RELEASE = re.compile(rf"\[({'|'.join(Release)})\b")


class Lanes(LoadScopeScheduling):
    """Says which tests stay together, in order, when several processes share the work (pytest-xdist).

    Those of one file do, and of one release where nodes of it are shared. The agent's cases keep four nodes busy by themselves.
    """

    def _split_scope(self, nodeid: str) -> str:
        place = nodeid.partition("::")[0]
        if tier_of(TESTS.parent / place) == "agent":
            return "agent"
        release = _RELEASE.search(nodeid)
        return f"{place} {release[1]}" if release and tier_of(TESTS.parent / place) == "cluster" else place


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    return Lanes(config, log)


def missing(tier: str) -> str:
    """Say why a tier's real tools, nodes or virtual machines cannot run here; empty when they can."""
    if sys.platform != "linux":
        return f"needs Linux, this is {sys.platform}"
    if os.geteuid() != 0:
        return "needs root"
    absent = [tool for tool in (*LAB, *(MACHINES if tier == "vm" else ())) if shutil.which(tool) is None]
    return f"needs {', '.join(absent)} (make deps test-deps installs them on Debian)" if absent else ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.index(tier_of(item.path)))  # stable: the order within a tier stays
    for item in items:
        dear = item.get_closest_marker("only_all")
        if dear and not config.getoption("--all"):
            item.add_marker(pytest.mark.skip(reason=f"{' '.join((*dear.args, 'is'))} left to `make test-all` (--all)"))
        tier = tier_of(item.path)
        if tier == "unit":
            item.add_marker(pytest.mark.disable_socket)
        elif tier in MARKERS:
            item.add_marker(MARKERS[tier])
            if why := missing(tier):
                item.add_marker(pytest.mark.skip(reason=f"{tier} tests: {why}"))


def pytest_report_collectionfinish(items: list[pytest.Item]) -> list[str]:
    counts = {tier: sum(tier_of(item.path) == tier for item in items) for tier in ORDER}
    return [
        f"  {tier}: {count} tests" + (f", ALL SKIPPED: {why}" if tier in MARKERS and (why := missing(tier)) else "")
        for tier, count in counts.items()
        if count
    ]


FAILED = pytest.StashKey[set[str]]()


class Clock:
    """Says at the end where the minutes went: by tier, and by file where it took more than half a minute."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._spent: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        place = (self._root / report.nodeid.partition("::")[0]).relative_to(TESTS).as_posix()
        self._spent[place] = self._spent.get(place, 0.0) + report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        by_tier: dict[str, float] = {}
        for place, seconds in self._spent.items():
            tier = tier_of(TESTS / place)
            by_tier[tier] = by_tier.get(tier, 0.0) + seconds
        terminalreporter.section("time spent")
        for name, seconds in (*by_tier.items(), *sorted(self._spent.items(), key=lambda each: -each[1])):
            if name in by_tier or seconds > WORTH_TELLING:
                terminalreporter.write_line(f"{seconds:7.0f} s  {name}")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FAILED] = set()
    config.pluginmanager.register(Clock(config.rootpath))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Take away what processes that shared the work left: stopped by Ctrl-C, they are given too little time to."""
    if config.getoption("numprocesses", None) and not missing("cluster"):
        sweep()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Stop before a dear tier when a cheaper one has failed: minutes of booting nodes would tell nothing new."""
    session, tier = item.session, tier_of(item.path)
    cheaper = item.config.stash[FAILED] - {tier} - (DEAR if tier in DEAR else set())
    if tier not in TRIED_AFTER_FAILURE and cheaper and not item.config.getoption("--go-on"):
        session.shouldstop = f"stopped before the {tier} tests (--go-on runs them all the same)"
    failed = session.testsfailed
    try:
        return (yield)
    finally:
        if session.testsfailed > failed:
            item.config.stash[FAILED].add(tier)


@pytest.fixture
def same_as_file(request: pytest.FixtureRequest) -> Callable[[str, Path], None]:
    """Compare a text with a case's file, byte for byte; `--update-cases` writes the file instead."""

    def check(text: str, file: Path) -> None:
        if request.config.getoption("--update-cases"):
            file.write_bytes(text.encode())
        assert file.is_file(), f"no such case file: {file} (--update-cases writes it)"
        assert text == file.read_bytes().decode()

    return check
