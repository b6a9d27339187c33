"""Whom an alert tells, read as the agent will take it. All raise ValueError, in words that hold no secret."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from hakit.core import Secret

# What stands before the @ is RFC 5322's dot-atom; a name alone is a mailbox of the node. No option of sendmail's.
_MAIL = re.compile(r"(?!-)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+(@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)?")


def command(value: object) -> tuple[str, ...]:
    """Return the program and its arguments; none for a value of the wrong type, which is the schema's business."""
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        return ()
    if not all(word.isprintable() for word in words):
        raise ValueError("it holds a line break or another character that can't be printed")
    if not words[0].startswith("/"):
        raise ValueError("a command begins with the absolute path of its program")
    if " " in words[0] and len(words) == 1:
        raise ValueError("a program with arguments is written as a list")
    return tuple(words)


def mail(text: str) -> str:
    """Return the address."""
    if not _MAIL.fullmatch(text):
        raise ValueError("a mail address looks like ops@example.org, and is one only")
    return text


def webhook(text: str) -> Secret:
    """Return the URL."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("in a URL odd characters are written as %XX")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("a URL looks like https://HOST:PORT/PATH") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise ValueError("a webhook is told by http or https: https://HOST:PORT/PATH")
    if parts.username is not None:
        raise ValueError("a name and a password before the host would not be sent")
    if parts.fragment:
        raise ValueError("what is behind # would not be sent")
    return Secret(text)
