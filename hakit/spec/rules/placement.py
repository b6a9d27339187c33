"""What services say of nodes and of each other: names that exist, and no circles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hakit.spec.draft import Draft, Service
from hakit.spec.fault import SpecFault, did_you_mean, suggestion
from hakit.spec.taken import Written


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownNode(SpecFault):
    """A node that isn't in the spec."""

    code = "HK180"
    matters = "The cluster would wait for a node that never comes."
    cure = "use one of the names under nodes"
    name: str
    meant: str

    def text(self) -> str:
        """Name it."""
        return f"there is no node '{self.name}'"

    def remedy(self) -> str:
        """Suggest what was probably meant."""
        return did_you_mean(self.meant)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownService(SpecFault):
    """A service that isn't in the spec."""

    code = "HK181"
    matters = "The service would wait for something that never starts."
    cure = "use one of the names under services"
    name: str
    meant: str

    def text(self) -> str:
        """Name it."""
        return f"there is no service '{self.name}'"

    def remedy(self) -> str:
        """Suggest what was probably meant."""
        return did_you_mean(self.meant)


@dataclass(frozen=True, kw_only=True, slots=True)
class DependencyCycle(SpecFault):
    """Services that wait for each other, or one that waits for itself."""

    code = "HK182"
    matters = "None of the services in the circle could ever start."
    cure = "take the service out of its own depends_on"
    cycle: tuple[str, ...]

    def text(self) -> str:
        """Show the circle."""
        if len(self.cycle) == 1:
            return "a service can't depend on itself"
        return f"a circle: {' → '.join((*self.cycle, self.cycle[0]))}"

    def remedy(self) -> str:
        """Say what to do."""
        return "take one of them out: none of these could ever start" if len(self.cycle) > 1 else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedTwice(SpecFault):
    """The same service twice in one `depends_on`."""

    code = "HK183"
    matters = "It does no harm, but another name was probably meant."
    cure = "take one of the two out, or write the name that was meant"
    name: str

    def text(self) -> str:
        """Name it."""
        return f"'{self.name}' is in the list already"


@dataclass(frozen=True, kw_only=True, slots=True)
class SwitchbackToNowhere(SpecFault):
    """Automatic switchback without a preferred node."""

    code = "HK184"
    matters = "Pacemaker can go back only to a place that it was told to prefer."

    def text(self) -> str:
        """Say what is missing."""
        return "automatic switchback needs a node to go back to"

    def remedy(self) -> str:
        """Say what to write."""
        return "add 'prefer: NODE'"


@dataclass(frozen=True, kw_only=True, slots=True)
class PreferencesDiffer(SpecFault):
    """A service that prefers another node than the one it must run with."""

    code = "HK185"
    matters = (
        "Services that must run together can satisfy one preference only; the other is broken each time they "
        "are placed."
    )
    node: str
    other: str
    other_node: str

    def text(self) -> str:
        """Name both."""
        return f"it prefers '{self.node}', and '{self.other}', with which it must run, prefers '{self.other_node}'"

    def remedy(self) -> str:
        """Say what to do."""
        return f"say 'prefer' for '{self.other}' only: what depends on it follows"


def preferences(spec: Draft) -> Iterator[SpecFault]:
    """Check `prefer` and `switchback`."""
    nodes = [node.name for node in spec.nodes]
    by_name = {service.name: service for service in spec.services}
    for service in spec.services:
        prefer = service.prefer
        if prefer and prefer.text and prefer.text not in nodes:
            meant = suggestion(prefer.text, nodes)
            yield UnknownNode(place=spec.at(prefer.loc), name=prefer.text, meant=meant)
        elif prefer:
            yield from _follows(spec, service, by_name)
        if service.switchback and service.switchback.text == "automatic" and prefer is None:
            yield SwitchbackToNowhere(place=spec.at(service.switchback.loc))


def dependencies(spec: Draft) -> Iterator[SpecFault]:
    """Check `depends_on`."""
    names = {service.name: None for service in spec.services}
    for service in spec.services:
        seen: set[str] = set()
        for other in service.depends_on:
            place = spec.at(other.loc)
            if other.text == service.name:
                yield DependencyCycle(place=place, cycle=(service.name,))
            elif other.text and other.text not in names:
                yield UnknownService(place=place, name=other.text, meant=suggestion(other.text, names))
            elif other.text in seen:
                yield ListedTwice(place=place, name=other.text)
            seen.add(other.text)
    yield from _cycles(spec)


def _follows(spec: Draft, service: Service, by_name: dict[str, Service]) -> Iterator[SpecFault]:
    for other in service.depends_on:
        there = by_name[other.text].prefer if other.text in by_name else None
        if service.prefer and there and there.text != service.prefer.text:
            yield PreferencesDiffer(
                place=spec.at(service.prefer.loc), node=service.prefer.text, other=other.text, other_node=there.text
            )


def _cycles(spec: Draft) -> Iterator[SpecFault]:
    """Find the circles, one fault for each: where the dependency stands that closes it."""
    edges = {
        service.name: [other for other in service.depends_on if other.text != service.name] for service in spec.services
    }
    done: set[str] = set()
    for start in edges:
        if start not in done:
            for closing, cycle in _closing(start, edges, done):
                yield DependencyCycle(place=spec.at(closing.loc), cycle=cycle)


def _closing(start: str, edges: dict[str, list[Written]], done: set[str]) -> Iterator[tuple[Written, tuple[str, ...]]]:
    """Walk depth first, without recursion: a chain of dependencies may be a thousand long."""
    path = {start: 0}  # from a name to its depth, in order
    stack = [iter(edges[start])]
    while stack:
        other = next(stack[-1], None)
        if other is None:
            stack.pop()
            done.add(path.popitem()[0])
        elif other.text in path:
            yield other, tuple(path)[path[other.text] :]
        elif other.text in edges and other.text not in done:
            path[other.text] = len(path)
            stack.append(iter(edges[other.text]))
