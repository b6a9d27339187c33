"""A program of its own: `origin.py ADDRESS PORT`, a small web server for squid to fetch from.

`/` and `/ping` answer `ok`; `/numbered/N` answers N, so that a test can tell its own page from a cached one; `/kept` is
`ok` that a proxy may keep, so that asking for it over and over asks the proxy alone.
Standard library only: it runs as `python -I -S origin.py …` in the client's namespace.
"""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_MOST_AT_ONCE = 64


class Pages(BaseHTTPRequestHandler):
    """The pages."""

    protocol_version = "HTTP/1.1"
    timeout = 10  # seconds that an idle connection may stay

    def do_GET(self) -> None:
        """Answer a page; but for one none may be cached, so that each fetch shows that the whole way works."""
        number = self.path.removeprefix("/numbered/")
        if self.path in {"/", "/ping"}:
            self._answer(200, "ok\n")
        elif self.path == "/kept":
            self._answer(200, "ok\n", cached="max-age=86400")
        elif number != self.path and number.isascii() and number.isdigit():
            self._answer(200, f"{number}\n")
        else:
            self._answer(404, "no such page\n")

    def do_HEAD(self) -> None:
        """Answer as to GET, without the page."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing: the log would only grow."""

    def _answer(self, code: int, text: str, *, cached: str = "no-store") -> None:
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", cached)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A thread per connection, and only so many at once; others wait in the backlog."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Pages)
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)

    def process_request(self, request: object, client_address: object) -> None:
        """Take the connection when there is a place."""
        self._places.acquire()
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Serve the connection and give the place back."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._places.release()


if __name__ == "__main__":
    Server((sys.argv[1], int(sys.argv[2]))).serve_forever()
