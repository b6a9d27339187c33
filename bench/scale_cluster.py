"""A running cluster of any size without the size: all that its nodes answer to `hakit plan`, kept in a file.

Its CIB, what `crm_mon` and `crm_simulate` say of it and how long `crm_simulate` takes come from a Debian release's own
tools, run in the release's root file system; everything else from the hosts that the unit tests simulate.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[1]))

from hakit import render
from hakit import spec as specs
from hakit.apply import journal, recording
from hakit.apply.foresight import Foresight, foresee
from hakit.apply.look import look
from hakit.core import Action, Command, Outcome, Tape, shown
from hakit.lab import rootfs
from hakit.model import Cluster
from hakit.observe import node as paths
from hakit.observe.journal import Kind
from hakit.plan.changes.effects import Effect
from hakit.plan.wanted import with_nics
from tests.doubles.disk import File
from tests.doubles.host import SimUnit
from tests.doubles.hosts import SimulatedHosts
from tests.tools.conftest import Tools
from tests.unit.plan import running

# What crm_simulate needs to start services grows with their square, so that a few are started at a time.
_AT_A_TIME = 10
_SIMULATE = "TIMEFORMAT='%U %S'; time crm_simulate {} --xml-file /mnt/new.xml --output-as xml >/mnt/foretold.xml"
_MONITOR = "CIB_file=/mnt/live.xml crm_mon --one-shot --inactive --output-as xml"
# What a node's answers take of hakit's own time is nothing here.
_INSTANT = 0.001


class Asked:
    """Asks the simulated hosts, and the real tools what only they know; `answers` keeps all, by node and action."""

    def __init__(self, hosts: SimulatedHosts, kit: Tools) -> None:
        self._hosts, self._kit = hosts, kit
        self._monitor = insisted(kit, "bash", "-c", _MONITOR)
        self.answers: dict[tuple[str, str], tuple[int, str, str]] = {}

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        """Do the actions."""
        del keep_going
        return tuple(self.run(host, action) for action in actions)

    def run(self, host: str, action: Action) -> Outcome:
        """Do an action."""
        match action:
            case Command(("crm_mon", *_)):
                outcome = Outcome(host, action, 0, self._monitor, "", _INSTANT)
            case Command(("crm_simulate", mode, *_)):
                (self._kit.files / "new.xml").write_text(action.stdin)
                simulate(self._kit, mode)
                outcome = Outcome(host, action, 0, (self._kit.files / "foretold.xml").read_text(), "", _INSTANT)
            case _:
                outcome = self._hosts.run(host, action)
        self.answers[host, shown(action)] = (outcome.code, outcome.stdout, outcome.stderr)
        return outcome


def simulate(kit: Tools, mode: str) -> float:
    """Let `crm_simulate` foretell what becomes of the new CIB; gives the processor seconds that it took.

    `mode` is `--simulate`, which acts it out, or `--run`, which only decides.
    """
    return sum(map(float, insisted(kit, "bash", "-c", _SIMULATE.format(mode)).splitlines()[-1].split()))


def insisted(kit: Tools, *argv: str) -> str:
    """Run a command that has to work; gives both of its streams."""
    done = kit.run(*argv)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def tools(folder: Path, release: str) -> Tools:
    """Make the tools of a release usable; `folder` is for what they read and write."""
    scratch, files = folder / "scratch", folder / "files"
    for each in (scratch, files):
        each.mkdir(parents=True, exist_ok=True)
    return Tools(release, rootfs.ensure(rootfs.Release(release), Tape()), scratch, files)


def prepare(now: str, later: str, kit: Tools, keep: Path) -> None:
    """Let a cluster run as the spec `now` says, ask all that a plan of `later` asks, and keep the answers in a file.

    Raises SystemExit when the plan is not what the two specs mean, of which `later` has one service more.
    """
    cluster, wanted = _meant(now), _meant(later)
    hosts = running.hosts(replace(cluster, services=cluster.services[:1]))
    for host in hosts.everyone:
        host.units = {service.unit: SimUnit() for service in wanted.services} | host.units
    seen = look(cluster, hosts)
    live = _running_cib(with_nics(cluster, seen.hosts), kit)
    (kit.files / "live.xml").write_text(live)
    for host in hosts.everyone:
        host.disk.files[paths.CIB] = File(live, 0o600, "hacluster:haclient")
    recording.made(recording.named(Kind.APPLY, ()), seen, now, hosts)
    asked = Asked(hosts, kit)
    _insist_on_one_start(foresee(wanted, asked, applied=journal.applied(wanted, asked)), len(cluster.services))
    keep.write_bytes(pickle.dumps(asked.answers))


def _meant(text: str) -> Cluster:
    cluster, faults = specs.check_text(text, "hakit.yaml")
    if cluster is None:
        raise SystemExit("\n".join(map(str, faults)))
    return cluster


def _running_cib(cluster: Cluster, kit: Tools) -> str:
    """Return the CIB of the cluster with all services started; its status is what `crm_simulate` leaves, put together."""
    whole = _with_nodes(cluster)
    for number in range(0, len(cluster.services), _AT_A_TIME):
        status = _started(replace(cluster, services=cluster.services[number : number + _AT_A_TIME]), kit)
        there = whole.find("status")
        if there is None:
            whole.append(deepcopy(status))
            continue
        for state in status:
            home = there.find(f"node_state[@id='{state.get('id')}']/lrm/lrm_resources")
            if home is None:
                raise SystemExit(f"crm_simulate left no status of node {state.get('id')}")
            home.extend(state.iterfind("lrm/lrm_resources/lrm_resource"))
    return etree.tostring(whole, encoding="unicode")


def _started(part: Cluster, kit: Tools) -> etree._Element:
    """Let all nodes come and all services start, and return the CIB's status then."""
    file = kit.files / "part.xml"
    file.write_text(etree.tostring(_with_nodes(part), encoding="unicode"))
    up = (word for node in part.nodes for word in ("--node-up", node.name))
    insisted(kit, "crm_simulate", "--simulate", "--xml-file", "/mnt/part.xml", "--save-output", "/mnt/part.xml", *up)
    status = etree.parse(file).find("status")
    if status is None:
        raise SystemExit("crm_simulate left no status")
    return status


def _with_nodes(cluster: Cluster) -> etree._Element:
    """Render the CIB, with its nodes and what Pacemaker adds once it has a controller and quorum."""
    root = etree.fromstring(render.cib(cluster).encode(), etree.XMLParser(remove_blank_text=True))
    root.set("have-quorum", "1")
    root.set("dc-uuid", str(cluster.nodes[0].id))
    for old in root.findall("status"):
        root.remove(old)
    for nodes in root.iterfind("configuration/nodes"):
        nodes.extend(etree.Element("node", id=str(node.id), uname=node.name) for node in cluster.nodes)
    return root


def _insist_on_one_start(found: Foresight, services: int) -> None:
    effects = sorted(each.effect for each in found.services)
    if effects != sorted([Effect.STARTS, *[Effect.STAYS] * services]) or found.refused:
        raise SystemExit(f"not the plan that was meant: {found.services[:3]} {found.refused}")
