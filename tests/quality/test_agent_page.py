"""The manual's page of each resource agent is made from the agent's own metadata."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hakit.apply import agent
from hakit.observe.agent_metadata import AdvisedAction, Parameter

PAGES = Path(__file__).parents[2] / "docs"
MADE = "<!-- Made from agents/{}: pytest tests/quality/test_agent_page.py --update-cases -->"
# The parameters and the rest of a line for pcs and crm; and who else installs the agent.
USED = {
    "quickservice": ("unit=nginx.service probe_http=http://127.0.0.1/", "", "services with `agent: quickservice`"),
    "vip": (
        "ip=192.168.233.200 cidr_netmask=24 nic=eth0",
        "",
        "addresses with `agent: vip`, which those of services with `agent: quickservice` or a `volume:` have",
    ),
    "mount": ("device=/dev/drbd0 directory=/srv/data fstype=ext4", "", "services with a `volume:`"),
    "pathguard": ("network=192.168.233.0/24 targets=192.168.233.1", "clone", "clusters with a `guard:`"),
}


def example(name: str) -> str:
    parameters, clone, _ = USED[name]
    lines = [
        f"pcs resource create web ocf:hakit:{name} {parameters} {clone}".rstrip(),
        f"crm configure primitive web ocf:hakit:{name} params {parameters}",
        *(["crm configure clone web-clone web"] if clone else []),
    ]
    return "\n".join(("```sh", *lines, "```"))


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


def page(name: str) -> str:
    known = agent.metadata(name)
    own = "" if name == agent.NAMES[0] else f" --agent {name}"
    parts = [
        f"# ocf:hakit:{known.name}\n",
        f"{MADE.format(name)}\n",
        f"{known.short}. Version {known.version}.\n",
        f"{plain(known.long)}\n",
        f"{example(name)}\n",
        f"`hakit agent install{own}` puts it on hosts; hakit itself does so for {USED[name][2]}.\n",
        "## Parameters\n",
        *map(parameter, known.parameters),
        "## Operations\n",
        "What is advised for each operation:\n",
        "\n".join(("| operation | timeout | interval |", "|---|---|---|", *map(action, known.actions))) + "\n",
    ]
    return "\n".join(parts)


@pytest.mark.parametrize("name", agent.NAMES)
def test_the_page_of_an_agent_is_its_metadata(name: str, same_as_file: Callable[[str, Path], None]) -> None:
    same_as_file(page(name), PAGES / f"{name}.md")
