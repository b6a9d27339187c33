"""hakit reads a corosync.conf as Corosync does: what one refuses for its form, the other refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from hakit.core import HakitError
from hakit.model import sections
from tests.tools.conftest import Tools

CONF = (Path(__file__).parents[1] / "cases/render/squid/corosync.conf").read_text()

FORMS = {
    "as rendered": CONF,
    "carriage returns": CONF.replace("\n", "\r\n"),
    "tabs": CONF.replace("    ", "\t"),
    "no blank before a brace": CONF.replace(" {", "{"),
    "blanks behind a brace": CONF.replace("}\n", "} \t\n"),
    "a colon behind a name": CONF.replace("logging {", "logging: {"),
    "no newline at the end": CONF.rstrip("\n"),
    "a section twice": f"{CONF}totem {{\ntoken: 1500\n}}\n",
    "a brace closing in a value": CONF.replace("squidha", "squidha }"),
    "a brace opening in a value": CONF.replace("squidha", "squid{ha"),
    "text behind an opening brace": CONF.replace("{\n", "{ # x\n", 1),
    "text behind a closing brace": CONF.replace("}\n", "} # x\n", 1),
    "all on one line": f"{CONF}foo {{ }}\n",
    "no colon": CONF.replace("timestamp: on", "timestamp on"),
    "no name": CONF.replace("totem {", "{"),
    "a brace too few": CONF.rstrip().removesuffix("}"),
    "a brace too many": f"{CONF}}}\n",
}


def parses(text: str) -> bool:
    try:
        sections.parse(text)
    except HakitError:
        return False
    return True


@pytest.mark.parametrize("form", FORMS)
def test_both_take_or_refuse_the_same_form(tools: Tools, form: str) -> None:
    (tools.files / "corosync.conf").write_bytes(FORMS[form].encode())
    done = tools.run("corosync", "-t", "-c", "/mnt/corosync.conf")
    assert (done.returncode == 0) == parses(FORMS[form]), done.stderr
