"""All checks of this folder, in the order of their names: a new file is found by being there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping

from hakit.core import Finding
from hakit.model import Cluster
from hakit.observe.host.facts import HostFacts
from hakit.plan import preflight

Check = Callable[[Cluster, Mapping[str, HostFacts]], Iterator[Finding]]


def checks() -> dict[str, Check]:
    """Return every `check` by the name of its topic."""
    modules = (
        (entry.name, importlib.import_module(f"{preflight.__name__}.{entry.name}"))
        for entry in pkgutil.iter_modules(preflight.__path__)
        if entry.name != "every"
    )
    return {name: module.check for name, module in modules if hasattr(module, "check")}


def check(cluster: Cluster, facts: Mapping[str, HostFacts]) -> tuple[Finding, ...]:
    """Run every check on the facts of the hosts that could be reached."""
    return tuple(finding for one in checks().values() for finding in one(cluster, facts))
