"""`hakit volume` where there is nothing to tell."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from hakit.cli.volume import volume
from hakit.core import HakitError

SPEC = str(Path(__file__).parents[3] / "examples" / "squid.yaml")


def test_without_a_volume_no_host_is_asked() -> None:
    done = CliRunner().invoke(volume, ["status", "--spec", SPEC])
    assert isinstance(done.exception, HakitError)
    assert done.exception.message == "no service of the spec has a volume"


def test_of_a_service_without_one_it_says_which_have_one() -> None:
    spec = str(Path(__file__).parents[3] / "examples" / "squid-volume.yaml")
    done = CliRunner().invoke(volume, ["status", "sqiud", "--spec", spec])
    assert isinstance(done.exception, HakitError)
    assert "sqiud" in done.exception.message
    assert "squid" in (done.exception.hint or "")
