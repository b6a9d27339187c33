"""The client's program, against a server of this process on loopback."""

from __future__ import annotations

import importlib.resources
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hakit.run.stream import Stream

PROGRAM = importlib.resources.files("hakit.run").joinpath("asker.py").read_text()
pytestmark = pytest.mark.enable_socket


@contextmanager
def serving(reply: bytes) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    line = server.accept()[0]
                except TimeoutError:
                    continue
                with line:
                    line.settimeout(5)
                    line.recv(4096)
                    line.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join()


def asked(port: int, request: str, enough: int) -> list[list[object]]:
    """Ask until there are enough answers, and return them."""
    plan = {
        "address": "127.0.0.1", "port": port, "request": request, "status": 200, "every": 0.02, "patience": 5.0,
        "seconds": 60,
    }  # fmt: skip
    end = time.monotonic() + 60
    with Stream((), f"{PROGRAM}\nmain({json.dumps(plan)!r})\n") as stream:
        while sum(line.startswith('["a"') for line in stream.lines()) < enough:
            assert time.monotonic() < end, stream.ended
            time.sleep(0.02)  # noqa: TID251 - another process works meanwhile
    return [said for said in map(json.loads, stream.lines()) if said[0] == "a"]


def test_a_page() -> None:
    with serving(b"HTTP/1.1 200 OK\r\n\r\nok") as port:
        answers = asked(port, "GET / HTTP/1.0\r\n\r\n", 5)
    assert [(said[3], said[4]) for said in answers[:5]] == [(1, "")] * 5
    assert all(isinstance(said[1], float) and said[2] >= said[1] for said in answers)  # type: ignore[operator]


def test_a_page_with_another_status_is_no_answer() -> None:
    with serving(b"HTTP/1.1 503 Service Unavailable\r\n\r\n") as port:
        (first, *_) = asked(port, "GET / HTTP/1.0\r\n\r\n", 1)
    assert (first[3], first[4]) == (0, "HTTP/1.1 503 Service Unavailable")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    (first, *_) = asked(port, "", 1)
    assert (first[3], first[4]) == (0, "ECONNREFUSED")
