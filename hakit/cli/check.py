"""`hakit check`: every fault of a spec file, without touching a host."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hakit.cli.arguments import json_option, spec_argument
from hakit.core.errors import ExitCode
from hakit.model import Cluster
from hakit.spec import SpecFault
from hakit.spec import check as check_spec


@click.command("check")
@spec_argument
@json_option
def check(spec: Path, *, as_json: bool) -> int:
    """Report every fault of a spec file, without touching a host.

    Each fault is one line, FILE:LINE:COL: path: fault, in the order of the file. SPEC is ./hakit.yaml by default.
    """
    cluster, faults = check_spec(spec)
    if as_json:
        click.echo(json.dumps([_as_data(fault) for fault in faults], indent=2, ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(fault.line())
    if cluster is None:
        click.echo(f"{spec}: {_count(len(faults), 'fault')}", err=True)
        return ExitCode.SPEC
    click.echo(f"{spec}: {_summary(cluster)}: no faults", err=True)
    return ExitCode.DECLARED


def _as_data(fault: SpecFault) -> dict[str, object]:
    return {
        "code": fault.code,
        "severity": fault.severity.value,
        "file": fault.place.file,
        "line": fault.place.mark.line,
        "column": fault.place.mark.column,
        "path": fault.place.path,
        "text": fault.text(),
        "remedy": fault.remedy(),
    }


def _summary(cluster: Cluster) -> str:
    counts = ((cluster.nodes, "node"), (cluster.rings, "ring"), (cluster.services, "service"))
    return ", ".join(_count(len(things), word) for things, word in counts)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
