"""A corosync.conf as its meaning: options, rings, nodes; read from the file or from what Corosync has loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from hakit.model import sections
from hakit.model.sections import Section

_ADDRESS = re.compile(r"ring(\d+)_addr")
# What Corosync adds to what it read (totemconfig.c, coroparse.c); and what is nobody's option.
_DERIVED = re.compile(r"totem\.interface\.\d+\.bindnetaddr|nodelist\.local_node_pos")
_HEADER = ("Made by hakit on the way from one configuration to the next; hakit plan shows what is left.",)

_TWO = 2
# corosync.conf(5): token, token_coefficient, in milliseconds.
_TOKEN, _COEFFICIENT = 3000, 650

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Conf:
    """`options` by dotted key, `links` by ring number, `nodes` by name with `nodeid` and `ringN_addr` among theirs."""

    options: Values = field(default_factory=dict)
    links: Mapping[int, Values] = field(default_factory=dict)
    nodes: Mapping[str, Values] = field(default_factory=dict)

    @property
    def rings(self) -> frozenset[int]:
        """Number the rings: those with options and those with addresses."""
        found = (int(match[1]) for node in self.nodes.values() for key in node if (match := _ADDRESS.fullmatch(key)))
        return frozenset((*self.links, *found))

    @property
    def token(self) -> int:
        """The token timeout in milliseconds, without what corosync.conf(5)'s token_coefficient adds for many nodes."""
        return int(self.options.get("totem.token", _TOKEN))

    @property
    def counted_token(self) -> int:
        """The token timeout that counts, in milliseconds: with what is added for every node beyond the second."""
        coefficient = int(self.options.get("totem.token_coefficient", _COEFFICIENT))
        return self.token + coefficient * max(0, len(self.nodes) - _TWO)

    def with_token(self, token: int) -> Conf:
        """Return it with another token timeout, in milliseconds."""
        return replace(self, options={**self.options, "totem.token": str(token)})

    def address(self, node: str, ring: int) -> str:
        """Return the node's address in a ring; empty when it has none."""
        return self.nodes[node].get(f"ring{ring}_addr", "")

    def without_rings(self, gone: Iterable[int]) -> Conf:
        """Return it with rings taken out."""
        names = {f"ring{number}_addr" for number in gone}
        nodes = {name: {k: v for k, v in node.items() if k not in names} for name, node in self.nodes.items()}
        return replace(self, links={n: link for n, link in self.links.items() if n not in set(gone)}, nodes=nodes)

    def with_rings(self, other: Conf, new: Iterable[int]) -> Conf:
        """Return it with rings of another one put in."""
        names = {f"ring{number}_addr" for number in new}
        nodes = {
            name: {**node, **{k: v for k, v in other.nodes.get(name, {}).items() if k in names}}
            for name, node in self.nodes.items()
        }
        return replace(self, links={**self.links, **{n: other.links.get(n, {}) for n in new}}, nodes=nodes)

    def with_nodes(self, nodes: Mapping[str, Values]) -> Conf:
        """Return it with other nodes, and with the options that follow from how many they are."""
        count, options = len(nodes), dict(self.options)
        if count == len(self.nodes):
            return replace(self, nodes=nodes)
        for key in ("quorum.two_node", "quorum.wait_for_all"):
            options.pop(key, None)
            if count == _TWO:
                options[key] = "1"  # two_node implies wait_for_all (votequorum(5))
        token = replace(self, nodes=nodes).counted_token
        if "totem.consensus" in options:
            # corosync.conf(5), consensus: at least 1.2 * token; the token grows with the nodes (token_coefficient).
            options["totem.consensus"] = str(max(int(options["totem.consensus"]), -(-token * 6 // 5)))
        return replace(self, options=options, nodes=nodes)

    def text(self) -> str:
        """Write it as a corosync.conf."""
        totem = {key: value for key, value in self.options.items() if key.startswith("totem.")}
        interfaces = tuple(
            Section("interface", (("linknumber", str(number)), *self.links[number].items()))
            for number in sorted(self.links)
        )
        nodes = tuple(Section("node", (*node.items(), ("name", name))) for name, node in self.nodes.items())
        rest = {key: value for key, value in self.options.items() if key not in totem}
        root = Section(
            sections=(
                replace(_nested("totem", totem), sections=interfaces),
                Section("nodelist", sections=nodes),
                *(
                    _nested(top, {key: value for key, value in rest.items() if key.startswith(f"{top}.")})
                    for top in dict.fromkeys(key.partition(".")[0] for key in rest)
                ),
            )
        )
        return sections.dump(root, header=_HEADER)


def parse(text: str) -> Conf:
    """Read the file's text. Raises HakitError when Corosync would refuse it."""
    root = sections.parse(text)
    options: dict[str, str] = {}
    for top in dict.fromkeys(section.name for section in root.sections):
        if top != "nodelist":
            options.update(_flat(top, root.one(top)))
    links = {
        int(found.get("linknumber", found.get("ringnumber", "0"))): _but(found, "linknumber", "ringnumber")
        for found in root.one("totem").all("interface")
    }
    nodes = {
        node.get("name") or node.get("ring0_addr"): _but(node, "name") for node in root.one("nodelist").all("node")
    }
    return Conf(options, links, nodes)


def loaded(cmap: Mapping[str, str]) -> Conf | None:
    """Read what Corosync says that it has loaded; None when it says nothing."""
    options: dict[str, str] = {}
    links: dict[int, dict[str, str]] = {}
    nodes: dict[int, dict[str, str]] = {}
    for key, value in cmap.items():
        match key.split("."):
            case _ if _DERIVED.fullmatch(key):
                pass
            case ["totem", "interface", number, name]:
                links.setdefault(int(number), {})[name] = value
            case ["nodelist", "node", number, name]:
                nodes.setdefault(int(number), {})[name] = value
            case ["totem" | "quorum" | "logging", *_]:
                options[key] = value
            case _:
                pass
    if not nodes:
        return None
    named = {
        node.get("name") or node.get("ring0_addr", ""): {k: v for k, v in node.items() if k != "name"}
        for _, node in sorted(nodes.items())
    }
    return Conf(options, links, named)


def _but(section: Section, *left_out: str) -> dict[str, str]:
    return {key: value for key, value in section.pairs if key not in left_out}


def _flat(path: str, section: Section) -> Iterator[tuple[str, str]]:
    for key, value in section.pairs:
        yield f"{path}.{key}", value
    for inner in section.sections:
        if (path, inner.name) != ("totem", "interface"):
            # logging has one such section per subsystem (corosync.conf(5), logger_subsys).
            name = f"{inner.name}.{inner.get('subsys')}" if inner.name == "logger_subsys" else inner.name
            yield from _flat(f"{path}.{name}", inner)


def _nested(name: str, options: Values, depth: int = 1) -> Section:
    pairs = [(key.split(".")[depth], value) for key, value in options.items() if key.count(".") == depth]
    inner = dict.fromkeys(key.split(".")[depth] for key in options if key.count(".") > depth)
    return Section(
        name,
        tuple(pairs),
        tuple(
            _nested(each, {k: v for k, v in options.items() if k.split(".")[depth] == each}, depth + 1)
            for each in inner
        ),
    )
