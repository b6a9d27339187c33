"""Hosts that are there already, for the same tests as the lab's: of Vagrant, or somebody's own."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from hakit import spec
from hakit.lab import layout
from hakit.lab.layout import Host
from hakit.lab.recipe import Release


class Given:
    """Stands where a `Lab` does. What only a lab can do, such as to cut a cable, skips the test, with the reason."""

    def __init__(self, ssh_config: Path, spec_file: Path, release: Release) -> None:
        self.ssh_config, self.spec, self.release = ssh_config, spec_file, release

    @property
    def nodes(self) -> tuple[Host, ...]:
        """The hosts of the spec file."""
        return tuple(
            Host(node.name, tuple(str(address) for address in node.addresses)) for node in spec.read(self.spec).nodes
        )

    def node_argv(self, node: str, argv: Sequence[str]) -> tuple[str, ...]:
        """Return the command line that runs another on a host."""
        options = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=60", "-o", "LogLevel=ERROR")
        return ("ssh", "-F", str(self.ssh_config), *options, node, shlex.join(argv))

    def client_argv(self, argv: Sequence[str]) -> tuple[str, ...]:
        """Return the command line that runs another on the client, which the ssh config has to know."""
        return self.node_argv(layout.CLIENT, argv)

    def reset(self, _: object = None) -> None:
        """Leave them as they are: a test that wants them bare says so itself."""

    def cut(self, node: str, ring: int) -> NoReturn:
        """Skip."""
        pytest.skip(f"the cable of ring {ring} of {node} is nobody's here to cut")

    def power_off(self, node: str) -> NoReturn:
        """Skip."""
        pytest.skip(f"the power of {node} is nobody's here to cut")

    def freeze(self, node: str) -> NoReturn:
        """Skip."""
        pytest.skip(f"nobody here can let {node} stand still")
