"""Which services have to be drawn together because another one needs them on its own node.

A service runs where all that it depends on runs. If two of those don't depend on each other, nothing would keep
them together: Pacemaker spreads them over the nodes, and the service can start nowhere (seen with crm_simulate of
2.1.5 and 3.0.0).
"""

from __future__ import annotations

from collections.abc import Sequence

from hakit.model import Service


def neighbours(services: Sequence[Service]) -> dict[str, tuple[str, ...]]:
    """Return for each service those that it has to be near to, though it doesn't depend on them.

    Always from a service to one that stands before it when dependencies come first, so that no circle arises.
    """
    depends = {service.name: service.depends_on for service in services}
    needs = _all_needs(depends)
    place = {name: number for number, name in enumerate(needs)}
    near: dict[str, dict[str, None]] = {}
    for service in services:
        together = sorted(service.depends_on, key=place.__getitem__)
        for other in together[1:]:
            if together[0] not in needs[other]:
                near.setdefault(other, {})[together[0]] = None
    return {name: tuple(others) for name, others in near.items()}


def _all_needs(depends: dict[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Return all that each service needs, near and far; what is needed comes first, else the spec's order."""
    needs: dict[str, frozenset[str]] = {}
    for start in depends:
        waiting = [start]
        while waiting:
            missing = [other for other in depends[waiting[-1]] if other not in needs and other not in waiting]
            if missing:
                waiting.append(missing[0])
                continue
            name = waiting.pop()
            if name not in needs:
                known = depends[name]
                needs[name] = frozenset(known).union(*(needs.get(other, frozenset()) for other in known))
    return needs
