"""validate-all: the parameters on any host; from check level 10 on what this host has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Box

OK, INSTALLED, CONFIGURED = 0, 5, 6


@pytest.mark.parametrize("unit", ["t-missing", "t-masked", "t-bad", "t-oneshot", "t-manualstop"])
def test_what_this_host_lacks_shows_only_at_level_ten(box: Box, unit: str) -> None:
    assert box.agent("validate-all", unit).code == OK
    done = box.agent("validate-all", unit, OCF_CHECK_LEVEL="10")
    assert (done.code, unit in done.reason) == (INSTALLED, True)


def test_what_makes_an_unusual_unit_usual(box: Box) -> None:
    assert box.agent("validate-all", "t-oneshot", OCF_CHECK_LEVEL="10", monitor_unit="no").code == OK
    assert box.agent("validate-all", "t-missing", OCF_CHECK_LEVEL="10", unit_file_shared="yes").code == OK


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("t-boot", "enabled at boot"),
        ("t-restart", "Restart=always; it is switched off"),
        ("t-sock", "is started by t-sock.socket"),
        ("t-tick", "is started by t-tick.timer"),
        ("t-leftover", "KillMode=process"),
    ],
)
def test_what_is_worth_knowing(box: Box, unit: str, words: str) -> None:
    box.sh("systemctl enable t-boot 2>/dev/null; systemctl start t-tick.timer")  # a trigger shows once it is loaded
    try:
        done = box.agent("validate-all", unit, OCF_CHECK_LEVEL="10")
        assert (done.code, words in done.said) == (OK, True), done
    finally:
        box.sh("systemctl disable t-boot 2>/dev/null")


def test_a_unit_whose_file_changed(box: Box) -> None:
    box.sh("systemctl start t-simple; echo '# changed' >> /etc/systemd/system/t-simple.service")
    try:
        assert "daemon-reload" in box.agent("validate-all", "t-simple", OCF_CHECK_LEVEL="10").said
    finally:
        box.sh("sed -i '/# changed/d' /etc/systemd/system/t-simple.service; systemctl daemon-reload")


def test_it_says_so_in_the_log_with_the_resources_name(box: Box) -> None:
    box.agent("start", "t-noexec", OCF_RESOURCE_INSTANCE="web")
    said = box.sh("journalctl --no-pager --lines=20 --output=cat --identifier='quickservice(web)'")
    assert "ERROR: start: t-noexec.service failed: exit status 203" in said
