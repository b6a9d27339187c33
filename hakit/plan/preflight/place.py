"""What all findings about hosts have in common."""

from __future__ import annotations

from dataclasses import dataclass

from hakit.core import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class OnHost(Finding):
    """A finding about one host: the one on which something is to be done."""

    host: str
