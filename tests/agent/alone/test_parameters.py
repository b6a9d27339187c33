"""Parameters: read as systemd and people would, refused with words; the metadata says the same."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

AGENT = Path(__file__).parents[3] / "agents/quickservice"

if TYPE_CHECKING:
    from conftest import Stage

OK, UNIMPLEMENTED, CONFIGURED = 0, 3, 6

GOOD = [
    {"unit": "nginx"},
    {"unit": "openvpn@office.service"},
    {"unit": "a\\x2db.mount"},
    {"unit": "x.y"},
    {"unit": "a" * 247 + ".service"},
    {"unit": "a", "probe_tcp": "80"},
    {"unit": "a", "down_attribute": "hakit-down-a"},
    {"unit": "a", "probe_tcp": "127.0.0.1:65535"},
    {"unit": "a", "probe_tcp": "[::1]:80"},
    {"unit": "a", "probe_http": "https://[fd00::1]:8443/x?y=z"},
    {"unit": "a", "probe_http": "http://localhost"},
    {"unit": "a", "probe_http_status": "200,301,4xx"},
    {"unit": "a", "probe_unix": "/run/x.sock"},
    {"unit": "a", "probe_command": "/bin/sh -c 'exit 0'"},
    {
        "unit": "a",
        "probe_timeout": "500ms",
        "probe_interval": "1.5",
        "probe_start_timeout": "2min",
        "stop_escalation": "0",
        "hung_escalation": "0",
    },
    {"unit": "a", "stop_signal": "SIGINT"},
    {"unit": "a", "stop_signal": "kill"},
    {"unit": "a", "monitor_unit": "False", "unit_file_shared": "ON", "watch": "0"},
]
BAD = [
    ({}, "name the unit"),
    ({"unit": "a b"}, "' ' is not allowed"),
    ({"unit": "a/b"}, "'/' is not allowed"),
    ({"unit": "qs-*"}, "'*' is not allowed"),
    ({"unit": "a;reboot"}, "';' is not allowed"),
    ({"unit": "ünit"}, "is not allowed"),
    ({"unit": "-x"}, "not a unit's name"),
    ({"unit": ".service"}, "not a unit's name"),
    ({"unit": "a" * 300}, "not a unit's name"),
    ({"unit": "foo@"}, "a template needs an instance: foo@NAME.service"),
    ({"unit": "dev-sda.device"}, "a device unit can't be started"),
    ({"unit": "a.scope"}, "a scope unit can't be started"),
    ({"probe_tcp": "http"}, "PORT or ADDRESS:PORT"),
    ({"probe_tcp": "0"}, "PORT or ADDRESS:PORT"),
    ({"probe_tcp": "70000"}, "PORT or ADDRESS:PORT"),
    ({"probe_tcp": "www.example.com:80"}, "must be an IP address"),
    ({"probe_tcp": ":80"}, "must be an IP address"),
    ({"probe_http": "www/"}, "wanted http://"),
    ({"probe_http": "ftp://127.0.0.1/"}, "wanted http://"),
    ({"probe_http": "http://example.com/"}, "must be an IP address"),
    ({"probe_http": "http://127.0.0.1/a b"}, "%XX"),
    ({"probe_http_status": "ok"}, "status codes"),
    ({"probe_http_host": "a\r\nX: y"}, "line breaks"),
    ({"probe_unix": "run/x"}, "absolute path"),
    ({"probe_unix": "/" + "x" * 107}, "absolute path"),
    ({"probe_command": "true"}, "absolute path"),
    ({"probe_command": "/bin/sh 'x"}, "closing quotation"),
    ({"probe_timeout": "soon"}, "not a time"),
    ({"probe_timeout": "0"}, "more than 0"),
    ({"probe_interval": "0s"}, "more than 0"),
    ({"probe_timeout": "-1"}, "not a time"),
    ({"probe_failures": "0"}, "from 1 to 1000"),
    ({"probe_failures": "many"}, "from 1 to 1000"),
    ({"monitor_unit": "perhaps"}, "yes or no"),
    ({"unit_file_shared": "2"}, "yes or no"),
    ({"stop_escalation": "later"}, "not a time"),
    ({"hung_escalation": "later"}, "not a time"),
    ({"stop_signal": "SIGSTOP"}, "wanted one of SIGTERM"),
    ({"stop_signal": "9"}, "wanted one of SIGTERM"),
    ({"start_window": "x"}, "not a time"),
    ({"watch": "always"}, "not a time"),
    ({"down_attribute": "-x"}, "not a name"),
]


@pytest.mark.parametrize("params", GOOD, ids=str)
def test_good_values(stage: Stage, params: dict[str, str]) -> None:
    assert stage.agent("validate-all", **params).code == OK
    assert stage.calls() == []  # level 0 asks nobody


@pytest.mark.parametrize(("params", "words"), BAD, ids=lambda value: str(value)[:40])
def test_bad_values(stage: Stage, params: dict[str, str], words: str) -> None:
    done = stage.agent("validate-all", **({"unit": "a"} | params if params else {}))
    assert (done.code, words.lower() in done.reason.lower()) == (CONFIGURED, True), done
    if params:
        assert next(iter(params)) in done.reason


def test_every_parameter_is_tried_above(stage: Stage) -> None:
    names = {item.get("name") for item in etree.fromstring(stage.agent("meta-data").out.encode()).iter("parameter")}
    assert names == {key for params in GOOD for key in params} | {key for params, _ in BAD for key in params} | {
        "probe_http_text"
    }


def test_meta_data_tells_a_stranger(stage: Stage) -> None:
    assert stage.agent("meta-data", alone=True) == stage.agent("meta-data")
    root = etree.fromstring(stage.agent("meta-data").out.encode())
    assert root.findtext("version") == "1.1"
    for item in root.iter("parameter"):
        assert len(item.findtext("longdesc", "").split()) >= 8, item.get("name")
        assert item.findtext("shortdesc")
        assert (item.get("reloadable") == "1") == (item.get("name") != "unit")
    unit = root.find(".//parameter[@name='unit']")
    assert unit is not None
    assert (unit.get("required"), unit.get("unique-group")) == ("1", "unit")
    timeouts = {item.get("name"): item.get("timeout", "") for item in root.iter("action")}
    assert {"start", "stop", "monitor", "reload-agent", "validate-all", "meta-data"} == set(timeouts)
    assert all(value.endswith("s") for value in timeouts.values())


def test_no_parameter_has_a_name_that_pacemaker_keeps_secret(stage: Stage) -> None:
    names = {item.get("name") for item in etree.fromstring(stage.agent("meta-data").out.encode()).iter("parameter")}
    assert not names & {"user", "password", "passwd"}


def test_calling_it_wrongly(stage: Stage) -> None:
    for alone in (False, True):
        assert stage.agent("promote", alone=alone).code == UNIMPLEMENTED
        assert "usage:" in stage.agent("", alone=alone).said
        assert stage.agent("validate-all", "more", "words", unit="a", alone=alone).code == OK


def test_it_imports_nothing_but_the_standard_library_and_little_of_that() -> None:
    tree = ast.parse(AGENT.read_text(), feature_version=(3, 9))
    at_import = {name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names}
    later = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names} - at_import
    assert at_import == {"_socket", "errno", "os", "select", "sys", "time"}
    assert later == {"shlex", "socket", "ssl"}
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))
    assert "shell=True" not in AGENT.read_text()
    assert "os.system" not in AGENT.read_text()
