"""The door to a running virtual machine: QEMU's machine protocol on a Unix socket (QMP, qemu-qmp-ref(7))."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import TextIO

from hakit.core.errors import HakitError

# A Unix socket's path has to fit (unix(7)).
LONGEST = 107


def ask(place: Path, command: str, *, timeout: float = 10.0, **arguments: object) -> object:
    """Have the machine behind the socket do a command, and return its answer. Raises HakitError.

    `timeout` is the longest silence in seconds. Names of arguments take `_` for QMP's `-`.
    """
    wanted: dict[str, object] = {
        "execute": command,
        "arguments": {name.replace("_", "-"): value for name, value in arguments.items()},
    }
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(timeout)
            door.connect(str(place))
            with door.makefile("rw", encoding="utf-8") as stream:
                _line(stream)  # the greeting
                _do(stream, {"execute": "qmp_capabilities"})
                return _do(stream, wanted)
    except (OSError, ValueError) as error:
        raise HakitError(f"{place}: the virtual machine does not answer: {error}") from error


def _do(stream: TextIO, command: dict[str, object]) -> object:
    """Say a command and return what comes of it; events between, which nobody waits for, are passed over."""
    stream.write(f"{json.dumps(command)}\n")
    stream.flush()
    while True:
        said = _line(stream)
        if "error" in said:
            raise HakitError(f"QEMU refuses {command['execute']}: {said['error']}")
        if "return" in said:
            return said["return"]


def _line(stream: TextIO) -> dict[str, object]:
    line = stream.readline()
    if not line:
        raise ConnectionResetError("it has hung up")
    said = json.loads(line)
    return said if isinstance(said, dict) else {}
