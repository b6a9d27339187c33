"""A cluster of two virtual machines with squid's volume, what its clients fetched, and what a writer was told is on the disk."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hakit.core import Command
from hakit.core.errors import HakitError
from hakit.lab.lab import Lab
from hakit.run import machine
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client
from tests.vm.writing import lost, writing

# pcsd alone takes minutes to start on an emulated processor.
TOOL = ("--tool", "crm")
# Behind the service of a lab's spec: the time that emulated processors need, and with it a volume.
TIMES = "    timeouts: { start: 300, stop: 300, monitor: 300 }\n"
VOLUME = f"""\
{TIMES}    volume:
      device: /dev/vdb
      mount: /srv/squid
      size: 200 MiB
      owner: proxy
      group: proxy
      links: {{ /var/log/squid: log }}
"""
# What both nodes share, beside the volume.
DISK = "/dev/disk/by-id/virtio-sbd"


def waited_for(good: Callable[[], bool], what: str, *, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.5)  # noqa: TID251 - a test's own wait


def fenced_by(lab: Lab, sbd: str) -> None:
    """Write it into the lab's spec in the place of its decision to do without."""
    spec = Path(lab.spec)
    lines = spec.read_text().splitlines()
    spec.write_text("".join(f"  sbd: {sbd}\n" if line.startswith("  none:") else f"{line}\n" for line in lines))


class Story:
    """The cluster with its volume, what clients have fetched, and what a writer was told to be on the disk."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.hakit, self.client = lab, Hakit(lab, patience=1500), Client(lab)
        self.fetched: list[int] = []
        self.written: dict[str, int] = {}

    @property
    def status(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.hakit("status", "--json", self.hakit.spec).out)
        return found

    @property
    def place(self) -> str:
        return self.hakit.on(self.standing, "crm_resource", "--resource=squid-unit", "--locate").rpartition(" ")[2]

    @property
    def standing(self) -> str:
        return next(node.name for node in self.lab.nodes if self.lab.leader(node.name))

    @property
    def other(self) -> str:
        return next(node.name for node in self.lab.nodes if node.name != self.place)

    @property
    def sides(self) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, dict[str, object]]] = json.loads(
            self.hakit("volume", "status", "--json", "--spec", self.hakit.spec).out
        )
        return found["squid"]

    def codes(self) -> set[str]:
        return {str(each["code"]) for each in self.status["findings"]}  # type: ignore[attr-defined]

    def fetch(self, count: int) -> None:
        """Fetch numbered pages; each answer has to be right."""
        for number in range(len(self.fetched), len(self.fetched) + count):
            page = self.client.fetch(f"/numbered/{number}")
            assert (page.code, page.body) == (200, f"{number}\n")
            self.fetched.append(number)

    def logged(self, node: str) -> list[int]:
        """Return the numbers of the requests in squid's log, which must be readable by the old name too."""
        text = self.hakit.on(node, "grep", "--only-matching", "/numbered/[0-9]*", "/var/log/squid/access.log")
        return [int(line.rpartition("/")[2]) for line in text.splitlines()]

    def serves(self) -> bool:
        return self.client.fetch("/ping").code == 200

    def boot(self, node: str) -> str:
        """Give the number that every boot of a kernel has for itself; empty without an answer."""
        try:
            argv = self.lab.node_argv(node, ("cat", "/proc/sys/kernel/random/boot_id"))
        except HakitError:  # it is off
            return ""
        return machine.run(Command(argv, timeout=10, changes_state=False)).stdout.strip()

    def whole(self) -> bool:
        return all((side["connection"], side["disk"]) == ("Connected", "UpToDate") for side in self.sides.values())

    @contextmanager
    def writing(self, count: int) -> Iterator[None]:
        """Let a program write and sync in a new file on the volume, and keep how many lines it called written."""
        with writing(self.lab, self.place, f"/srv/squid/written-{len(self.written)}", count, self.written):
            yield

    def lost(self, node: str) -> list[str]:
        """Name the files in which a line is missing, or is another, that was acknowledged."""
        return lost(self.hakit.on, node, self.written)
