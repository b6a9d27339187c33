"""A program of its own: `detach.py LOG AGAIN [CGROUP…] -- ARGV…` starts ARGV in the cgroups, detached, prints its pid.

It exists because a process must be in its cgroup before systemd-nspawn looks where it is, and because what
Python does between fork and exec (`preexec_fn`) is not safe beside threads. Ends ARGV with the exit code AGAIN,
then it is started once more, as systemd's RestartForceExitStatus= does; 0 for never.
"""

from __future__ import annotations

import os
import sys


def main(argv: list[str]) -> None:
    """Fork, and let the child become, or look after, the program."""
    split = argv.index("--")
    log, again, *cgroups = argv[:split]
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    child = os.fork()
    if child:
        os.write(1, f"{child}\n".encode())
        return
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    for group in cgroups:
        procs = os.open(os.path.join(group, "cgroup.procs"), os.O_WRONLY)  # noqa: PTH118 - pathlib takes 10 ms to load
        os.write(procs, b"0")
        os.close(procs)
    while int(again) and _ended(argv[split + 1 :]) == int(again):
        continue
    if not int(again):
        os.execvp(argv[split + 1], argv[split + 1 :])  # noqa: S606 - argv, no shell


def _ended(argv: list[str]) -> int:
    """Run the program to its end; its exit code, negative for a signal."""
    child = os.fork()
    if not child:
        os.execvp(argv[0], argv)  # noqa: S606 - argv, no shell
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(sys.argv[1:])
