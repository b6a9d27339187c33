"""The way to the hosts: plain OpenSSH, or directly when hakit runs on the host itself."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import hashlib
import importlib.resources
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from hakit.core import Action, HostUnreachable, Outcome
from hakit.run import trouble

T = TypeVar("T")
_PROGRAM = importlib.resources.files("hakit.run").joinpath("remote.py").read_text()
_PYTHON = ("python3", "-I", "-S", "-")
# What ssh needs of our environment: the agent's socket, and where the user's configuration lies.
_KEEP = ("PATH", "HOME", "USER", "LOGNAME", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR")
_TRIP = 20.0  # seconds; connecting takes at most ten of them


class Hosts:
    """Does batches of actions on hosts: one round trip each. Thread-safe.

    `local` names the hosts that are this machine; `ssh_config` is handed to `ssh -F`. The user's own ssh
    configuration, agent, jump hosts and known_hosts apply; nothing is asked (BatchMode). `trip` is how many seconds
    a trip may take on top of the actions' own deadlines.
    """

    def __init__(self, *, ssh_config: Path | None = None, local: Iterable[str] = (), trip: float = _TRIP) -> None:
        self._ssh_config = ssh_config
        self._local = frozenset(local)
        self._trip = trip

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        """Do the actions in order; see `core.Runner`. Raises HostUnreachable."""
        if not actions:
            return ()
        argv = _PYTHON if host in self._local else (*self._ssh(host), *_PYTHON)
        deadline = self._trip + sum(action.timeout for action in actions)
        start = time.monotonic()
        try:
            done = subprocess.run(
                argv,
                input=f"{_PROGRAM}\nmain({_packed(actions, keep_going=keep_going)!r})\n",
                capture_output=True,
                encoding="utf-8",
                errors="backslashreplace",
                check=False,
                env={**{k: os.environ[k] for k in _KEEP if k in os.environ}, "LC_ALL": "C.UTF-8"},
                timeout=deadline,
            )
        except subprocess.TimeoutExpired as error:
            raise HostUnreachable(host, f"no answer within {deadline:.0f} s", hint=trouble.HUNG) from error
        except FileNotFoundError as error:
            raise HostUnreachable(host, f"{argv[0]} is not installed on this machine") from error
        return _outcomes(host, actions, done, time.monotonic() - start)

    def run(self, host: str, action: Action) -> Outcome:
        """Do one action. Raises HostUnreachable."""
        return self.batch(host, (action,))[0]

    def _ssh(self, host: str) -> tuple[str, ...]:
        config = ("-F", str(self._ssh_config)) if self._ssh_config else ()
        # One connection per host serves all trips (ControlMaster); a dead host is noticed after 15 s.
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": "10",
            "ControlMaster": "auto",
            # %C knows nothing of a ProxyCommand: the same address by another configuration is another host.
            "ControlPath": str(_sockets() / f"{_fingerprint(self._ssh_config)}-%C"),
            "ControlPersist": "30",
            "ServerAliveInterval": "5",
            "ServerAliveCountMax": "3",
            "LogLevel": "ERROR",
        }
        return ("ssh", *config, *(f"-o{key}={value}" for key, value in options.items()), "-T", "--", host)


def fan_out(hosts: Iterable[str], work: Callable[[str], T]) -> Mapping[str, T | HostUnreachable]:
    """Do the same work for every host at once; a host that can't be reached gives its HostUnreachable."""
    names = list(hosts)

    def guarded(host: str) -> T | HostUnreachable:
        try:
            return work(host)
        except HostUnreachable as error:
            return error

    if not names:
        return {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(names)) as pool:
        return dict(zip(names, pool.map(guarded, names), strict=True))


def _packed(actions: Sequence[Action], *, keep_going: bool) -> str:
    plain = []
    for action in actions:
        fields = {f.name: getattr(action, f.name) for f in dataclasses.fields(action)}
        fields["ok_codes"] = sorted(action.ok_codes)
        if "env" in fields:
            fields["env"] = dict(fields["env"])
        plain.append({"kind": type(action).__name__, **fields})
    return json.dumps({"keep_going": keep_going, "actions": plain})


def _outcomes(
    host: str, actions: Sequence[Action], done: subprocess.CompletedProcess[str], seconds: float
) -> tuple[Outcome, ...]:
    outcomes = []
    # Empty lines are the other side's way to see that we are still there.
    for action, line in zip(actions, filter(None, done.stdout.splitlines()), strict=False):
        try:
            said = json.loads(line)
        except ValueError:
            break
        outcomes.append(
            Outcome(
                host,
                action,
                said["code"],
                said.get("out", ""),
                said.get("err", ""),
                said["seconds"],
                timed_out=said.get("timed_out", False),
            )
        )
    complete = len(outcomes) == len(actions) or (outcomes and not outcomes[-1].ok)
    if done.returncode != 0 or not complete:
        raise trouble.explained(host, done.returncode, done.stderr or done.stdout, seconds)
    return tuple(outcomes)


def _fingerprint(ssh_config: Path | None) -> str:
    """Tell one configuration from another, and from itself after a change: a connection kept open must not outlive it."""
    if ssh_config is None:
        return "default"
    which = f"{ssh_config.resolve()} {ssh_config.stat().st_mtime_ns}"
    return hashlib.sha256(which.encode()).hexdigest()[:12]


def _sockets() -> Path:
    # Short, because a Unix socket's path may have 107 bytes at most; private, because it opens the hosts.
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp") / f"hakit-{os.getuid()}"  # noqa: S108
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.getuid() or folder.is_symlink():
        raise HostUnreachable("this machine", f"{folder} belongs to somebody else", hint=f"remove {folder}")
    return folder
