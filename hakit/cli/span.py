"""A time span as an option."""

from __future__ import annotations

import re
from datetime import timedelta

import click

_SPAN = re.compile(r"(?=\d)(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m(?:in)?)?\s*(?:(\d+)s)?")


class Span(click.ParamType[timedelta]):
    """A time span like `2h`, `90m` or `1d12h`."""

    name = "span"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Turn the text into a span; click says what is wrong with it."""
        if isinstance(value, timedelta):
            return value
        match = _SPAN.fullmatch(value.strip())
        days, hours, minutes, seconds = (int(number or 0) for number in match.groups()) if match else (0, 0, 0, 0)
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if not span:
            self.fail(f"{value!r} is no time span; say it like 2h, 90m or 1d12h", param, ctx)
        return span
