"""`hakit import`: an existing cluster to a spec file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from hakit.apply import importing as engine
from hakit.author.cluster.read import Import, Texts, read
from hakit.cli import findings
from hakit.cli.arguments import json_option, ssh_config_option, yes_option
from hakit.cli.output import ask_to_overwrite, output_option, write
from hakit.core import ExitCode, HakitError
from hakit.run.hosts import Hosts


@click.command("import")
@click.argument("nodes", nargs=-1, metavar="[NODE]...")
@click.option(
    "--corosync",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read corosync.conf from a file, not from nodes; with --cib.",
)
@click.option(
    "--cib",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the CIB from a file, as 'pcs cluster cib' or 'cibadmin --query' prints it.",
)
@output_option
@yes_option
@json_option
@ssh_config_option
def import_(  # noqa: PLR0913 - one parameter per option
    nodes: tuple[str, ...],
    *,
    corosync: Path | None,
    cib: Path | None,
    output: Path | None,
    yes: bool,
    as_json: bool,
    ssh_config: Path | None,
) -> int:
    """Write the spec file of an existing cluster, and list what it can't say.

    Reads the nodes named, or this machine, or two files; changes nothing there. Name all nodes of the cluster:
    what each knows of its networks makes the spec shorter. What the spec leaves out, or says otherwise, is listed on
    stderr and at the end of the file.

    Exit code 0: the spec says everything; 1: something is listed as a warning; 3: hakit check refuses the spec.
    """
    if (corosync is None) != (cib is None):
        raise HakitError("--cib and --corosync go together", code=ExitCode.USAGE)
    if corosync is not None and nodes:
        raise HakitError("name nodes, or files, not both", code=ExitCode.USAGE)
    ask_to_overwrite(output, yes=yes)
    if corosync is not None and cib is not None:
        found = read(Texts(_read(corosync), _read(cib), str(corosync), str(cib)))
    else:
        here = os.uname().nodename
        found = engine.live(nodes or (here,), Hosts(ssh_config=ssh_config, local=() if nodes else (here,)))
    _tell(found, output, as_json=as_json)
    if not found.usable:
        return ExitCode.SPEC
    return ExitCode.DECLARED if found.whole else ExitCode.DIFFERENT


def _tell(found: Import, output: Path | None, *, as_json: bool) -> None:
    if as_json:
        listed = [findings.plain(each) for each in found.findings]
        answer = {"whole": found.whole, "usable": found.usable, "spec": found.text, "findings": listed}
        write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n", None)
    if output is not None or not as_json:
        write(found.text, output)
    for line in findings.lines(found.findings):
        click.echo(line, err=True)
    click.echo(_summary(found, output), err=True)


def _summary(found: Import, output: Path | None) -> str:
    cluster, place = found.cluster, f" is in {output}" if output else ""
    said = f"{cluster.name}{place}: {findings.counted(found.findings)}"
    following = f"; next: hakit check {output}" if output else ""
    return f"{said}{following}"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HakitError(f"cannot read {path}: {error}", code=ExitCode.USAGE) from error
