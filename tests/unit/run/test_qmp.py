"""Talking to a virtual machine, played by a socket that says what QEMU says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from hakit.core import HakitError
from hakit.run import qmp

pytestmark = pytest.mark.enable_socket

GREETING = {"QMP": {"version": {}, "capabilities": []}}
Talk = Sequence[tuple[dict[str, object], Sequence[dict[str, object]]]]
READY: Talk = [({"execute": "qmp_capabilities", "arguments": {}}, [{"return": {}}])]


@contextmanager
def machine(place: Path, *talk: tuple[dict[str, object], Sequence[dict[str, object]]]) -> Iterator[None]:
    """Be a machine that greets one caller, and answers just these commands in this order."""
    heard: list[object] = []

    def serve() -> None:
        caller, _ = door.accept()
        with caller, caller.makefile("rw", encoding="utf-8") as stream:
            stream.write(json.dumps(GREETING) + "\n")
            stream.flush()
            for _, answers in talk:
                heard.append(json.loads(stream.readline()))
                stream.writelines(json.dumps(answer) + "\n" for answer in answers)
                stream.flush()

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(place))
        door.listen()
        door.settimeout(10)
        server = threading.Thread(target=serve)
        server.start()
        try:
            yield
        finally:
            server.join(10)
    assert heard == [{"execute": "qmp_capabilities"}, *(command for command, _ in talk[1:])]


def test_a_command_and_its_answer_past_events(tmp_path: Path) -> None:
    place = tmp_path / "qmp"
    command: dict[str, object] = {"execute": "set_link", "arguments": {"name": "ring0", "up": False}}
    with machine(place, *READY, (command, [{"event": "STOP"}, {"return": {"done": True}}])):
        assert qmp.ask(place, "set_link", name="ring0", up=False) == {"done": True}


def test_what_qemu_refuses_is_said(tmp_path: Path) -> None:
    place = tmp_path / "qmp"
    refusal: dict[str, object] = {"error": {"class": "GenericError", "desc": "Device 'x' not found"}}
    with (
        machine(place, *READY, ({"execute": "stop", "arguments": {}}, [refusal])),
        pytest.raises(HakitError, match=r"refuses stop.*not found"),
    ):
        qmp.ask(place, "stop")


def test_a_machine_that_is_gone_is_told_from_one_that_refuses(tmp_path: Path) -> None:
    with pytest.raises(HakitError, match="does not answer"):
        qmp.ask(tmp_path / "qmp", "stop")
    with (
        machine(tmp_path / "qmp", *READY, ({"execute": "stop", "arguments": {}}, [])),
        pytest.raises(HakitError, match="hung up"),
    ):
        qmp.ask(tmp_path / "qmp", "stop")
