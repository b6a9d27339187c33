"""A probe's question as the spec writes it, read as hakit's agent will read it.

No name server may decide about a failover: hosts are IP addresses or `localhost`.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from hakit.model import CommandQuestion, HttpQuestion, Question, TcpQuestion, UnixQuestion

WAYS = ("tcp", "http", "unix", "command")
_SOCKET_BYTES = 107  # of a path in a sockaddr_un: unix(7), sun_path, less the end
_HIGHEST_PORT = 65535
_URL = re.compile(r"(https?)://(\[[^\]]*\]|[^/:?#\[\]]*)(:\d+)?(/.*)?")


def read(way: str, value: object) -> Question | None:  # noqa: PLR0911 - one way per form
    """Return the question; None for a value of the wrong type, which is the schema's business.

    Raises ValueError, with what is wrong in words.
    """
    match way, value:
        case "tcp", int() if not isinstance(value, bool):
            return TcpQuestion(value)
        case "tcp", str():
            return _tcp(value)
        case "http", str():
            return _http({"url": value})
        case "http", dict():
            return _http(value)
        case "unix", str():
            return _unix(value)
        case "command", str():
            return _command([value])
        case "command", list() if value and all(isinstance(word, str) for word in value):
            return _command(value)
        case _:
            return None


def address(question: Question) -> IPv4Address | IPv6Address | None:
    """Return the address that is asked; None for the host itself and for what has none."""
    match question:
        case TcpQuestion():
            return question.address
        case HttpQuestion():
            found = _URL.fullmatch(question.url)
            return _host(found[2].strip("[]")) if found else None
        case _:
            return None


def _tcp(text: str) -> TcpQuestion:
    host, colon, port = text.rpartition(":")
    number = _port(port)
    if not colon:
        return TcpQuestion(number)
    bracketed = host.startswith("[") and host.endswith("]")
    if ":" in host and not bracketed:
        raise ValueError("an IPv6 address stands in brackets before its port")
    return TcpQuestion(number, _host(host[1:-1] if bracketed else host))


def _http(part: dict[str, object]) -> HttpQuestion | None:
    url, status = part.get("url"), part.get("status", HttpQuestion("").status)
    text, host = part.get("text", ""), part.get("host", "")
    if not (isinstance(url, str) and isinstance(status, int) and isinstance(text, str) and isinstance(host, str)):
        return None
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("in a URL odd characters are written as %XX")
    found = _URL.fullmatch(url)
    if not found:
        raise ValueError("a URL looks like http://ADDRESS:PORT/PATH")
    _host(found[2].strip("[]"))
    if found[3]:
        _port(found[3][1:])
    return HttpQuestion(url, status, _plain(text), _plain(host))


def _unix(text: str) -> UnixQuestion:
    if not _plain(text).startswith("/"):
        raise ValueError("a socket's path is absolute")
    if len(text.encode()) > _SOCKET_BYTES:
        raise ValueError(f"a socket's path has {_SOCKET_BYTES} bytes at most")
    return UnixQuestion(text)


def _command(words: list[str]) -> CommandQuestion:
    for word in words:
        _plain(word)
    if not words[0].startswith("/"):
        raise ValueError("a command begins with the absolute path of its program")
    if " " in words[0] and len(words) == 1:
        raise ValueError("a program with arguments is written as a list")
    return CommandQuestion(tuple(words))


def _plain(text: str) -> str:
    # Neither XML 1.0 nor the agent takes others.
    if not text.isprintable():
        raise ValueError("it holds a line break or another character that can't be printed")
    return text


def _host(text: str) -> IPv4Address | IPv6Address | None:
    if text == "localhost":
        return None
    try:
        return ip_address(text)
    except ValueError:
        raise ValueError(f"the host is an IP address or localhost, not {text!r}") from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _HIGHEST_PORT):
        raise ValueError(f"{text!r} is no port: they go from 1 to {_HIGHEST_PORT}")
    return int(text)
