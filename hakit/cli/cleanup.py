"""`hakit cleanup`: forget failures, once they were seen."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hakit.apply.operating import cleanup as engine
from hakit.apply.operating.cleanup import Cleaned
from hakit.cli import completing, operating
from hakit.cli.arguments import json_option, spec_option, ssh_config_option, tool_option
from hakit.cli.door import driven
from hakit.cli.progress import Bars


@click.command()
@click.argument("service", default="", shell_complete=completing.services)
@json_option
@spec_option
@tool_option
@ssh_config_option
def cleanup(service: str, *, as_json: bool, spec: Path, ssh_config: Path | None) -> None:
    """Show what failed and why, and let the cluster forget it and try again.

    Without SERVICE for all of them. Mend the cause first: what fails again at once is told, with exit code 4.
    """
    cluster = driven(spec)
    with Bars() as bars:
        cleaned = engine.cleanup(cluster, operating.means(cluster, ssh_config, bars), service)
    if as_json:
        click.echo(json.dumps({**_plain(cleaned), **operating.plain(cleaned.did)}, indent=2))
        return
    for failure in cleaned.before.failures:
        click.echo(f"failed: {engine.text(failure)}")
    for count in cleaned.before.counts:
        click.echo(f"failed {_times(count.fail_count)}: {count.resource} on {count.node}")
    operating.tell(cleaned.did, done="forgotten", already="nothing has failed", as_json=False)


def _times(count: int) -> str:
    return "for good" if count >= engine.INFINITY else f"{count} time{'s'[: count > 1]}"


def _plain(cleaned: Cleaned) -> dict[str, object]:
    return {
        "failures": [
            {
                "operation": each.operation,
                "resource": each.resource,
                "node": each.node,
                "status": each.status,
                "reason": each.reason,
                "when": each.when,
            }
            for each in cleaned.before.failures
        ],
        "fail_counts": [
            {"resource": each.resource, "node": each.node, "count": each.fail_count} for each in cleaned.before.counts
        ],
    }
