"""The program that asks a service over and over while it moves, and says how long nobody answered.

Sent to `python3 -I -S -` on a host, followed by a call of `main`, or used as a module on this machine. It stands alone:
standard library, Python 3.9. A question is a TCP connection that is accepted. They are begun at a steady pace whether or
not earlier ones have been answered, so a question that hangs hides nothing.
"""

from __future__ import annotations

import errno
import json
import os
import select
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 1.0  # seconds that a question may take
_IN_PROGRESS = (0, errno.EINPROGRESS)


def main(plan: str) -> None:
    """Ask as the JSON text `plan` says, until its file `stop` is there, and print what was seen as a line of JSON."""
    wanted = json.loads(plan)
    seen = ask(wanted, lambda: os.path.exists(wanted["stop"]))
    sys.stdout.write(json.dumps(seen) + "\n")


def ask(plan: dict[str, Any], ended: Callable[[], bool]) -> dict[str, Any]:
    """Ask `address` and `port` every `every` seconds, `seconds` long at most, with `once` until the first answer."""
    family = socket.AF_INET6 if ":" in plan["address"] else socket.AF_INET
    start = time.monotonic()
    questions: list[tuple[float, bool]] = []
    waiting: dict[socket.socket, float] = {}
    due = start
    while True:
        now = time.monotonic()
        over = now - start >= plan["seconds"] or ended() or (plan.get("once") and any(ok for _, ok in questions))
        if over:
            break
        if now >= due:
            due = max(due + plan["every"], now)
            begin(family, (plan["address"], plan["port"]), waiting, questions)
        _, ready, _ = select.select([], list(waiting), [], max(0.0, min(due - time.monotonic(), plan["every"])))
        settle(waiting, ready, questions)
    for question in waiting:
        question.close()
    return summary(questions)


def begin(
    family: int, where: tuple[str, int], waiting: dict[socket.socket, float], questions: list[tuple[float, bool]]
) -> None:
    """Begin one question; one that is refused at once is answered with no."""
    question = socket.socket(family, socket.SOCK_STREAM)
    question.setblocking(False)
    if question.connect_ex(where) in _IN_PROGRESS:
        waiting[question] = time.monotonic()
    else:
        questions.append((time.monotonic(), False))
        question.close()


def settle(
    waiting: dict[socket.socket, float], ready: list[socket.socket], questions: list[tuple[float, bool]]
) -> None:
    """Note what became of the questions that are answered or have taken too long."""
    now = time.monotonic()
    for question in [each for each, asked in waiting.items() if each in ready or now - asked > PATIENCE]:
        good = question in ready and question.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
        questions.append((waiting.pop(question), good))
        question.close()


def summary(questions: list[tuple[float, bool]]) -> dict[str, Any]:
    """Say how long nobody answered: from the last question that was answered to the next one.

    Where no question went wrong in between there was no outage, however long the asker itself was held up.
    """
    outages = []
    last, wrong = None, 0
    for asked, good in sorted(questions):
        if not good:
            wrong += 1
            continue
        if last is not None and wrong:
            outages.append(asked - last)
        last, wrong = asked, 0
    return {
        "asked": len(questions),
        "answered": sum(good for _, good in questions),
        "longest": max(outages, default=0.0),
        "total": sum(outages),
        "back": last is not None and not wrong,
    }
