"""How hakit's agent gets onto a host."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

from hakit.core import Put
from hakit.plan.step import Step

_MODE = 0o755


def step(text: str, host: str, present: str, path: str) -> Step | None:
    """Install an agent on the host, unless it is there already; `present` is what `Digest` said of the file."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    if present == f"{digest} {_MODE:04o} root:root":
        return None
    why = "it differs from this hakit's" if present else "it is not there"
    put = Put(path, text, mode=_MODE, backup=False)
    place = PurePosixPath(path)
    kind = "ocf:hakit" if place.parent.name == "hakit" else "stonith"
    return Step(f"install the agent {kind}:{place.name}", host, why, (put,))
