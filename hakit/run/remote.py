"""The program that does a batch of actions on a host.

Sent to `python3 -I -S -` over ssh (or run so on this very host), followed by a call of `main` with the batch. It stands alone:
standard library, Python 3.9, no shell. Each action gives one JSON line as soon as it is done, so that a broken
connection still tells how far things went. While a command that changes nothing runs, an empty line a second finds out whether
anybody still reads: it is ended when hakit was killed or the connection is gone. What changes something runs to its end.
"""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from typing import Any

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PULSE = 1.0  # seconds
_MOST = 32 * 1024 * 1024  # bytes of output kept per stream


def main(batch: str) -> None:
    """Do the actions of the JSON text `batch`; stop behind one that is not ok unless it says to keep going."""
    wanted = json.loads(batch)
    for action in wanted["actions"]:
        start = time.monotonic()
        try:
            result = _DO[action["kind"]](action)
        except FileNotFoundError as error:
            result = {"code": 2, "err": str(error)}
        except OSError as error:
            result = {"code": 1, "err": str(error)}
        result["seconds"] = time.monotonic() - start
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
        good = result["code"] in action["ok_codes"] and not result.get("timed_out")
        if not (good or wanted["keep_going"]):
            return


def _command(action: dict[str, Any]) -> dict[str, Any]:
    # Output goes to memory files, not pipes: a daemon that the command leaves behind may keep them open.
    streams = [os.memfd_create("hakit-stream") for _ in range(3)]
    os.write(streams[0], action["stdin"].encode("utf-8", "surrogateescape"))
    os.lseek(streams[0], 0, os.SEEK_SET)
    env = {"PATH": _PATH, "HOME": os.path.expanduser("~"), "LC_ALL": "C.UTF-8"}
    env.update(action["env"])
    try:
        child = subprocess.Popen(
            action["argv"],
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            cwd="/",
            env=env,
            start_new_session=True,
        )
    except FileNotFoundError:
        return {"code": 127, "err": action["argv"][0] + " is not installed"}
    try:
        timed_out = not _ended(child, action)
    except BrokenPipeError:
        _kill(child)
        os._exit(1)
    if timed_out:
        _kill(child)
    code = -1 if timed_out else child.returncode
    return {"code": code, "timed_out": timed_out, "out": _text(streams[1]), "err": _text(streams[2])}


def _ended(child: subprocess.Popen[bytes], action: dict[str, Any]) -> bool:
    """Wait for its end, as long as it may take, and say whether it came. Raises BrokenPipeError when nobody waits for us."""
    end, heard = time.monotonic() + action["timeout"], not action["changes_state"]
    while True:
        left = max(0.0, end - time.monotonic())
        try:
            child.wait(timeout=min(left, _PULSE) if heard else left)
        except subprocess.TimeoutExpired:
            if time.monotonic() >= end:
                return False
            if heard:
                os.write(1, b"\n")
        else:
            return True


def _kill(child: subprocess.Popen[bytes]) -> None:
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _text(stream: int) -> str:
    os.lseek(stream, 0, os.SEEK_SET)
    with open(stream, "rb") as file:
        return file.read(_MOST).decode("utf-8", "backslashreplace")


def _get(action: dict[str, Any]) -> dict[str, Any]:
    with open(action["path"], "rb") as file:
        return {
            "code": 0,
            "out": file.read(_MOST).decode("latin-1" if action["binary"] else "utf-8", "backslashreplace"),
        }


def _digest(action: dict[str, Any]) -> dict[str, Any]:
    with open(action["path"], "rb") as file:
        seen, data = os.fstat(file.fileno()), file.read()
    owner = ":".join((_name(seen.st_uid), _name(seen.st_gid, group=True)))
    return {"code": 0, "out": f"{hashlib.sha256(data).hexdigest()} {seen.st_mode & 0o7777:04o} {owner}"}


def _name(number: int, *, group: bool = False) -> str:
    try:
        return grp.getgrgid(number).gr_name if group else pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _put(action: dict[str, Any]) -> dict[str, Any]:
    path, mode = action["path"], action["mode"]
    user, _, group = action["owner"].partition(":")
    try:
        uid, gid = pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid
    except KeyError as error:
        return {"code": 1, "err": f"{path}: no such user or group: {error}"}
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o755, exist_ok=True)
    data = action["content"].encode("latin-1" if action["binary"] else "utf-8")
    new = path + ".hakit-new"
    if os.path.lexists(new):
        os.unlink(new)
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        os.fchown(file, uid, gid)
        os.fchmod(file, mode)
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
        os.fsync(file)
    except OSError:
        os.unlink(new)  # half a file, or a key that nobody may own
        raise
    finally:
        os.close(file)
    if action["backup"] and os.path.lexists(path):
        old = path + ".hakit-old"
        if os.path.lexists(old):
            os.unlink(old)
        os.link(path, old, follow_symlinks=False)
    os.replace(new, path)
    above = os.open(folder, os.O_RDONLY)
    os.fsync(above)
    os.close(above)
    return {"code": 0}


def _remove(action: dict[str, Any]) -> dict[str, Any]:
    if os.path.lexists(action["path"]):
        os.unlink(action["path"])
    return {"code": 0}


_DO = {"Command": _command, "Get": _get, "Digest": _digest, "Put": _put, "Remove": _remove}
