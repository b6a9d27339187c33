"""A web server whose behaviour a file decides: /run/t-web.mode holds ok, error, slow or late."""

import pathlib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODE = pathlib.Path("/run/t-web.mode")
UNIX = pathlib.Path("/run/t-web.sock")


def mode() -> str:
    return MODE.read_text().strip() if MODE.exists() else "ok"


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if mode() == "slow":
            time.sleep(3)  # noqa: TID251 - a server being slow
        self.send_response(500 if mode() == "error" else 200)
        self.end_headers()
        self.wfile.write(f"hello from {self.headers['Host']}{self.path}\n".encode())


if mode() == "late":
    time.sleep(2)  # noqa: TID251 - a server being slow
UNIX.unlink(missing_ok=True)
unix = socket.socket(socket.AF_UNIX)
unix.bind(str(UNIX))
unix.listen()
threading.Thread(target=lambda: [unix.accept()[0].close() for _ in iter(int, 1)], daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", 8080), Page).serve_forever()
