"""What the client asks through the virtual IP, and from where."""

from __future__ import annotations

import importlib.resources
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from hakit.core import HakitError, Runner
from hakit.model import HttpQuestion, Service, TcpQuestion
from hakit.observe import listening

_PROGRAM = importlib.resources.files("hakit.run").joinpath("asker.py").read_text()
EVERY = 0.05
PATIENCE = 0.5


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `request` is the text sent once connected, empty for a connection alone.

    `every` and `patience` are seconds: how often, and how long an answer may take.
    """

    address: str
    port: int
    request: str = ""
    status: int = 200
    words: str = ""
    every: float = EVERY
    patience: float = PATIENCE

    def program(self, seconds: float) -> str:
        """Give the program that asks for so many seconds at most."""
        fields = ("address", "port", "request", "status", "every", "patience")
        plan = {name: getattr(self, name) for name in fields} | {"seconds": seconds}
        return f"{_PROGRAM}\nmain({json.dumps(plan)!r})\n"


def port_of(service: Service, runner: Runner, active: str) -> int:
    """Take the port of the spec's probe, else the lowest at which the unit listens for the VIP. Raises HakitError."""
    address = service.vip.interface.ip if service.vip else None
    match service.probe.question if service.probe else None:
        case TcpQuestion(port, None):
            return port
        case TcpQuestion(port, probed) if probed == address:
            return port
        case HttpQuestion(url=url):
            parts = urlsplit(url)
            return parts.port or (443 if parts.scheme == "https" else 80)
        case _:
            outcomes = runner.batch(active, listening.ACTIONS, keep_going=True)
            found = listening.read(outcomes, service.unit, str(address))
    if not found:
        raise HakitError(f"{service.unit} listens on no TCP port of {address}", hint="name one: --port")
    return found[0]


def of(address: str, port: int, url: str = "") -> Question:
    """Make the question: a connection; with a URL of that address a page; with any other URL that page, by it as a proxy."""
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    if not url:
        return Question(address, port, words=f"a TCP connection to {where}")
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise HakitError(f"{url!r} can't be asked for; say it like http://HOST/PATH")
    direct = parts.hostname == address
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "") if direct else url
    request = f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    words = f"{url} from {where}" if direct else f"{url} through the proxy {where}"
    return Question(address, parts.port or 80 if direct else port, request, words=words)
