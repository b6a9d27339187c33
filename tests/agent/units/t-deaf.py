"""A server that accepts nobody. Told to stop (SIGTERM) it does nothing at all, or, called with `busy`, works for 3 s and ends."""

import pathlib
import signal
import socket
import sys
import time


def finish(*_: object) -> None:
    end = time.monotonic() + 3
    while time.monotonic() < end:
        time.sleep(0.05)  # noqa: TID251 - a program that takes its time
    pathlib.Path("/run/t-busy.finished").touch()
    sys.exit(0)


signal.signal(signal.SIGTERM, finish if sys.argv[1:] == ["busy"] else signal.SIG_IGN)
server = socket.socket()
# The page of another case may linger on this port for a minute.
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 8080))
server.listen()
while True:
    signal.pause()
