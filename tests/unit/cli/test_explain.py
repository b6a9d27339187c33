"""`hakit explain`: one code, all codes, a code that is none."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from hakit.cli import catalogue
from hakit.cli.explain import explain
from hakit.core import ExitCode, HakitError
from hakit.plan.preflight.ports import RingCut


@pytest.mark.parametrize("written", ["HK250", "hk250", "250"])
def test_a_code_is_told_with_all_that_is_known_of_it(written: str) -> None:
    done = CliRunner().invoke(explain, [written], env={"COLUMNS": "500"})
    assert done.exit_code == 0
    assert done.output.startswith("HK250 (error)")
    words = " ".join(done.output.split())
    assert RingCut.matters in words and RingCut.see in words and "hakit.plan.preflight.ports" in words
    assert "RING" in words and "PEER" in words


def test_without_a_code_all_are_listed() -> None:
    lines = CliRunner().invoke(explain, []).output.splitlines()
    assert [line[:5] for line in lines] == [kind.code for kind in catalogue.kinds()]


def test_programs_get_one_object_or_a_list() -> None:
    one = json.loads(CliRunner().invoke(explain, ["HK250", "--json"]).output)
    assert (one["code"], one["kind"], one["severity"]) == ("HK250", "RingCut", "error")
    everything = json.loads(CliRunner().invoke(explain, ["--json"]).output)
    assert one in everything and len(everything) == len(catalogue.kinds())


@pytest.mark.parametrize(("written", "meant"), [("HK2500", "HK250"), ("HK25", "HK250"), ("nonsense", "")])
def test_an_unknown_code_suggests(written: str, meant: str) -> None:
    with pytest.raises(HakitError) as refused:
        CliRunner().invoke(explain, [written], catch_exceptions=False)
    assert refused.value.code is ExitCode.USAGE
    assert (f"did you mean {meant}" in refused.value.hint) == bool(meant)
    assert "hakit explain lists all" in refused.value.hint
