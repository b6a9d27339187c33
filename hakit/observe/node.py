"""What of the cluster is there on one node: files, keys, who pcs knows, what runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from hakit.core import Action, Command, Digest, Get, HakitError, Outcome
from hakit.model import alert
from hakit.observe import crm_mon, links, loaded, parsing, pauses, record

COROSYNC_CONF = "/etc/corosync/corosync.conf"
COROSYNC_KEY = "/etc/corosync/authkey"
PACEMAKER_KEY = "/etc/pacemaker/authkey"
CIB = "/var/lib/pacemaker/cib/cib.xml"
TOKEN = f"{record.FOLDER}/token"
KNOWN_HOSTS = "/var/lib/pcsd/known-hosts"
PCS_USERS = "/var/lib/pcsd/pcs_users.conf"
AGENT = "/usr/lib/ocf/resource.d/hakit/quickservice"
GUARD = "/usr/lib/ocf/resource.d/hakit/pathguard"
VIP = "/usr/lib/ocf/resource.d/hakit/vip"
MOUNT = "/usr/lib/ocf/resource.d/hakit/mount"
AGENTS = (AGENT, GUARD, VIP, MOUNT)
FENCE_AGENT = "/usr/sbin/fence_hakit"
# All that hakit puts on a node to be run by Pacemaker.
CARRIED = (*AGENTS, FENCE_AGENT)
WATCH_UNIT = f"/etc/systemd/system/{alert.WATCH}"
# What a bootstrap writes over, or pcs does on its behalf.
KEPT = (COROSYNC_CONF, COROSYNC_KEY, PACEMAKER_KEY, KNOWN_HOSTS, PCS_USERS)

# 102 (CRM_EX_DISCONNECT) and friends where Pacemaker isn't running: no answer is an answer here.
LIVE_CIB = Command(("cibadmin", "--query"), ok_codes=frozenset(range(256)), timeout=20, changes_state=False)


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One node's share of the cluster. Digests are `HEX MODE OWNER`, empty when there is no file.

    `loaded` is the configuration that Corosync works with, by dotted key; empty where it doesn't run.
    `agents` are the digests of hakit's agents for resources and for fencing, by path.
    `alert_agent` and `watch_unit` are there where the spec has or had alerts.
    `pauses` are those of Corosync since it was started here, the latest first.
    `device_votes` are the quorum device's, as Corosync counts them here.
    `files` are those of KEPT that exist; `cib` is the live CIB where Pacemaker runs, else the one on disk, else empty.
    """

    host: str
    corosync_key: str
    pacemaker_key: str
    agents: Mapping[str, str]
    token: str
    pcs_hosts: frozenset[str]
    files: frozenset[str]
    cib: str
    state: crm_mon.ClusterState | None
    links: tuple[links.Link, ...]
    corosync_quorate: bool
    record: record.Record | None = None
    loaded: Mapping[str, str] = field(default_factory=dict)
    alert_agent: str = ""
    watch_unit: str = ""
    device_votes: int = 0
    pauses: tuple[pauses.Pause, ...] = ()

    @property
    def members(self) -> tuple[str, ...]:
        """Name the nodes that the CIB knows, remote ones left out; none when there is no CIB or it is damaged."""
        return _members(self.cib)

    @property
    def has_agents(self) -> bool:
        """Whether any of hakit's agents is here."""
        return any(self.agents.values())

    def marked(self, attribute: str) -> tuple[str, ...]:
        """Name the nodes on which a transient node attribute is 1."""
        try:
            root = parsing.xml(self.cib, "the CIB") if self.cib else None
        except HakitError:
            return ()
        states = [] if root is None else root.findall("status/node_state")
        path = f"transient_attributes//nvpair[@name='{attribute}'][@value='1']"
        return tuple(state.get("uname", "") for state in states if state.find(path) is not None)

    @property
    def running(self) -> bool:
        """Whether Pacemaker answers here."""
        return self.state is not None


# The copies of all nodes are one text, as a rule: with many nodes most of a plan's time would go into reading it again.
@lru_cache(maxsize=4)
def _members(cib: str) -> tuple[str, ...]:
    try:
        root = parsing.xml(cib, "the CIB") if cib else None
    except HakitError:
        return ()
    nodes = [] if root is None else root.findall("configuration/nodes/node")
    return tuple(node.get("uname", "") for node in nodes if node.get("type", "member") in {"member", "normal"})


def actions() -> tuple[Action, ...]:
    """Name what to ask a node, in the order in which `read` takes the outcomes."""
    return (
        *(Digest(path) for path in KEPT),
        *(Digest(path) for path in CARRIED),
        Digest(TOKEN),
        Digest(alert.AGENT),
        Digest(WATCH_UNIT),
        Get(KNOWN_HOSTS, secret=True),
        Get(CIB, secret=True),
        Get(record.PATH),
        crm_mon.COMMAND,
        LIVE_CIB,
        links.LINKS,
        links.QUORUM,
        loaded.COMMAND,
    )


def read(host: str, outcomes: Sequence[Outcome]) -> NodeFacts:
    """Turn the outcomes of `actions` into facts."""
    kept = dict(zip(KEPT, outcomes, strict=False))
    agents = dict(zip(CARRIED, outcomes[len(KEPT) :], strict=False))
    token, alerting, watch, known, disk_cib, noted, monitor, live_cib, stats, quorum, cmap = outcomes[
        len(KEPT) + len(CARRIED) :
    ]
    return NodeFacts(
        host=host,
        corosync_key=_digest(kept[COROSYNC_KEY]),
        pacemaker_key=_digest(kept[PACEMAKER_KEY]),
        agents={path: _digest(outcome) for path, outcome in agents.items()},
        token=_digest(token),
        pcs_hosts=_pcs_hosts(known.stdout) if known.code == 0 else frozenset(),
        files=frozenset(path for path, outcome in kept.items() if outcome.code == 0),
        cib=live_cib.stdout if live_cib.code == 0 else disk_cib.stdout if disk_cib.code == 0 else "",
        state=crm_mon.parse(monitor.stdout),
        links=links.parse(stats.stdout) if stats.code == 0 else (),
        pauses=pauses.parse(stats.stdout) if stats.code == 0 else (),
        corosync_quorate=quorum.code == 0,
        record=record.parse(noted.stdout) if noted.code == 0 else None,
        device_votes=links.device_votes(quorum.stdout),
        loaded=loaded.parse(cmap.stdout) if cmap.code == 0 else {},
        alert_agent=_digest(alerting),
        watch_unit=_digest(watch),
    )


def _digest(outcome: Outcome) -> str:
    return outcome.stdout if outcome.code == 0 else ""


def _pcs_hosts(text: str) -> frozenset[str]:
    # The file of `pcs host auth`: {"known_hosts": {NAME: {"dest_list": …, "token": …}}}; only the names are kept.
    try:
        return frozenset(json.loads(text)["known_hosts"])
    except (ValueError, KeyError, TypeError):
        return frozenset()
