"""How long operations took the last time, as the cluster's own history says."""

from __future__ import annotations

from collections.abc import Mapping

from hakit.observe import parsing

_TASKS = frozenset({"start", "stop"})


def parse(cib: str) -> Mapping[tuple[str, str], float]:
    """Give seconds by resource and task (`start`, `stop`); of several nodes the longest. Failed ones don't count."""
    found: dict[tuple[str, str], float] = {}
    for each in parsing.xml(cib, "the CIB").iterfind("status//lrm_resource"):
        for operation in each.iterfind("lrm_rsc_op"):
            task = operation.get("operation", "")
            if task in _TASKS and operation.get("rc-code") == "0":
                key = (each.get("id", ""), task)
                found[key] = max(found.get(key, 0.0), int(operation.get("exec-time", "0")) / 1000)
    return found
