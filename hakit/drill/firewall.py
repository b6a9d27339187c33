"""Dropping what Corosync hears, by nftables, and lateness by netem; every such thing undoes itself after a while.

Only what comes in is dropped, here and at the others: a packet that is dropped on its way out is told to its sender as an
error (EPERM), which no network does.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from hakit.core import Command, HakitError
from hakit.drill.scene import Scene
from hakit.observe import card

_TABLE = "hakit_drill"
_GUARD = "hakit-drill-guard"
# Seconds after which a node lets everything through again by itself, should nobody be left to say so.
_LONGEST = 600
_RULES = """\
table inet {table} {{
  chain heard {{
    type filter hook input priority -300
{rules}
  }}
}}
"""


def missing(scene: Scene, node: str) -> str:
    """Say why it can't be done there; empty when it can."""
    seen = scene.runner.run(
        node, Command(("nft", "list", "tables"), ok_codes=frozenset(range(256)), changes_state=False)
    )
    return "" if seen.code == 0 else f"nft does not work on {node}: {(seen.stderr.strip() or 'not installed')[:80]}"


def drop(scene: Scene, node: str, rings: Iterable[int], *, percent: int = 100) -> None:
    """Let a node neither hear nor be heard by Corosync on these rings; or lose so many percent of it. Raises HakitError."""
    chosen = tuple(rings)
    for name in (node, *scene.others(node)):
        to, peers = (name, "") if name == node else (name, node)
        rules = [_rule(scene, to, peers, ring, percent) for ring in chosen]
        _load(scene, name, _RULES.format(table=_TABLE, rules="\n".join(rules)))


def undo(scene: Scene, node: str) -> None:
    """Let everything through again, on all nodes; fine when nothing was dropped. Raises HakitError."""
    failed: list[HakitError] = []
    for name in (node, *scene.others(node)):
        try:
            scene.do(
                name,
                Command(("nft", "delete", "table", "inet", _TABLE), ok_codes=frozenset({0, 1}), timeout=10),
                Command(("systemctl", "stop", f"{_GUARD}.timer"), ok_codes=frozenset({0, 5}), timeout=10),
            )
        except HakitError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def late(scene: Scene, node: str, ring: int, *, loss: int) -> bool:
    """Lose and delay all that a node sends on a ring, by netem; False where the kernel has none."""
    nic = _nic(scene, node, ring)
    add = ("tc", "qdisc", "add", "dev", nic, "root", "netem", "delay", "50ms", "loss", f"{loss}%")
    done = scene.runner.run(node, Command(add, ok_codes=frozenset(range(256))))
    if done.code == 0:
        _guard(scene, node, ("tc", "qdisc", "del", "dev", nic, "root"))
    return done.code == 0


def punctual(scene: Scene, node: str, ring: int) -> None:
    """Undo `late`; fine when there was nothing."""
    with suppress(HakitError):
        remove = ("tc", "qdisc", "del", "dev", _nic(scene, node, ring), "root", "netem")
        scene.runner.run(node, Command(remove, ok_codes=frozenset(range(256))))


def _nic(scene: Scene, node: str, ring: int) -> str:
    return card.parse(scene.runner.run(node, card.asks(scene.ring_address(node, ring))).stdout)


def _rule(scene: Scene, node: str, peer: str, ring: int, percent: int) -> str:
    here, port = scene.ring_address(node, ring), scene.cluster.rings[ring].mcastport
    family = "ip6" if ":" in here else "ip"
    source = f"{family} saddr {scene.ring_address(peer, ring)} " if peer else ""
    chance = f"numgen random mod 100 < {percent} " if percent < 100 else ""  # noqa: PLR2004 - all of them
    return f"    {source}{family} daddr {here} udp dport {port} {chance}drop"


def _load(scene: Scene, node: str, rules: str) -> None:
    _guard(scene, node, ("nft", "delete", "table", "inet", _TABLE))
    # Declared, deleted and made anew: what is left of a drill that was killed is replaced (nft(8)).
    fresh = f"table inet {_TABLE}\ndelete table inet {_TABLE}\n"
    scene.do(node, Command(("nft", "-f", "-"), stdin=fresh + rules, timeout=10))


def _guard(scene: Scene, node: str, undoing: tuple[str, ...]) -> None:
    """Arm the undoing beforehand: a ring may be the way by which we would have said it."""
    stop = Command(("systemctl", "stop", f"{_GUARD}.timer"), ok_codes=frozenset({0, 5}), timeout=10)
    arm = ("systemd-run", "--quiet", "--collect", f"--on-active={_LONGEST}", f"--unit={_GUARD}", *undoing)
    scene.do(node, stop, Command(arm, timeout=10))
