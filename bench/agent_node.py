"""What the nodes need before an agent is measured on them: units, agents, and the programs of inside/."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from stock import on

from hakit.lab.lab import Lab

HERE = Path(__file__).parent
AGENTS = "/usr/lib/ocf/resource.d"
QUICKSERVICE = f"{AGENTS}/hakit/quickservice"
NODES = ("qsp-a", "qsp-b")
# nginx, because it is there within some 20 ms; one process, so that a kill of the main one leaves none behind.
WEB = """\
[Service]
ExecStart=/usr/sbin/nginx -c /etc/bench/{name}.conf
"""
NGINX = """\
daemon off;
master_process off;
pid /run/{name}.pid;
error_log /dev/null;
events {{}}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; return 200 "well\\n"; }} }}
"""
TURN = """\
[Service]
ExecStartPre=/bin/sleep 0.02
ExecStart=/bin/sleep infinity
ExecStop=/bin/sleep 0.02
"""
IDLE = """\
[Service]
ExecStart=/bin/sleep infinity
"""


def put(lab: Lab, node: str, path: str, text: str, mode: str = "644") -> None:
    """Write a file on a node."""
    on(lab, node, "mkdir", "-p", path.rpartition("/")[0])
    on(lab, node, "tee", path, stdin=text)
    on(lab, node, "chmod", mode, path)


def put_units(lab: Lab, units: dict[str, str]) -> None:
    """Write units, by name without suffix, on all nodes."""
    for node in NODES:
        for name, text in units.items():
            put(lab, node, f"/etc/systemd/system/{name}.service", text)
        on(lab, node, "systemctl", "daemon-reload")


def put_webs(lab: Lab, ports: dict[str, int]) -> None:
    """Write units of small web servers, by name and port, on all nodes."""
    for node in NODES:
        for name, port in ports.items():
            put(lab, node, f"/etc/bench/{name}.conf", NGINX.format(name=name, port=port))
    put_units(lab, {name: WEB.format(name=name) for name in ports})


def put_agents(lab: Lab) -> None:
    """Install the agents to compare; hakit's own, as it is in this checkout."""
    quickservice = HERE.parent / "agents" / "quickservice"
    for node in NODES:
        put(lab, node, QUICKSERVICE, quickservice.read_text(), "755")
        for name in ("shellservice", "pyservice"):
            put(lab, node, f"{AGENTS}/bench/{name}", (HERE / "inside" / name).read_text(), "755")


def inside(lab: Lab, node: str, program: str, *words: str, stdin: str = "") -> str:
    """Run a program of inside/ on a node and return what it says."""
    text = (HERE / "inside" / program).read_text()
    put(lab, node, f"/usr/local/lib/bench/{program}", text)
    return on(lab, node, "python3", "-I", f"/usr/local/lib/bench/{program}", *words, stdin=stdin)


def begun(lab: Lab, node: str, program: str, *words: str) -> subprocess.Popen[str]:
    """Begin a program of inside/ that `inside` has put there, and don't wait for it."""
    argv = lab.node_argv(node, ("python3", "-I", f"/usr/local/lib/bench/{program}", *words))
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def bootstrap(lab: Lab, services: Iterable[tuple[str, str]]) -> None:
    """Make the cluster by hakit, with these services (name, unit) under its agent with its defaults, on the first node."""
    spec = lab.spec.with_name("agent.yaml")
    head = lab.spec.read_text().partition("services:")[0]
    lines = (f"  {name}: {{ unit: {unit}.service, agent: quickservice, prefer: qsp-a }}" for name, unit in services)
    spec.write_text("\n".join((f"{head}services:", *lines, "")))
    env = {**os.environ, "HAKIT_SSH_CONFIG": str(lab.ssh_config)}
    argv = (sys.executable, "-m", "hakit", "bootstrap", "--yes", str(spec))
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise SystemExit(f"hakit bootstrap failed:\n{done.stderr}{done.stdout}")


def create(lab: Lab, node: str, resource: str, *words: str) -> None:
    """Add a resource by pcs, with pcs' defaults, that stays on a node."""
    on(lab, "qsp-a", "pcs", "resource", "create", resource, *words)
    on(lab, "qsp-a", "pcs", "constraint", "location", resource, "prefers", f"{node}=INFINITY")


def settled(lab: Lab) -> None:
    """Wait until nothing is under way."""
    on(lab, "qsp-a", "crm_resource", "--wait", "--timeout=120")


def load() -> float:
    """Return the machine's load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def read(text: str) -> dict[str, list[list[float]]]:
    """Read what a program of inside/ has measured."""
    found: dict[str, list[list[float]]] = json.loads(text)
    return found
