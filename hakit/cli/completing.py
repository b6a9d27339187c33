"""What the shell offers at Tab: names out of the spec file, codes of findings, nodes of a lab. Always quick, never loud.

A Tab starts hakit anew, so nothing here loads the schema; and what can't be read offers nothing, without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from hakit.cli.arguments import DEFAULT_SPEC

_KIND = re.compile(
    r'^class \w+\(.*\):\n    """(.*?)\.?(?:"""|\n)(?:.|\n(?!class ))*?^    code = "(HK\d{3})"$', re.MULTILINE
)
_FINDINGS = ("spec", "plan", "author", "apply")


def services(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the services of the spec file."""
    del param
    return _some(_names(ctx, "services"), incomplete)


def nodes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the nodes of the spec file."""
    del param
    return _some(_names(ctx, "nodes"), incomplete)


def codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the codes of findings with their meaning, read from the source: loading all rooms takes a second."""
    del ctx, param
    texts = (text for room in _FINDINGS for text in _sources(resources.files("hakit").joinpath(room)))
    found = {code: meaning for text in texts for meaning, code in _KIND.findall(text)}
    return [CompletionItem(code, help=found[code]) for code in sorted(found) if code.startswith(incomplete.upper())]


def lab_nodes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the nodes of the lab that is named, and its client."""
    del param
    from hakit.core import HakitError  # noqa: PLC0415 - needed only here
    from hakit.lab import layout  # noqa: PLC0415 - likewise
    from hakit.lab.lab import Lab  # noqa: PLC0415 - likewise

    try:
        lab = Lab.open(ctx.params.get("name") or "lab", ctx.params.get("folder"))
    except (HakitError, OSError):
        return []
    return _some((layout.CLIENT, *(node.name for node in lab.nodes)), incomplete)


def _names(ctx: click.Context, part: str) -> tuple[str, ...]:
    from hakit.spec import source  # noqa: PLC0415 - loads the YAML library

    data = source.load(Path(ctx.params.get("spec") or DEFAULT_SPEC)).data
    named = data.get(part) if isinstance(data, dict) else None
    return tuple(name for name in named if isinstance(name, str)) if isinstance(named, dict) else ()


def _some(names: tuple[str, ...], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _sources(folder: Traversable) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith(".py"):
            yield entry.read_text(encoding="utf-8")
