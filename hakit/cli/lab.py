"""`hakit lab`: real Debian nodes on this machine, to try things out."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import click

from hakit.cli import completing
from hakit.cli.progress import Bars
from hakit.core.errors import ExitCode
from hakit.lab import box as boxes
from hakit.lab import layout, report
from hakit.lab.lab import Lab, Safety
from hakit.lab.recipe import Release
from hakit.lab.report import NodeReport, Report
from hakit.run import machine

_name = click.option("--name", default="lab", show_default=True, metavar="NAME", help="Which lab.")
_folder = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HAKIT_LAB_DIR",
    help="Folder that holds the labs.  [default: /var/lib/hakit/labs]",
)


@click.group()
def lab() -> None:
    """Run real Debian nodes on this machine to try things out.

    Nodes qsp-a, qsp-b, … with two networks, a client and a web server, in containers or virtual machines
    with no way out; needs root, mmdebstrap, and systemd-nspawn or QEMU. Several labs can be up at once under different names.
    """


@lab.command()
@click.option("--nodes", type=click.IntRange(1, layout.MOST_NODES), help="How many.  [default: 2]")
@click.option(
    "--release", type=click.Choice([release.value for release in Release]), help="Of Debian.  [default: bookworm]"
)
@click.option(
    "--fencing", is_flag=True, help="Give every node a power switch (BMC), which fence_ipmilan asks; needs pyghmi."
)
@click.option("--qnetd", is_flag=True, help="Add a host, qnetd, with a quorum device.")
@click.option(
    "--vm",
    is_flag=True,
    help="Virtual machines: with a kernel of their own, a disk for DRBD, and a watchdog and a shared disk for sbd; needs QEMU.",
)
@click.option(
    "--whole",
    is_flag=True,
    help="Such machines as QEMU makes, with a watchdog of hardware, where KVM doesn't work either: emulated, and many times slower.",
)
@_name
@_folder
def up(  # noqa: PLR0913 - as many as there are options
    *,
    nodes: int | None,
    release: str | None,
    fencing: bool,
    qnetd: bool,
    vm: bool,
    whole: bool,
    name: str,
    folder: Path | None,
) -> None:
    """Boot the nodes; all are ready when it ends.

    The first time, Debian is installed into a folder under /var/cache/hakit (or $HAKIT_CACHE), which takes a
    minute or two (with --vm another one). Machines are QEMU's where KVM works. Where it doesn't, each node's
    kernel is a program (User-mode Linux), which is slower by far less than an emulated processor, and has a watchdog of
    its own kernel only. A lab that is up already is left alone; what is missing of it is brought back.
    """
    safety = Safety(fencing, qnetd) if fencing or qnetd else None
    with Bars() as bars:
        made = Lab.up(
            name,
            bars,
            release=Release(release) if release else None,
            nodes=nodes,
            folder=folder,
            safety=safety,
            vm=vm or whole or None,
            whole=whole or None,
        )
    which = "" if name == "lab" else f" --name {name}"
    click.echo(f"export HAKIT_SSH_CONFIG={shlex.quote(str(made.ssh_config))}")
    click.echo(f"hakit bootstrap {shlex.quote(str(made.spec))}")
    click.echo(
        f"hakit lab shell{which} client curl --proxy {layout.VIP}:3128 "
        f"http://{layout.client().addresses[0]}:{layout.ORIGIN_PORT}/ping"
    )


@lab.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@_name
@_folder
def status(*, as_json: bool, name: str, folder: Path | None) -> int:
    """Tell which nodes there are and how they are; exit code 1 if not all is well."""
    found = Lab.open(name, folder)
    seen = report.look(found)
    if as_json:
        click.echo(json.dumps(_data(found, seen), indent=2))
    else:
        click.echo(f"lab {seen.name}: Debian {seen.release}, origin server {'up' if seen.origin else 'down'}")
        for node in seen.nodes:
            click.echo(_line(node))
        click.echo(f"ssh config: {found.ssh_config}")
        click.echo(f"spec file:  {found.spec}")
    return ExitCode.DECLARED if seen.healthy else ExitCode.DIFFERENT


@lab.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("node", shell_complete=completing.lab_nodes)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@_name
@_folder
def shell(node: str, command: tuple[str, ...], name: str, folder: Path | None) -> None:
    """Log into NODE (or `client`), or run COMMAND there and end with its exit code.

    Options of hakit's own stand before NODE.
    """
    found = Lab.open(name, folder)
    if node == layout.CLIENT:
        machine.replace(found.client_argv(command or (os.environ.get("SHELL", "sh"),)))
    inside = found.node_argv(node, command or ("bash", "--login"))
    # A terminal of the node's own comes from its sshd; a command alone is better off without a shell in between.
    by_ssh = ("ssh", "-F", str(found.ssh_config), "-t", node)
    machine.replace(inside if command or not sys.stdin.isatty() else by_ssh)


@lab.command()
@click.option("--all", "everything", is_flag=True, help="Every lab in the folder.")
@_name
@_folder
def down(*, everything: bool, name: str, folder: Path | None) -> None:
    """Take a lab away, whole or half-made; nothing is left of it. Fine when there is none."""
    for each in Lab.names(folder) if everything else [name]:
        with Bars() as bars:
            was = Lab.down(each, folder, bars)
        click.echo(f"the lab {each} is gone" if was else f"there is no lab {each}", err=True)


@lab.command()
@click.option(
    "--release",
    type=click.Choice([release.value for release in Release]),
    default=Release.BOOKWORM.value,
    show_default=True,
    help="Of Debian.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default="hakit.box",
    show_default=True,
    metavar="FILE",
    help="What to write.",
)
def box(*, release: str, output: Path) -> None:
    """Write the image of `up --vm` as a box for Vagrant with libvirt.

    The machines of the folder vagrant/ in hakit's sources are made of it; about 1 GB. Needs root, mmdebstrap and QEMU.
    """
    with Bars() as bars:
        boxes.make(Release(release), output.absolute(), bars)
    click.echo(f"vagrant box add --name hakit {shlex.quote(str(output))}")


def _line(node: NodeReport) -> str:
    awake = f"on, {node.system or 'no answer'}, pcsd {node.pcsd or 'unknown'}"
    power = "off" if node.leader is None else awake
    cables = ", ".join(
        f"ring {ring} {address} {cable}"
        for ring, (address, cable) in enumerate(zip(node.addresses, node.cables, strict=True))
    )
    return f"  {node.name}: {power}; {cables}"


def _data(found: Lab, seen: Report) -> dict[str, object]:
    return {
        "name": seen.name,
        "release": seen.release,
        "healthy": seen.healthy,
        "origin": seen.origin,
        "ssh_config": str(found.ssh_config),
        "spec": str(found.spec),
        "nodes": [
            {
                "name": node.name,
                "on": node.leader is not None,
                "leader": node.leader,
                "system": node.system,
                "pcsd": node.pcsd,
                "healthy": node.healthy,
                "rings": [
                    {"ring": ring, "address": address, "cable": cable}
                    for ring, (address, cable) in enumerate(zip(node.addresses, node.cables, strict=True))
                ],
            }
            for node in seen.nodes
        ],
    }
