"""`hakit schema`: the JSON Schema of the spec file."""

from __future__ import annotations

import json

import click

from hakit.spec import json_schema


@click.command("schema")
def schema() -> None:
    """Print the JSON Schema of the spec file, for editors.

    Save it beside the spec and begin the spec with '# yaml-language-server: $schema=./hakit.schema.json'.
    """
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
