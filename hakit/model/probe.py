"""How the agent finds out whether a service answers: one question, and when its failure counts."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from hakit.model.timing import PROFILE, PROFILES

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class TcpQuestion:
    """Is a connection accepted? `address` is None for this host itself: 127.0.0.1, then ::1."""

    port: int
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class HttpQuestion:
    """Does the URL answer with this status and text? `host` is the site to ask for, by default that of the URL."""

    url: str
    status: int = 200
    text: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class UnixQuestion:
    """Does the Unix socket accept connections?"""

    path: str


@dataclass(frozen=True, slots=True)
class CommandQuestion:
    """Does the program end with exit code 0? Its path and arguments; no shell runs it."""

    argv: tuple[str, ...]


Question = TcpQuestion | HttpQuestion | UnixQuestion | CommandQuestion


@dataclass(frozen=True, slots=True)
class Probe:
    """A question. `timeout` and `start_timeout` are seconds, `failures` how many in a row count as one.

    The timeout is that of the usual timing. Why these numbers: docs/decisions/0043-timing.md
    """

    question: Question
    timeout: int = PROFILES[PROFILE].probe_timeout
    failures: int = 3
    start_timeout: int = 30


def asked(question: Question) -> dict[str, str]:
    """Say the question as parameters of ocf:hakit:quickservice."""
    match question:
        case TcpQuestion(port, None):
            return {"probe_tcp": str(port)}
        case TcpQuestion(port, IPv6Address() as address):
            return {"probe_tcp": f"[{address}]:{port}"}
        case TcpQuestion(port, address):
            return {"probe_tcp": f"{address}:{port}"}
        case HttpQuestion():
            said = {"probe_http": question.url, "probe_http_status": str(question.status)}
            said |= {"probe_http_text": question.text} if question.text else {}
            return said | ({"probe_http_host": question.host} if question.host else {})
        case UnixQuestion(path):
            return {"probe_unix": path}
        case CommandQuestion(argv):
            return {"probe_command": shlex.join(argv)}
