"""Runs the agent many times under one Python: each call is a fork, so interpreter and compiler start only once.

A line of JSON in: arguments, environment. A line out: exit code, stdout and stderr (as latin-1).
"""

import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

MINUTE = 60


def child(code: object, argv: list[str], env: dict[str, str], streams: tuple) -> None:
    """Be the agent: its whole file is run, as by `python agent action`."""
    signal.alarm(MINUTE)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = argv
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
    try:
        exec(code, {"__name__": "__main__"})  # noqa: S102 - what the interpreter does with a file
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code or 0)
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(1)


def main(path: str) -> None:
    """Answer until stdin ends."""
    code = compile(Path(path).read_text(encoding="utf-8"), path, "exec")
    for line in sys.stdin:
        args, env = json.loads(line)
        with Path(os.devnull).open("rb") as nothing, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            pid = os.fork()
            if pid == 0:
                child(code, [path, *args], env, (nothing, out, err))
            status = os.waitpid(pid, 0)[1]
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode("latin-1"))
        sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), *texts]) + "\n")
        sys.stdout.flush()


main(sys.argv[1])
