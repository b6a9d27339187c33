"""The examples of docs/protect-any-service.md, taken from the page."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

PAGE = Path(__file__).parents[2] / "docs/protect-any-service.md"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A section of the page: its files by path, its command lines, and its part of a spec."""

    title: str
    files: dict[str, str]
    pcs: tuple[str, ...]
    crm: tuple[str, ...]
    services: dict[str, dict[str, object]]

    @property
    def resource(self) -> str:
        return self.pcs[3]

    @property
    def unit(self) -> str:
        (service,) = self.services.values()
        return str(service["unit"])


def examples() -> list[Example]:
    """Return every section of the page that creates a resource."""
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    return [_example(section) for section in sections if "```sh\npcs resource create" in section]


def _example(section: str) -> Example:
    files: dict[str, str] = {}
    lines: list[str] = []
    services: dict[str, dict[str, object]] = {}
    for language, text in _FENCE.findall(section):
        if language in {"ini", "text"}:
            files[text.partition("\n")[0].removeprefix("# ")] = text
        elif language == "sh":
            lines += text.splitlines()
        elif language == "yaml":
            services |= YAML(typ="safe", pure=True).load(text)["services"]
    pcs, crm = (tuple(shlex.split(line)) for line in lines)
    assert (pcs[:3], crm[:3]) == (("pcs", "resource", "create"), ("crm", "configure", "primitive"))
    return Example(section.partition("\n")[0], files, pcs, crm, services)
