"""The configuration that a running Corosync works with, which need not be the one that lies in its file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hakit.core import Command

# Ends with 1 where Corosync isn't running.
COMMAND = Command(("corosync-cmapctl",), ok_codes=frozenset(range(256)), timeout=20, changes_state=False)

_LINE = re.compile(r"^((?:totem|nodelist|quorum|logging)\.\S+) \(\w+\) = (.*)$", re.MULTILINE)


def parse(text: str) -> Mapping[str, str]:
    """Read `corosync-cmapctl`: the values of what corosync.conf can say, by key; empty when it isn't running."""
    return dict(_LINE.findall(text))
