"""What one monitor costs: agents that do the same job, called in turn on a node under its own systemd."""

from __future__ import annotations

import json
from collections.abc import Iterator

from agent_node import AGENTS, QUICKSERVICE, inside, put_agents, put_webs, read
from stock import on

from hakit.lab.lab import Lab

PORT = 8100
UNIT = "bench-cost"
# What pacemaker-execd gives to a recurring monitor; the interval is one at which other agents are usually asked.
ENV = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C",
    "LANG": "C.UTF-8",
    "OCF_ROOT": "/usr/lib/ocf",
    "OCF_RA_VERSION_MAJOR": "1",
    "OCF_RA_VERSION_MINOR": "1",
    "OCF_RESOURCE_PROVIDER": "bench",
    "HA_RSCTMP": "/run/resource-agents",
    "OCF_RESKEY_CRM_meta_timeout": "20000",
    "OCF_RESKEY_CRM_meta_interval": "10000",
    "OCF_RESKEY_CRM_meta_name": "monitor",
}
HOOK = f"bash -c ': </dev/tcp/127.0.0.1/{PORT}'"
UNIT_ONLY, WITH_TCP = "unit", "unit + TCP"
LOOK, FIRST, SHELL, ANYTHING, PYTHON, BARE = (
    "quickservice, one look (watch=0)",
    "quickservice, first look after a start",
    "shell agent with ocf-shellfuncs",
    "ocf:heartbeat:anything",
    "agent with ocf.py",
    "systemctl is-active alone",
)


def case(agent: str, instance: str, *, fresh: bool = False, **parameters: str) -> dict[str, object]:
    """Say how an agent is called, by its name below resource.d; it is started before."""
    env = {f"OCF_RESKEY_{key}": value for key, value in parameters.items()}
    env |= {"OCF_RESOURCE_INSTANCE": instance, "OCF_RESOURCE_TYPE": agent.rpartition("/")[2]}
    path = f"{AGENTS}/{agent}"
    return {
        "argv": [path, "monitor"],
        "prepare": [path, "start"],
        "env": ENV | env,
        "fresh": instance if fresh else "",
    }


def cases() -> Iterator[tuple[str, str, dict[str, object]]]:
    """Name every case: the agent, what it asks, how it is called."""
    hakit, unit = QUICKSERVICE.removeprefix(f"{AGENTS}/"), f"{UNIT}.service"
    for asked in (UNIT_ONLY, WITH_TCP):
        tcp, port, hook = (
            (dict[str, str](),) * 3
            if asked == UNIT_ONLY
            else ({"probe_tcp": str(PORT)}, {"port": str(PORT)}, {"monitor_hook": HOOK})
        )
        tag = "u" if asked == UNIT_ONLY else "t"
        yield LOOK, asked, case(hakit, f"look-{tag}", unit=unit, watch="0", **tcp)
        yield FIRST, asked, case(hakit, f"first-{tag}", fresh=True, unit=unit, **tcp)
        yield SHELL, asked, case("bench/shellservice", f"shell-{tag}", unit=unit, **port)
        sleeper = {"binfile": "/bin/sleep", "cmdline_options": "infinity"}
        yield ANYTHING, asked, case("heartbeat/anything", f"any-{tag}", **sleeper, **hook)
        yield PYTHON, asked, case("bench/pyservice", f"py-{tag}", unit=unit, **port)
    yield BARE, UNIT_ONLY, {"argv": ["systemctl", "is-active", "--quiet", unit], "prepare": [], "env": ENV, "fresh": ""}


def measure(lab: Lab, rounds: int) -> dict[str, list[list[float]]]:
    """Return wall and CPU milliseconds of every call, by "agent | what it asks"."""
    put_webs(lab, {UNIT: PORT})
    put_agents(lab)
    on(lab, "qsp-a", "systemctl", "start", UNIT)
    asked = {"rounds": rounds, "cases": {f"{who} | {what}": how for who, what, how in cases()}}
    return read(inside(lab, "qsp-a", "once.py", stdin=json.dumps(asked)))
