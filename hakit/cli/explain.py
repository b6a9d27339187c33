"""`hakit explain`: what a finding's code means."""

from __future__ import annotations

import dataclasses
import difflib
import json
import shutil

import click

from hakit.cli import catalogue, completing
from hakit.cli.arguments import json_option
from hakit.cli.catalogue import Explanation
from hakit.core import ExitCode, HakitError

_WIDEST = 100  # characters; longer lines are hard to read
_INDENT = "        "


@click.command()
@click.argument("code", required=False, shell_complete=completing.codes)
@json_option
def explain(code: str | None, *, as_json: bool) -> None:
    """Say what a finding's code (HKnnn) means, why it matters and what to do.

    Without a code, all of them are listed. Words in capitals stand for what a finding fills in.
    """
    known = catalogue.explanations()
    if code is None:
        click.echo(_json([dataclasses.asdict(each) for each in known]) if as_json else _listed(known))
        return
    one = _named(code, known)
    click.echo(_json(dataclasses.asdict(one)) if as_json else told(one))


def told(one: Explanation) -> str:
    """Tell all of one code, for a terminal."""
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    parts = [f"{click.style(f'{one.code} ({one.severity})', bold=True)}  {one.text.partition(chr(10))[0]}"]
    said = (("Means", one.meaning), ("Matters", one.matters), ("Do", one.cure), ("Source", source(one)))
    for heading, text in said:
        first = f"{heading:<{len(_INDENT)}}"
        wrapped = click.wrap_text(text, width, initial_indent=first, subsequent_indent=_INDENT)
        parts.append(click.style(wrapped[: len(heading)], bold=True) + wrapped[len(heading) :])
    return "\n".join(parts)


def source(one: Explanation) -> str:
    """Say what the judgement rests on, and which module makes it."""
    return f"{one.see}; {one.where}" if one.see else one.where


def _named(code: str, known: tuple[Explanation, ...]) -> Explanation:
    wanted = code.upper() if code.upper().startswith("HK") else f"HK{code}"
    for each in known:
        if each.code == wanted:
            return each
    codes = [each.code for each in known]
    alike = [code for code in codes if code.startswith(wanted)] or difflib.get_close_matches(wanted, codes, n=3)
    hint = f"did you mean {' or '.join(alike)}? " if alike else ""
    raise HakitError(f"no finding has the code {code}", hint=f"{hint}hakit explain lists all", code=ExitCode.USAGE)


def _listed(known: tuple[Explanation, ...]) -> str:
    return "\n".join(f"{each.code}  {each.severity:<8}{each.meaning}" for each in known)


def _json(answer: object) -> str:
    return json.dumps(answer, indent=2, ensure_ascii=False)
