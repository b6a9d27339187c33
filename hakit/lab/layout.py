"""A lab's names, addresses and files: everything that it makes on the machine is named here, and carries its name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hakit.core.errors import ExitCode, HakitError

RINGS = ("192.168.233", "172.16.233")
# The network of the power switches and of the quorum device, in labs that have them: no ring, and never cut.
MANAGEMENT = "10.23.233"
WITNESS = "qnetd"
BMC_USER = "admin"
VIP = f"{RINGS[0]}.200"
CLIENT = "client"
_CLIENT_PART = 139
_FIRST_PART = 11
_WITNESS_PART = 99
_BMC_PART = 100  # added to the node's
MOST_NODES = 16
ORIGIN_PORT = 8000
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Host:
    """A node of the lab, or its client, with one address per ring."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A lab's name and folder; `folder` is gone when the lab is down."""

    name: str
    folder: Path

    @property
    def namespace(self) -> str:
        """The network namespace of the switch and the client; the dot can't be in a lab's name, so none is another's."""
        return f"hakit.{self.name}"

    def unit(self, host: str) -> str:
        """Name the host's namespace, cgroup, container and systemd unit."""
        return f"{self.namespace}.{host}"

    def namespace_file(self, host: str) -> Path:
        """Return the handle of the network namespace of a node or of the client."""
        return Path("/run/netns") / (self.namespace if host == CLIENT else self.unit(host))

    def node_folder(self, node: str) -> Path:
        """Return the folder with the node's layers."""
        return self.folder / "nodes" / node

    def root(self, node: str) -> Path:
        """Return where the node's root file system is mounted."""
        return self.node_folder(node) / "root"

    def log(self, host: str) -> Path:
        """Return the file with what the container, or the origin server, said."""
        return self.folder / f"{host}.log"

    @property
    def ssh_config(self) -> Path:
        """The file for `ssh -F`."""
        return self.folder / "ssh_config"

    @property
    def bmc_secret(self) -> Path:
        """The file with the power switches' password."""
        return self.folder / "bmc-password"

    @property
    def spec(self) -> Path:
        """The ready spec file."""
        return self.folder / "hakit.yaml"


def hosts(count: int) -> tuple[Host, ...]:
    """Return the nodes qsp-a, qsp-b, … Raises HakitError for a number that the lab doesn't do."""
    if not 1 <= count <= MOST_NODES:
        raise HakitError(f"a lab has 1 to {MOST_NODES} nodes, not {count}", code=ExitCode.USAGE)
    return tuple(_host(f"qsp-{chr(ord('a') + index)}", _FIRST_PART + index) for index in range(count))


def client() -> Host:
    """Return the client, who is also the origin server."""
    return _host(CLIENT, _CLIENT_PART)


def witness() -> Host:
    """Return the host of the quorum device."""
    return _host(WITNESS, _WITNESS_PART)


def management(host: Host) -> str:
    """Return the host's address in the network of the power switches."""
    return f"{MANAGEMENT}.{_part(host)}"


def bmc(host: Host) -> str:
    """Return the address of the host's power switch (BMC: baseboard management controller)."""
    return f"{MANAGEMENT}.{_BMC_PART + _part(host)}"


def _part(host: Host) -> int:
    return int(host.addresses[0].rpartition(".")[2])


def labs_folder(chosen: Path | None = None) -> Path:
    """Return the folder that holds all labs' folders: as chosen, or $HAKIT_LAB_DIR, or the system's place."""
    return (chosen or Path(os.environ.get("HAKIT_LAB_DIR", "/var/lib/hakit/labs"))).absolute()


def layout(name: str, folder: Path | None = None) -> Layout:
    """Return the layout of the lab of that name. Raises HakitError if the name would not do."""
    if not _NAME.fullmatch(name):
        raise HakitError(f"{name!r} can't name a lab: 1 to 24 small letters, digits and hyphens", code=ExitCode.USAGE)
    return Layout(name, labs_folder(folder) / name)


def _host(name: str, part: int) -> Host:
    return Host(name, tuple(f"{ring}.{part}" for ring in RINGS))
