"""What two bare nodes of each release really answered, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hakit.core import Outcome, shown
from hakit.model import Cluster
from hakit.observe.host import facts
from hakit.observe.host.facts import HostFacts
from tests.sample_clusters import cluster

RELEASES = ("bookworm", "trixie")
HERE = Path(__file__).parent / "captured"


def outcomes(release: str, host: str, wanted: Cluster) -> tuple[Outcome, ...]:
    """Return the host's answers as outcomes of the actions that hakit asks now."""
    said = json.loads((HERE / f"{release}.json").read_text())[host]["outcomes"]
    actions = facts.actions(wanted)
    assert [shown(action) for action in actions] == [entry["action"] for entry in said], "capture the answers again"
    return tuple(
        Outcome(host, action, entry["code"], entry["stdout"], entry["stderr"], entry["seconds"])
        for action, entry in zip(actions, said, strict=True)
    )


def read(release: str, host: str, change: Callable[[Outcome], Outcome] = lambda outcome: outcome) -> HostFacts:
    """Return the facts of a host, with some of its answers changed."""
    wanted = cluster()
    said = json.loads((HERE / f"{release}.json").read_text())[host]
    answers = tuple(change(outcome) for outcome in outcomes(release, host, wanted))
    return facts.read(answers, wanted, said["asked_at"], said["answered_at"])


def saying(start: str, stdout: str, code: int = 0) -> Callable[[Outcome], Outcome]:
    """Change the answer to the action whose text begins like this."""

    def change(outcome: Outcome) -> Outcome:
        return replace(outcome, stdout=stdout, code=code) if shown(outcome.action).startswith(start) else outcome

    return change
