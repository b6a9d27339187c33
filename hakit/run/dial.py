"""A program of its own: `dial.py HOST PORT` connects and hands the socket to ssh (`ProxyUseFdpass`, ssh_config(5)).

So ssh talks to a node of the lab directly, though it runs outside the lab's networks; nothing is copied and no
process stays in between. Standard library only: it runs as `python -I -S dial.py …` in the client's namespace.
"""

from __future__ import annotations

import socket
import sys

_PATIENCE = 10.0


def main(host: str, port: str) -> int:
    """Connect and pass the socket over standard output, which is a Unix socket of ssh's."""
    try:
        connection = socket.create_connection((host, int(port)), timeout=_PATIENCE)
    except OSError as error:
        sys.stderr.write(f"{host} port {port}: {error}\n")
        return 1
    connection.setblocking(True)
    with socket.socket(fileno=1) as ssh:
        socket.send_fds(ssh, [b"\0"], [connection.fileno()])
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
