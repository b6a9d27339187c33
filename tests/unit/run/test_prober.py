"""The program that asks a service while it moves: what counts as an outage, and how it ends."""

from __future__ import annotations

import itertools
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hakit.run import prober

PROGRAM = Path(prober.__file__)


def questions(pattern: str) -> list[tuple[float, bool]]:
    """Read `+` and `-`, one question each tenth of a second."""
    return [(number / 10, sign == "+") for number, sign in enumerate(pattern) if sign != " "]


@pytest.mark.parametrize(
    ("pattern", "longest", "total", "back"),
    [
        ("+++++", 0, 0, True),
        ("++---++", 0.4, 0.4, True),
        ("+-+++----+", 0.5, 0.7, True),
        ("++      ++", 0, 0, True),
        ("++ - ++", 0.4, 0.4, True),
        ("+++---", 0, 0, False),
        ("---++", 0, 0, True),
        ("", 0, 0, False),
    ],
)
def test_what_counts_as_an_outage(pattern: str, longest: float, total: float, *, back: bool) -> None:
    seen = prober.summary(questions(pattern))
    assert (round(seen["longest"], 6), round(seen["total"], 6), seen["back"]) == (longest, total, back)
    assert (seen["asked"], seen["answered"]) == (len(pattern.replace(" ", "")), pattern.count("+"))


def test_answers_that_come_out_of_order_are_put_in_order() -> None:
    assert prober.summary([(0.3, True), (0.2, False), (0.0, True), (0.1, False)])["longest"] == pytest.approx(0.3)


@pytest.mark.enable_socket
def test_a_listener_that_goes_and_comes_back() -> None:
    def listen(port: int = 0) -> socket.socket:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", port))
        made.listen(64)
        return made

    listener = listen()
    port = listener.getsockname()[1]
    steps = itertools.count()

    def ended() -> bool:
        nonlocal listener
        step = next(steps)
        if step == 10:
            listener.close()
        if step == 40:
            listener = listen(port)
        return step > 80

    plan = {"address": "127.0.0.1", "port": port, "every": 0.01, "seconds": 20}
    seen = prober.ask(plan, ended)
    listener.close()
    assert seen["back"] and 0 < seen["longest"] == seen["total"] < 5
    assert 0 < seen["answered"] < seen["asked"]


def test_as_a_program_it_ends_when_it_is_told_or_its_time_is_up(tmp_path: Path) -> None:
    told = tmp_path / "enough"
    for seconds, there in ((0.2, False), (60, True)):
        if there:
            told.touch()
        plan = {"address": "127.0.0.1", "port": 1, "every": 0.05, "seconds": seconds, "stop": str(told)}
        text = f"{PROGRAM.read_text()}\nmain({json.dumps(plan)!r})\n"
        argv = (sys.executable, "-I", "-S", "-")
        done = subprocess.run(argv, input=text, capture_output=True, text=True, check=True, timeout=30)
        assert json.loads(done.stdout)["answered"] == 0
