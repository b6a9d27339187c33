"""On a node: kill the main process of a unit, and print the seconds until its port answers an HTTP request again.

again.py UNIT PORT [SECONDS TO WAIT BEFORE]
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time

LIMIT = 200.0


def main_pid(unit: str) -> int:
    """Ask systemd for the unit's main process."""
    argv = ("systemctl", "show", "--property=MainPID", "--value", "--", unit)
    return int(subprocess.run(argv, capture_output=True, text=True, check=True, timeout=30).stdout)


def killed(pid: int) -> float:
    """Kill a process, wait until it is dead, and return when the signal was sent."""
    handle = os.pidfd_open(pid)
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    start = time.monotonic()
    signal.pidfd_send_signal(handle, signal.SIGKILL)
    poller.poll()
    return start


def answers(port: int) -> bool:
    """Ask for a page."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def main() -> None:
    """Kill and ask: every 5 ms at first, every 50 ms when it takes longer than three seconds."""
    unit, port = sys.argv[1], int(sys.argv[2])
    time.sleep(float(sys.argv[3]) if len(sys.argv) > 3 else 0)
    pid = main_pid(unit)
    if not pid or not answers(port):
        raise SystemExit(f"{unit} does not run")
    start = killed(pid)
    while not answers(port):
        taken = time.monotonic() - start
        if taken > LIMIT:
            raise SystemExit(f"{unit} does not answer {LIMIT:.0f} s after the kill")
        time.sleep(0.005 if taken < 3 else 0.05)
    print(f"{time.monotonic() - start:.4f}")


if __name__ == "__main__":
    main()
