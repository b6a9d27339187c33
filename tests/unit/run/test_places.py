"""The look at devices' ends and at directories, on files of this machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hakit.run import places

MEBIBYTE = 1 << 20


def device(path: Path, size: int, *, byte: int | None = None) -> str:
    """Make a file of zeros, but for one byte."""
    with path.open("wb") as file:
        file.truncate(size)
        if byte is not None:
            file.seek(byte)
            file.write(b"x")
    return str(path)


@pytest.mark.parametrize(
    ("size", "byte", "zeros"),
    [
        (8 * MEBIBYTE, None, True),
        (8 * MEBIBYTE, 0, False),
        (8 * MEBIBYTE, MEBIBYTE - 1, False),
        (8 * MEBIBYTE, 7 * MEBIBYTE, False),
        (8 * MEBIBYTE, 8 * MEBIBYTE - 1, False),
        (4096, None, True),
        (4096, 100, False),
    ],
)
def test_a_device_is_blank_when_both_ends_are_zeros(
    tmp_path: Path, size: int, byte: int | None, *, zeros: bool
) -> None:
    assert places.zeros(device(tmp_path / "disk", size, byte=byte)) is zeros


def test_what_can_t_be_read_is_not_known(tmp_path: Path) -> None:
    assert places.zeros(str(tmp_path / "none")) is None
    assert places.zeros(str(tmp_path)) is None


def test_places_are_told_with_what_lies_in_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs = tmp_path / "logs"
    (logs / "old").mkdir(parents=True)
    for name, text, moment in (("a", "12345", 1000), ("old/b", "678", 2000)):
        (logs / name).write_text(text)
        os.utime(logs / name, (moment, moment))
    (tmp_path / "link").symlink_to("/srv/squid/log")
    (tmp_path / "file").write_text("")
    names = [str(tmp_path / name) for name in ("logs", "link", "file", "none")]
    places.main(json.dumps({"devices": [], "places": names, "mounts": ["/proc", str(tmp_path)]}))
    assert json.loads(capsys.readouterr().out) == {
        "devices": {},
        "places": {
            names[0]: {"kind": "directory", "size": 8, "newest": 2000.0, "mounted": False},
            names[1]: {"kind": "link", "target": "/srv/squid/log"},
            names[2]: {"kind": "other"},
        },
        "spaces": {"/proc": [0, 0]},
    }
