"""A finding: something seen in a file or on a host, with a code, a place and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Severity(StrEnum):
    """How much a finding weighs: an error stops bootstrap, a warning is shown, a note is for the curious."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Base of all findings. Each kind is a frozen subclass with its own `code`, fields and words.

    Tests compare kinds and fields, never wording. Codes are `HK1xx` for the spec file and `HK2xx` for hosts,
    `HK3xx` for a running cluster, `HK4xx` for one that is imported; one file per topic holds the classes. `hakit explain` and the manual's page of
    findings are made from the first line of the docstring (what it means), `matters`, `cure` and `see`.
    """

    code: ClassVar[str] = ""
    severity: ClassVar[Severity] = Severity.ERROR
    matters: ClassVar[str] = ""
    """Why anybody should care, in a sentence or two."""
    cure: ClassVar[str] = ""
    """What to do about it in general; empty where `remedy` says it whatever the fields are."""
    see: ClassVar[str] = ""
    """Where that is written: manual pages, standards, decisions; empty where it is plain."""

    def text(self) -> str:
        """Say in one line what is so."""
        raise AssertionError(type(self))

    def remedy(self) -> str:
        """Say in one line what to do about it; empty when the text says it."""
        return ""
