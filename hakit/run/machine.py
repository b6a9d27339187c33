"""The door for processes on this machine itself, as the lab needs them: run, spawn, replace."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from hakit.core.action import Command
from hakit.core.errors import HakitError
from hakit.core.outcome import CommandFailed, Outcome
from hakit.run import detach

HOST = "this machine"
# What a child may see of our environment: where programs and the home folder are, and what apt needs to reach its
# archive from behind a proxy or a private certificate authority.
_KEEP = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TERM",
    "TMPDIR",
    "APT_CONFIG",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
)
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the small environment of a child; the system folders are on PATH even if the caller's lacks them."""
    kept = {name: os.environ[name] for name in _KEEP if name in os.environ}
    path = kept.get("PATH", "")
    missing = [place for place in _SYSTEM_PATH.split(":") if place not in path.split(":")]
    kept["PATH"] = ":".join([*([path] if path else []), *missing])
    return {**kept, "LC_ALL": "C.UTF-8", **(extra or {})}


def run(command: Command) -> Outcome:
    """Run it to its end. Raises HakitError if the program is not there; a bad exit code is in the outcome."""
    start = time.monotonic()
    try:
        done = subprocess.run(
            command.argv,
            input=command.stdin,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            check=False,
            env=environment(command.env),
            timeout=command.timeout,
        )
    except FileNotFoundError as error:
        raise HakitError(f"{HOST}: {command.argv[0]} is not installed") from error
    except subprocess.TimeoutExpired as late:
        return Outcome(
            HOST, command, -1, _text(late.stdout), _text(late.stderr), time.monotonic() - start, timed_out=True
        )
    return Outcome(HOST, command, done.returncode, done.stdout, done.stderr, time.monotonic() - start)


def watch(command: Command, hear: Callable[[str], object]) -> Outcome:
    """Run it like `run`, and hand each line that it says on standard error to `hear` at once."""
    start = time.monotonic()
    said: list[str] = []
    late = threading.Event()
    try:
        child = subprocess.Popen(
            command.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="backslashreplace",
            env=environment(command.env),
        )
    except FileNotFoundError as error:
        raise HakitError(f"{HOST}: {command.argv[0]} is not installed") from error

    def expire() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(command.timeout, expire)
    timer.start()
    try:
        with child:
            for line in child.stderr or ():
                said.append(line)
                hear(line.rstrip())
    except BaseException:
        child.kill()
        raise
    finally:
        timer.cancel()
    code = -1 if late.is_set() else child.returncode
    return Outcome(HOST, command, code, "", "".join(said), time.monotonic() - start, timed_out=late.is_set())


def must(command: Command) -> Outcome:
    """Run it; raises CommandFailed unless it ends as it may."""
    outcome = run(command)
    if not outcome.ok:
        raise CommandFailed(outcome)
    return outcome


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    cgroups: Sequence[Path] = (),
    env: Mapping[str, str] | None = None,
    again_on: int = 0,
) -> int:
    """Start a program that outlives us, in a session of its own, and return its process id.

    It is a member of the `cgroups` (directories that exist) before it begins, its input is closed and its
    output is added to `log`. What it can't start for is said there. With `again_on` it is started anew each time
    it ends with that exit code; the id is then that of what does so.
    """
    joined = (str(group) for group in cgroups)
    words = (sys.executable, "-I", "-S", detach.__file__, str(log), str(again_on), *joined, "--", *argv)
    return int(must(Command(words, env=env or {})).stdout)


def replace(argv: Sequence[str], env: Mapping[str, str] | None = None) -> NoReturn:
    """Become another program, with our terminal. Raises HakitError if it is not there."""
    try:
        os.execvpe(argv[0], list(argv), environment(env))  # noqa: S606 - argv, no shell
    except FileNotFoundError as error:
        raise HakitError(f"{HOST}: {argv[0]} is not installed") from error


def _text(stream: str | bytes | None) -> str:
    """TimeoutExpired holds bytes even when text was asked for (bugs.python.org issue 42602)."""
    return stream.decode("utf-8", "backslashreplace") if isinstance(stream, bytes) else stream or ""
