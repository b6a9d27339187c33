"""What the schema describes and hakit doesn't do is refused by name; at present there is nothing of the kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from hakit.spec import check
from hakit.spec.rules import unsupported

SPEC = Path(__file__).parents[2] / "cases/faults/sbd-is-fine/spec.yaml"


def test_a_key_and_a_value_that_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsupported, "LATER", (("services", "*", "vip"),))
    monkeypatch.setattr(unsupported, "LATER_VALUES", ((("fencing", "sbd", "timeout"), 10),))
    faults = check(SPEC)[1]
    assert [(fault.code, fault.place.path) for fault in faults] == [
        ("HK115", "fencing.sbd.timeout"),
        ("HK115", "services.squid.vip"),
    ]
