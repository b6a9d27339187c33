"""The ways to keep squid available that are compared: stock pcs, keepalived, and hakit cold and hot, normal and fast, and fenced."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass

import stock
from stock import on

from hakit.lab import layout
from hakit.lab.lab import Lab
from hakit.observe import crm_mon, links

VIP = "192.168.233.200"
NODES = ("qsp-a", "qsp-b")
LIMIT = 240.0


def said(lab: Lab, node: str, *argv: str, limit: float = 60) -> str:
    """Run a command on a node and give what it printed, whatever became of it; nothing when the node is off."""
    if lab.leader(node) is None:
        return ""
    try:
        done = subprocess.run(
            lab.node_argv(node, argv),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def holders(lab: Lab) -> list[str]:
    """Name the nodes that have the virtual IP."""
    return [node for node in NODES if f" {VIP}/" in said(lab, node, "ip", "-oneline", "address", "show", "to", VIP)]


class Setup(ABC):
    """What every way has in common. `fenced` ones want a lab with power switches, the others one without."""

    name = ""
    title = ""
    fenced = False
    faults: tuple[str, ...] = ()
    """Those that it is made for alone; all, where none is named."""

    def unfit(self, lab: Lab) -> str:
        """Say why it can't be made here."""
        del lab
        return ""

    @abstractmethod
    def make(self, lab: Lab) -> None:
        """Make it, from nodes as Debian installs them."""

    @abstractmethod
    def trouble(self, lab: Lab) -> str:
        """Say what keeps it from being whole; empty when it is."""

    def tidy(self, lab: Lab) -> None:
        """Forget what failed, so that the next fault finds the same start; nothing where nothing is kept."""
        del lab

    @abstractmethod
    def move(self, lab: Lab, source: str, target: str) -> None:
        """Move the service, as its operator does."""

    def wait(self, lab: Lab) -> str:
        """Wait until it is whole, twice in a row; give the node with the service."""
        end, streak, words = time.monotonic() + LIMIT, 0, ""
        while time.monotonic() < end:
            words = self.trouble(lab)
            found = holders(lab)
            if not words and len(found) == 1:
                streak += 1
                if streak == 2:
                    return found[0]
            else:
                streak = 0
            time.sleep(0.3)
        raise TimeoutError(f"{self.name} is not whole after {LIMIT:.0f} s: {words or f'the VIP is on {holders(lab)}'}")


class Pacemaker(Setup):
    """What is judged by crm_mon."""

    def trouble(self, lab: Lab) -> str:
        """Both nodes online by both nodes' word, every resource started, every ring connected."""
        for node in NODES:
            state = crm_mon.parse(said(lab, node, "crm_mon", "--one-shot", "--inactive", "--output-as", "xml"))
            if state is None or not state.dc:
                return f"{node}: no controller"
            if not all(each.online and not each.pending for each in state.nodes) or len(state.nodes) < 2:
                return f"{node}: not all online"
            down = [each.id for each in state.resources if each.role != "Started" or each.failed or not each.nodes]
            if down or not state.resources:
                return f"{node}: {down} not started"
            seen = links.parse(said(lab, node, "corosync-cmapctl", "-m", "stats"))
            if len(seen) < 2 or not all(link.connected for link in seen):
                return f"{node}: a ring is down"
        return ""

    def tidy(self, lab: Lab) -> None:
        """Forget failures."""
        text = said(lab, NODES[0], "crm_mon", "--one-shot", "--inactive", "--output-as", "xml")
        state = crm_mon.parse(text)
        if state is None or state.failures or any(each.fail_count for each in state.history):
            said(lab, NODES[0], "crm_resource", "--cleanup")


class Stock(Pacemaker):
    """The careful user of pcs, with all defaults."""

    name, title = "stock", "stock pcs"

    def make(self, lab: Lab) -> None:
        """Make it, and let it start at boot, as the drills need."""
        stock.wait_settled(lab)
        stock.squid(lab)
        on(lab, NODES[0], "pcs", "cluster", "enable", "--all")

    def move(self, lab: Lab, source: str, target: str) -> None:
        """`pcs resource move`, which takes its constraint away itself since 0.11."""
        del source
        on(lab, NODES[0], "pcs", "resource", "move", "squid", target)


class StockPing(Stock):
    """The same with what Pacemaker has against a lost network: a clone of `ocf:pacemaker:ping`, and a rule on its attribute."""

    name, title, faults = "stock-ping", "stock pcs with ping", ("clients",)

    def make(self, lab: Lab) -> None:
        """Make it as Pacemaker Explained says, with the agent's own intervals."""
        super().make(lab)
        asked = ("dampen=5s", "multiplier=1000", f"host_list={layout.client().addresses[0]}")
        on(lab, NODES[0], "pcs", "resource", "create", "ping", "ocf:pacemaker:ping", *asked, "clone", "--wait")
        rule = ("pingd", "lt", "1", "or", "not_defined", "pingd")
        on(lab, NODES[0], "pcs", "constraint", "location", "squid", "rule", "score=-INFINITY", *rule)

    def trouble(self, lab: Lab) -> str:
        """Both nodes' attribute as well: before it is there, squid may run nowhere."""
        told = said(lab, NODES[0], "crm_mon", "--one-shot", "--show-node-attributes").count(": 1000")
        return super().trouble(lab) or ("" if told == len(NODES) else f"{told} nodes told that they reach the host")


CONFIG = """\
vrrp_script squid {{
  script "/usr/local/sbin/check-squid"
  interval 2
  fall 2
  user root
}}
vrrp_instance squid {{
  state {state}
  priority {priority}
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {{
    {vip}/24
  }}
  track_script {{
    squid
  }}
}}
"""
CHECK = "#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/3128\n"


class Keepalived(Setup):
    """keepalived with its defaults, squid on both nodes, and a script that asks squid's port."""

    name, title = "keepalived", "keepalived"

    def unfit(self, lab: Lab) -> str:
        """It has to be in the nodes' root."""
        there = said(lab, NODES[0], "which", "keepalived").strip()
        return "" if there else "keepalived is not in this lab's root file system"

    def make(self, lab: Lab) -> None:
        """Write the two files, and let both services start at boot."""
        for node, state, priority in zip(NODES, ("MASTER", "BACKUP"), (101, 100), strict=True):
            on(lab, node, "pcs", "cluster", "destroy")
            on(lab, node, "tee", "/usr/local/sbin/check-squid", stdin=CHECK)
            on(lab, node, "chmod", "755", "/usr/local/sbin/check-squid")
            text = CONFIG.format(state=state, priority=priority, vip=VIP)
            on(lab, node, "tee", "/etc/keepalived/keepalived.conf", stdin=text)
            on(lab, node, "systemctl", "enable", "--now", "squid", "keepalived")

    def trouble(self, lab: Lab) -> str:
        """Both services on both nodes, and the address on the preferred one."""
        for node in NODES:
            states = said(lab, node, "systemctl", "is-active", "squid", "keepalived").split()
            if states != ["active", "active"]:
                return f"{node}: squid and keepalived are {states}"
        return "" if holders(lab) == [NODES[0]] else f"the VIP is on {holders(lab)}"

    def tidy(self, lab: Lab) -> None:
        """Start what a fault stopped: nobody else does."""
        for node in NODES:
            said(lab, node, "systemctl", "start", "squid", "keepalived")

    def move(self, lab: Lab, source: str, target: str) -> None:
        """Stop it on the active node: it says goodbye, and the other takes over."""
        del target
        on(lab, source, "systemctl", "stop", "keepalived")


@dataclass
class Hakit(Pacemaker):
    """hakit with its own agent and a probe of squid by HTTP. `advance`: fenced, with so many seconds for who runs the service."""

    run: str
    timing: str
    advance: int | None = None

    def __post_init__(self) -> None:
        self.fenced = self.advance is not None
        self.name = f"hakit-{self.run}-{self.timing}{f'-fenced-{self.advance}' if self.fenced else ''}"
        self.title = f"hakit {self.run}, {self.timing}{f', fenced, advance {self.advance} s' if self.fenced else ''}"

    def spec(self, lab: Lab) -> str:
        """Give the spec: the lab's own with these words."""
        # By HTTP: a hung squid still accepts connections. It calls a page that it is asked for as a server a bad request.
        probe = '{ http: { url: "http://127.0.0.1:3128/", status: 400 } }'
        more = f"    agent: quickservice\n    probe: {probe}\n    run: {self.run}\n"
        # It has no cache on disk, so there is nothing that it would have to write at its end, and a move cuts its clients off anyway.
        more += "    stop_signal: SIGKILL\n"
        # The clients' own host stands for their gateway: the one address of their network that is no node's.
        guard = f"\nguard: {{ targets: [{layout.client().addresses[0]}] }}\n"
        own = lab.spec.read_text().rstrip("\n") + "\n"
        if self.fenced:
            own = own.replace("fencing:\n", f"fencing:\n  priority_delay: {self.advance}\n")
        return own + more + guard + f"\ntiming: {self.timing}\n"

    def unfit(self, lab: Lab) -> str:
        """Ask `hakit check`: not every version knows all of this."""
        done = self._hakit(lab, "check", self._file(lab))
        return "" if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()[0]

    def make(self, lab: Lab) -> None:
        """`hakit bootstrap`."""
        done = self._hakit(lab, "bootstrap", "--yes", self._file(lab))
        if done.returncode != 0:
            raise SystemExit(f"hakit bootstrap failed:\n{done.stderr}{done.stdout}")

    def move(self, lab: Lab, source: str, target: str) -> None:
        """`hakit switchover`."""
        del source
        done = self._hakit(lab, "switchover", "squid", "--to", target, "--spec", self._file(lab))
        if done.returncode != 0:
            raise SystemExit(f"hakit switchover failed:\n{done.stderr}{done.stdout}")

    def _file(self, lab: Lab) -> str:
        path = lab.spec.with_name(f"{self.name}.yaml")
        path.write_text(self.spec(lab))
        return str(path)

    @staticmethod
    def _hakit(lab: Lab, *words: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "HAKIT_SSH_CONFIG": str(lab.ssh_config)}
        argv = (sys.executable, "-m", "hakit", *words)
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=400)


def every() -> list[Setup]:
    """Return all of them, in the order in which they take turns."""
    ours = [Hakit(run, timing) for timing in ("normal", "fast") for run in ("cold", "hot")]
    return [
        Stock(),
        StockPing(),
        Keepalived(),
        *ours,
        *(Hakit("cold", "normal", advance=advance) for advance in (0, 10)),
    ]
