"""On a node: call commands in turn, round after round, and say what each call cost.

Reads from stdin {"rounds": N, "cases": {name: {"argv", "env", "prepare", "fresh"}}}; `prepare` is called once, and what it
leaves under FOLDERS in files named after `fresh` is put back before each call. Writes {name: [[wall ms, CPU ms], …]}.
CPU is that of the command and all that it waited for, and what systemd itself worked meanwhile.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

FOLDERS = ("/run/resource-agents", "/run/hakit")


def systemd_ms() -> float:
    """Return the CPU milliseconds that PID 1 has used (proc_pid_schedstat(5): nanoseconds)."""
    return int(Path("/proc/1/schedstat").read_text().split()[0]) / 1e6


def call(argv: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Call a command, insist on exit code 0, and return its wall and CPU milliseconds."""
    actions = [(os.POSIX_SPAWN_OPEN, number, "/dev/null", os.O_RDWR, 0) for number in (0, 1, 2)]
    before, start = systemd_ms(), time.perf_counter()
    _, status, used = os.wait4(os.posix_spawnp(argv[0], argv, env, file_actions=actions), 0)
    wall = time.perf_counter() - start
    time.sleep(0.002)  # systemd may still be putting the connection away
    if status != 0:
        raise SystemExit(f"{argv}: exit code {os.waitstatus_to_exitcode(status)}")
    return wall * 1000, (used.ru_utime + used.ru_stime) * 1000 + systemd_ms() - before


def remembered(instance: str) -> dict[Path, str]:
    """Return the files that a resource has left for its next action."""
    found = (path for folder in FOLDERS for path in Path(folder).rglob(f"{instance}*"))
    return {path: path.read_text() for path in found if path.is_file()}


def put_back(instance: str, files: dict[Path, str]) -> None:
    """Make the resource's files what they were."""
    for path in remembered(instance).keys() - files.keys():
        path.unlink()
    for path, text in files.items():
        path.write_text(text)


def main() -> None:
    """Prepare all cases, then call them in turn; the first round warms up and doesn't count."""
    asked = json.load(sys.stdin)
    cases = asked["cases"]
    files = {}
    for name, case in cases.items():
        if case["prepare"]:
            call(case["prepare"], case["env"])
        files[name] = remembered(case["fresh"]) if case["fresh"] else {}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for number in range(asked["rounds"] + 1):
        for name, case in cases.items():
            if case["fresh"]:
                put_back(case["fresh"], files[name])
            cost = call(case["argv"], case["env"])
            if number:
                taken[name].append((round(cost[0], 3), round(cost[1], 3)))
    json.dump(taken, sys.stdout)


if __name__ == "__main__":
    main()
