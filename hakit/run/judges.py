"""The program that lets hakit's agent judge many units on a host, in one process for all of them.

Sent to `python3 -I -S -` on a host, followed by a call of `main`. It stands alone: standard library, Python 3.9. The agent's text runs
from memory, nothing is written. Reading its 1700 lines takes ten times as long as a judgement, so it is read once, and each
judgement is a fork's.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from types import CodeType
from typing import Any


def main(plan: str) -> None:
    """Judge as the JSON text `plan` says: `agent` is its text, `calls` an environment each, `limit` the seconds for one.

    Prints a list of exit code and standard error, negative for the number of a signal, as one line of JSON.
    """
    told: dict[str, Any] = json.loads(plan)
    agent = compile(told["agent"], "quickservice", "exec")
    said = [judged(agent, environment, int(told["limit"])) for environment in told["calls"]]
    sys.stdout.write(json.dumps(said) + "\n")


def judged(agent: CodeType, environment: dict[str, str], limit: int) -> tuple[int, str]:
    """Let a fork run the agent's validate-all; returns its exit code and what it said."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os.dup2(writing, 2)
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        signal.alarm(limit)
        os.environ.update(environment)
        sys.argv = ["quickservice", "validate-all"]
        code = 1
        try:
            exec(agent, {"__name__": "__main__"})  # noqa: S102 - the agent is this installation's own
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the verdict
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8", errors="replace") as heard:
        words = heard.read()
    _, status = os.waitpid(pid, 0)
    return (os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)), words
