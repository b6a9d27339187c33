"""Single values as a person writes them in YAML: plain where nothing else could be meant, else in double quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# A narrow choice of what YAML 1.2 takes for text without quotes, also within brackets.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./@-]*|\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?")
# Some are no text to YAML 1.2, the others none to 1.1, which editors still know.
_NO_TEXT = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])
_ESCAPED = {'"': '\\"', "\\": "\\\\"}
_LONGEST_SHORT_ESCAPE = 0xFFFF


def text(value: str) -> str:
    """Write a text on one line."""
    if _PLAIN.fullmatch(value) and value.lower() not in _NO_TEXT:
        return value
    return quoted(value)


def quoted(value: str) -> str:
    """Write a text in double quotes, on one line."""
    return '"' + "".join(_ESCAPED.get(sign) or (sign if sign.isprintable() else _escape(sign)) for sign in value) + '"'


def value(thing: object) -> str:
    """Write a text, number, yes or no, list or mapping on one line."""
    match thing:
        case bool():
            return "true" if thing else "false"
        case int():
            return str(thing)
        case str():
            return text(thing)
        case Mapping():
            return flow(thing) if thing else "{}"
        case Iterable():
            return f"[{', '.join(value(each) for each in thing)}]"
        case _:
            raise TypeError(thing)


def flow(pairs: Mapping[str, object]) -> str:
    """Write a mapping on one line."""
    return f"{{ {', '.join(f'{text(key)}: {value(each)}' for key, each in pairs.items())} }}"


def _escape(sign: str) -> str:
    number = ord(sign)
    return f"\\u{number:04x}" if number <= _LONGEST_SHORT_ESCAPE else f"\\U{number:08x}"
