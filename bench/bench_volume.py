"""What a volume adds to a planned move of a cold service: hakit without one, hakit with one, and one made by hand with pcs.

    python3 bench/bench_volume.py [--repeat 5] [--ways hakit hakit-volume pcs-volume] | --report

What a call of an agent takes there, and on this machine itself, is measured beside it: a volume adds seven of them, one behind
the other (stop of the mount, demote, two notifications, promote, one more, start of the mount). With hakit's the address moves
meanwhile, and the mount's agent is its own.

In two virtual machines with DRBD, one way after the other, each moved there and back while a client asks squid for a page
through the VIP. By hand is the same squid with the commands of DRBD's own guide. Where KVM doesn't work the kernels are
programs of this machine (User-mode Linux), and everything takes longer: the page says so. Needs root. Writes bench/results/volume.json and .md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import stock
from bench_failover import Teller
from failover_faults import FAULTS
from failover_setups import LIMIT, NODES, Hakit, Pacemaker, holders, said
from failover_trial import measure
from machine import described
from stock import on

sys.path.insert(0, str(Path(__file__).parents[1]))

from hakit.lab import accelerator
from hakit.lab.lab import Lab
from hakit.lab.qemu import Accelerator
from hakit.lab.recipe import Release
from hakit.observe import crm_mon
from tests.vm.story import TIMES, VOLUME

RESULTS = Path(__file__).parent / "results"
NAME = "bench-volume"
(MOVE,) = (fault for fault in FAULTS if fault.name == "switchover")
EVERY = 0.05
# What emulated processors need for what takes a second elsewhere.
PATIENT = "300"
RESOURCE = """\
resource squid {
  device /dev/drbd0;
  disk /dev/vdb;
  meta-disk internal;
  on qsp-a { address 172.16.233.11:7789; }
  on qsp-b { address 172.16.233.12:7789; }
}
"""


KINDS = {
    Accelerator.KVM: "with KVM",
    Accelerator.TCG: "on emulated processors, where everything takes many times longer",
    Accelerator.UML: "whose kernels are programs (User-mode Linux), where everything takes longer",
}


# A call of the same kind that needs no volume: a shell script of the resource agents, asked for an address that isn't there.
CALL = """\
import os, statistics, subprocess, time
words = {"OCF_RESKEY_ip": "192.168.233.250", "OCF_RESKEY_cidr_netmask": "24", "OCF_RESOURCE_INSTANCE": "call"}
env = os.environ | words | {"OCF_ROOT": "/usr/lib/ocf"}
def call():
    began = time.monotonic()
    done = subprocess.run(["/usr/lib/ocf/resource.d/heartbeat/IPaddr2", "monitor"], env=env, capture_output=True)
    assert done.returncode == 7, done
    return time.monotonic() - began
print(statistics.median(call() for _ in range(15)))
"""


def call_costs(lab: Lab) -> float:
    """Return what a call of an agent takes on a node, in seconds."""
    return float(said(lab, NODES[0], "python3", "-c", CALL))


class Way(Pacemaker):
    """One way to have squid, which is whole when its parts run and both sides of a volume are alike."""

    def trouble(self, lab: Lab) -> str:
        """Both nodes online, nothing failed, all that isn't a clone started, DRBD's sides alike."""
        state = crm_mon.parse(said(lab, NODES[0], "crm_mon", "--one-shot", "--inactive", "--output-as", "xml"))
        if state is None or not state.dc or not all(each.online and not each.pending for each in state.nodes):
            return "not all online"
        down = [each.id for each in state.resources if not each.nodes or each.failed]
        if down:
            return f"{down} not running"
        drbd = said(lab, NODES[0], "cat", "/proc/drbd")
        return "" if " ds:" not in drbd or " ds:UpToDate/UpToDate " in drbd else "the sides are not alike"


class Plain(Way):
    """hakit, as the lab's spec has it."""

    name, title, more = "hakit", "hakit without a volume", TIMES

    def make(self, lab: Lab) -> None:
        """`hakit bootstrap`."""
        bootstrapped(lab, self.more)

    def move(self, lab: Lab, source: str, target: str) -> None:
        """`hakit switchover`."""
        del source
        _hakit(lab, "switchover", "squid", "--to", target, "--spec", str(lab.spec.with_name("volume.yaml")))


class Volume(Plain):
    """The same with a volume for squid's logs."""

    name, title, more = "hakit-volume", "hakit with a volume", VOLUME


class ByHand(Way):
    """The same by hand: DRBD's own guide, and pcs."""

    name, title = "pcs-volume", "pcs by hand with a volume"

    def make(self, lab: Lab) -> None:
        """Make the device, the file system and the resources."""
        for node in NODES:
            on(lab, node, "systemctl", "start", "pcsd")
        stock.cluster(lab)
        for node in NODES:
            on(lab, node, "tee", "/etc/drbd.d/squid.res", stdin=RESOURCE)
            on(lab, node, "drbdadm", "create-md", "--force", "squid")
            on(lab, node, "drbdadm", "up", "squid")
        first = NODES[0]
        self._connected(lab)
        on(lab, first, "drbdadm", "new-current-uuid", "--clear-bitmap", "squid/0")
        on(lab, first, "drbdadm", "primary", "squid")
        on(lab, first, "mkfs.ext4", "-q", "/dev/drbd0")
        for node in NODES:
            on(lab, node, "mkdir", "--parents", "/srv/squid")
        on(lab, first, "mount", "/dev/drbd0", "/srv/squid")
        on(lab, first, "install", "--directory", "--owner=proxy", "--group=proxy", "/srv/squid/log")
        on(lab, first, "umount", "/srv/squid")
        on(lab, first, "drbdadm", "secondary", "squid")
        for node in NODES:
            on(lab, node, "mv", "/var/log/squid", "/var/log/squid.before")
            on(lab, node, "ln", "--symbolic", "/srv/squid/log", "/var/log/squid")
        self._resources(lab)

    @staticmethod
    def _connected(lab: Lab) -> None:
        end = time.monotonic() + LIMIT
        while " cs:Connected " not in said(lab, NODES[0], "cat", "/proc/drbd"):
            if time.monotonic() > end:
                raise SystemExit(f"the sides have not met within {LIMIT:.0f} s")
            time.sleep(0.5)

    @staticmethod
    def _resources(lab: Lab) -> None:
        times = [word for name in ("start", "stop", "monitor") for word in ("op", name, f"timeout={PATIENT}")]
        disk = ("ocf:linbit:drbd", "drbd_resource=squid", *times)
        for name in ("promote", "demote"):
            disk += ("op", name, f"timeout={PATIENT}")
        looks = ("op", "monitor", "interval=29", "role=Promoted", "op", "monitor", "interval=31", "role=Unpromoted")
        once = ("promotable", "promoted-max=1", "promoted-node-max=1", "clone-max=2", "clone-node-max=1", "notify=true")
        mount = ("ocf:heartbeat:Filesystem", "device=/dev/drbd0", "directory=/srv/squid", "fstype=ext4")
        address = ("ocf:heartbeat:IPaddr2", "ip=192.168.233.200", "cidr_netmask=24")
        create = ("pcs", "resource", "create")
        on(lab, NODES[0], *create, "squid-data", *disk, *looks, *once)
        for name, words in (("squid-fs", mount), ("squid-vip", address), ("squid-unit", ("systemd:squid",))):
            on(lab, NODES[0], *create, name, *words, *times, "--group", "squid", "--disabled")
        constraint = ("pcs", "constraint")
        on(lab, NODES[0], *constraint, "colocation", "add", "squid", "with", "Promoted", "squid-data-clone", "INFINITY")
        on(lab, NODES[0], *constraint, "order", "promote", "squid-data-clone", "then", "start", "squid")
        on(lab, NODES[0], "pcs", "resource", "enable", "squid-fs", "squid-vip", "squid-unit")

    def move(self, lab: Lab, source: str, target: str) -> None:
        """`pcs resource move`, which takes its constraint away itself since 0.11."""
        del source
        on(lab, NODES[0], "pcs", "resource", "move", "squid", target)


def bootstrapped(lab: Lab, more: str) -> None:
    """Make the lab's cluster with some lines more for its service: its spec is volume.yaml beside the lab's own."""
    file = lab.spec.with_name("volume.yaml")
    file.write_text(lab.spec.read_text().rstrip("\n") + f"\n{more}")
    # pcsd alone takes minutes to start on an emulated processor.
    _hakit(lab, "bootstrap", "--yes", "--tool", "crm", str(file))


def _hakit(lab: Lab, *words: str) -> None:
    done = Hakit._hakit(lab, *words)  # noqa: SLF001 - the other benchmark's own
    if done.returncode != 0:
        raise SystemExit(f"hakit {' '.join(words)} failed:\n{done.stderr}{done.stdout}")


def page(said_: dict[str, Any]) -> str:
    """Give the page."""
    lost = {way: [each["seconds"] for each in results] for way, results in said_["results"].items()}
    titles = {way.name: way.title for way in (Plain, Volume, ByHand)}
    rows = [
        f"| {titles[way]} | {median(each):.1f} s | {min(each):.1f} to {max(each):.1f} s | {len(each)} |"
        for way, each in lost.items()
    ]
    more = []
    if {"hakit", "hakit-volume"} <= set(lost):
        more.append(f"The volume adds {median(lost['hakit-volume']) - median(lost['hakit']):.1f} s.")
    if {"hakit-volume", "pcs-volume"} <= set(lost):
        ratio = median(lost["hakit-volume"]) / median(lost["pcs-volume"])
        more.append(f"With it, hakit's outage is {ratio:.2f} of that of pcs by hand.")
    kind = KINDS[Accelerator(said_["kind"])]
    here, itself = said_["call"], said_["call_itself"]
    more += [
        "",
        f"A call of an agent (IPaddr2, monitor) takes {1000 * here:.0f} ms in such a machine and {1000 * itself:.0f} ms on this machine",
        "itself. What a volume adds to a move are seven calls of agents, one behind the other; the address moves meanwhile.",
    ]
    repeat = max(map(len, lost.values()))
    return "\n".join(
        [
            "# A planned move with a volume",
            "",
            f"{said_['machine']}; two virtual machines {kind}, release {said_['release']}; {said_['began']} UTC. A client",
            f"asks squid for a page through the VIP every {1000 * EVERY:.0f} ms. Rerun: `python3 bench/bench_volume.py --repeat {repeat}`.",
            "",
            "| way | median outage | from, to | moves |",
            "|---|---|---|---|",
            *rows,
            "",
            *more,
            "",
        ]
    )


def main() -> None:
    """Run it and write the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ways = {way.name: way for way in (Plain(), Volume(), ByHand())}
    options.add_argument("--ways", nargs="+", choices=list(ways), default=list(ways))
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--release", default="bookworm", choices=[release.value for release in Release])
    options.add_argument("--output", default=str(RESULTS), help="folder of volume.json and volume.md")
    options.add_argument(
        "--report", action="store_true", help="print the page of what was measured, and measure nothing"
    )
    chosen = options.parse_args()
    if chosen.report:
        sys.stdout.write(page(json.loads((Path(chosen.output) / "volume.json").read_text())))
        return
    said_: dict[str, Any] = {
        "machine": described(), "release": chosen.release, "results": {},
        "began": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
    }  # fmt: skip
    Lab.down(NAME)
    try:
        lab = Lab.up(NAME, Teller(), release=Release(chosen.release), vm=True)
        said_["kind"] = accelerator.remembered(lab.layout).value
        said_["call"] = call_costs(lab)
        for number, name in enumerate(chosen.ways):
            if number:
                lab.reset(Teller())
            ways[name].make(lab)
            moved = [measure(lab, ways[name], MOVE, every=EVERY) for _ in range(chosen.repeat)]
            said_["results"][name] = [asdict(each) for each in moved]
            sys.stderr.write(f"{name}: {[each.seconds for each in moved]} s, VIP on {holders(lab)}\n")
        Lab.down(NAME)
        said_["call_itself"] = call_costs(Lab.up(NAME, Teller(), release=Release(chosen.release)))
    finally:
        Lab.down(NAME)
    (Path(chosen.output) / "volume.json").write_text(json.dumps(said_, indent=1) + "\n")
    (Path(chosen.output) / "volume.md").write_text(page(said_))
    sys.stdout.write(page(said_))


if __name__ == "__main__":
    main()
