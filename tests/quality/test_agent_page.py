"""The manual's page of the resource agent is made from the agent's own metadata."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hakit.apply import agent
from hakit.observe.agent_metadata import AdvisedAction, Parameter

PAGE = Path(__file__).parents[2] / "docs/quickservice.md"
MADE = "<!-- Made from agents/quickservice: pytest tests/quality/test_agent_page.py --update-cases -->"
EXAMPLE = """```sh
pcs resource create web ocf:hakit:quickservice unit=nginx.service probe_http=http://127.0.0.1/
crm configure primitive web ocf:hakit:quickservice params unit=nginx.service probe_http=http://127.0.0.1/
```"""


def parameter(one: Parameter) -> str:
    default = f", default `{one.default}`" if one.default else ""
    mark = ", required" if one.required else default
    change = "can be changed while the service runs" if one.reloadable else "a change restarts the service"
    return f"### {one.name}\n\n*{one.short}* ({one.type}{mark}; {change})\n\n{plain(one.long)}\n"


def plain(text: str) -> str:
    """Keep what a description holds from being read as Markdown."""
    for sign in "\\*_[]<>`":
        text = text.replace(sign, f"\\{sign}")
    return text


def action(one: AdvisedAction) -> str:
    return f"| {one.name} | {one.timeout} | {one.interval} |"


def page() -> str:
    known = agent.metadata()
    parts = [
        f"# ocf:hakit:{known.name}\n",
        f"{MADE}\n",
        f"{known.short}. Version {known.version}.\n",
        f"{plain(known.long)}\n",
        f"{EXAMPLE}\n",
        "`hakit agent install` puts it on hosts; hakit itself does so for services with `agent: quickservice`.\n",
        "## Parameters\n",
        *map(parameter, known.parameters),
        "## Operations\n",
        "What is advised for each operation:\n",
        "\n".join(("| operation | timeout | interval |", "|---|---|---|", *map(action, known.actions))) + "\n",
    ]
    return "\n".join(parts)


def test_the_page_of_the_agent_is_its_metadata(same_as_file: Callable[[str, Path], None]) -> None:
    same_as_file(page(), PAGE)
