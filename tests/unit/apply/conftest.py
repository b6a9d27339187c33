"""Tests that hold for either tool ask for `each_tool`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.plan import running


@pytest.fixture(params=["0.11", "crm"])
def each_tool(request: pytest.FixtureRequest) -> Iterator[str]:
    """Let `running.hosts` have pcs of 0.11, then crm alone."""
    running.generation = request.param
    yield request.param
    running.generation = "0.11"
