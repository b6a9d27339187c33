"""Which version of its configuration a CIB is: every change by anybody raises it."""

from __future__ import annotations

import re

from hakit.core import Action, Command

_START = re.compile(r"<cib\b[^>]*>")
_ASK = ("cibadmin", "--query", "--no-children", "--xpath")
_VALUE = re.compile(r"\b(admin_epoch|epoch)=\"(\d+)\"")


def of(cib: str) -> tuple[int, int] | None:
    """Return admin_epoch and epoch; None where there is no CIB."""
    start = _START.search(cib)
    values = dict(_VALUE.findall(start[0])) if start else {}
    return (int(values.get("admin_epoch", "0")), int(values.get("epoch", "0"))) if start else None


def still(cib: str) -> Command:
    """Insist that the cluster's CIB is of that version yet: else the exit code is 105 (CRM_EX_NOSUCH)."""
    admin, epoch = of(cib) or (0, 0)
    path = f"/cib[@admin_epoch='{admin}'][@epoch='{epoch}']"
    return Command((*_ASK, path), timeout=20, changes_state=False)


def asked(action: Action) -> bool:
    """Say whether the action is that question."""
    return isinstance(action, Command) and action.argv[: len(_ASK)] == _ASK
