"""The power switches of a lab: what they need, and their password."""

from __future__ import annotations

import importlib.util
import os
import secrets

from hakit.core.errors import ExitCode, HakitError
from hakit.lab.layout import Layout


def need() -> None:
    """Raise HakitError when the library that answers IPMI isn't there."""
    if importlib.util.find_spec("pyghmi") is None:
        raise HakitError(
            "a lab with power switches needs pyghmi, which is not installed",
            hint="pip install 'hakit[lab]', or: pip install pyghmi",
            code=ExitCode.USAGE,
        )


def make_secret(layout: Layout) -> None:
    """Make the switches' password, for root's eyes only; one that is there stays."""
    if not layout.bmc_secret.exists():
        # IPMI 2.0 passwords have 20 bytes at most.
        with os.fdopen(os.open(layout.bmc_secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(8) + "\n")
