"""The manual builds without a warning, and what it shows is so."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click
import pytest

from hakit import spec
from hakit.apply import agent
from hakit.cli import catalogue
from hakit.cli.main import COMMANDS, hakit
from hakit.core import ExitCode
from hakit.model import AlertEvent

Tool = Callable[..., str]
ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEYS_FROM = "<!-- The lists below"
# What can be run here and now: it needs no cluster, asks nothing and changes nothing.
HARMLESS = ("hakit check", "hakit render-", "hakit import --", "hakit schema", "hakit --help", "hakit --version")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    pages = [*ROOT.glob("*.md"), *(page for page in ROOT.glob("docs/**/*.md") if "_build" not in page.parts)]
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2])
        for page in sorted(pages)
        for text in [page.read_text()]
        for found in FENCE.finditer(text)
        if found[1] in languages
    ]


def told() -> Iterator[tuple[Block, str, str]]:
    """Give each command that a page tells the reader to type, with the output shown below it."""
    for block in blocks("sh", "console"):
        command, output = "", ""
        for line in block.text.splitlines():
            if block.language == "sh":
                yield block, line, ""
            elif line.startswith("$ "):
                if command:
                    yield block, command, output
                command, output = line.removeprefix("$ "), ""
            else:
                output += line + "\n"
        if command:
            yield block, command, output


@pytest.mark.parametrize("builder", ["html", "man"])
def test_the_manual_builds(tool: Tool, tmp_path: Path, builder: str) -> None:
    out = tmp_path / builder
    tool("sphinx-build", "-W", "-n", "-q", "-b", builder, "-d", str(tmp_path / "trees"), "docs", str(out))
    if builder == "html":
        assert (out / "index.html").stat().st_size > 1000
    else:
        page = (out / "hakit.1").read_text()
        assert [name for name in COMMANDS if name.replace("-", r"\-") not in page and name not in page] == []
        assert ".. click" not in page
        assert "services.NAME.vip" in (out / "hakit.yaml.5").read_text()
        parameters = (out / "ocf_hakit_quickservice.7").read_text()
        assert [one.name for one in agent.metadata("quickservice").parameters if one.name not in parameters] == []
        alerts = (out / "hakit-alerts.7").read_text()
        assert [event for event in AlertEvent if event.replace("-", r"\-") not in alerts] == []
        findings = (out / "hakit-findings.7").read_text()
        assert [one.code for one in catalogue.explanations() if one.code not in findings] == []


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_a_spec_that_is_shown_has_no_fault(block: Block, tmp_path: Path) -> None:
    """A whole spec as it is; a part in place of the same part of the example."""
    shown, _, _ = block.text.partition(":")
    whole = block.text
    if not re.search(r"^cluster:", whole, re.MULTILINE):
        example = (ROOT / "examples/squid.yaml").read_text()
        parts = re.split(r"^(?=\w)", example, flags=re.MULTILINE)
        whole = "".join(part for part in parts if not part.startswith(f"{shown}:")) + block.text
    file = tmp_path / "hakit.yaml"
    file.write_text(whole)
    cluster, faults = spec.check(file)
    assert [str(fault) for fault in faults] == []
    assert cluster is not None


@pytest.mark.parametrize(
    ("block", "command", "output"), [t for t in told() if t[2] and t[1].startswith(HARMLESS)], ids=str
)
def test_output_that_is_shown_is_what_comes(block: Block, command: str, output: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(ROOT / "examples/squid.yaml", tmp_path / "hakit.yaml")
    argv = shlex.split(command, comments=True)
    argv[0] = str(Path(sys.executable).with_name("hakit"))
    done = subprocess.run(
        argv, cwd=tmp_path, env={**os.environ, "COLUMNS": "120"}, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert doctest.OutputChecker().check_output(output, done.stdout, doctest.ELLIPSIS), f"{block}\n{done.stdout}"


@pytest.mark.parametrize(
    ("block", "command"), [(b, c) for b, c, _ in told() if c.startswith(("hakit ", "make "))], ids=str
)
def test_a_command_that_is_told_exists_with_its_options(block: Block, command: str) -> None:
    name, *rest = shlex.split(command, comments=True)
    if name == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert rest[0] in targets, block
        return
    if rest in (["--help"], ["--version"]):
        return
    one: click.Command | None = hakit.get_command(click.Context(hakit), rest.pop(0))
    if isinstance(one, click.Group):
        one = one.get_command(click.Context(one), rest.pop(0))
    assert one is not None, block
    if one.name == "shell":
        return  # what follows is the other machine's command
    # Parsing runs the options' own checks, for which the files have to be there: ask for the names only.
    known = {option for param in one.params if isinstance(param, click.Option) for option in param.opts}
    assert {word for word in rest if word.startswith("--")} <= known, block


def test_the_table_of_exit_codes() -> None:
    table = (ROOT / "docs/exit-codes.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", table, re.MULTILINE)
    assert rows[:-1] == [(str(int(code)), code.meaning) for code in ExitCode]
    assert rows[-1][0] == "130"


def keys() -> str:
    """Make the manual's list of keys from the schema; lists can be read as HTML, as a man page and as they are."""
    text = ""
    for top, group in groupby(spec.reference(), key=lambda entry: entry.path.partition(".")[0]):
        text += f"### {top}\n\n"
        for entry in group:
            default = f", default `{entry.default}`" if entry.default else ""
            mark = "" if entry.supported else ", *not yet*"
            meaning = entry.description.removesuffix("Not supported yet.").strip()
            text += f"- `{entry.path}` ({entry.type}{default}{mark}): {meaning}\n"
        text += "\n"
    return text.rstrip() + "\n"


def test_the_list_of_keys_is_the_schema(same_as_file: Callable[[str, Path], None]) -> None:
    page = ROOT / "docs/spec.md"
    head, mark, rest = page.read_text().partition(KEYS_FROM)
    assert mark
    same_as_file(f"{head}{mark}{rest.partition(chr(10))[0]}\n\n{keys()}", page)


def test_every_key_has_a_description() -> None:
    entries = spec.reference()
    assert len(entries) > 50
    assert [entry.path for entry in entries if not entry.description.removeprefix("Not supported yet.").strip()] == []


def test_the_examples_of_the_readmes_and_the_manual_are_the_example() -> None:
    example = (ROOT / "examples/squid.yaml").read_text()
    for page in ("README.md", "docs/spec.md"):
        assert f"```yaml\n{example}```" in (ROOT / page).read_text(), page


def test_links_between_files_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    links = [
        (page, link.partition("#")[0])
        for page in pages
        if "_build" not in page.parts
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text())
        if not link.startswith(("http", "#"))
    ]
    assert len(links) > 10
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []
