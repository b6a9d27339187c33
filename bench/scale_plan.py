"""`hakit plan` with kept answers in the place of the nodes: everything that hakit itself does for it, as a process of its own.

    python3 bench/scale_plan.py ANSWERS SPEC

Prints the plan, as the command does.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from hakit.cli import plan
from hakit.cli.main import main
from hakit.core import Action, Outcome, shown


class Answers:
    """Says what nodes answered, by node and action, and talks to nobody."""

    def __init__(self, path: Path) -> None:
        self._known: dict[tuple[str, str], tuple[int, str, str]] = pickle.loads(path.read_bytes())  # noqa: S301 - our own

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        """Give the answers to the actions."""
        del keep_going
        return tuple(self.run(host, action) for action in actions)

    def run(self, host: str, action: Action) -> Outcome:
        """Give the answer to an action. Raises KeyError for one that was not kept."""
        return Outcome(host, action, *self._known[host, shown(action)], 0.001)


if __name__ == "__main__":
    known = Answers(Path(sys.argv[1]))
    plan.door = lambda *_: known  # type: ignore[assignment,return-value]  # the one thing of the command that isn't measured
    sys.argv = ["hakit", "plan", sys.argv[2]]
    main()
