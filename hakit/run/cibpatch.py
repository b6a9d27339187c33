"""A program of its own for a cluster node: `cibpatch.py OLD NEW` makes the difference of two CIB files the cluster's.

It is `crm_diff --no-version` piped into `cibadmin --patch`, as `pcs cluster cib-push diff-against=` does. Standard
library only, for Python 3.9 and later: it runs as `python3 -I -S - OLD NEW` from its standard input.
"""

from __future__ import annotations

import subprocess
import sys

SAME, DIFFERENT = 0, 1  # crm_diff(8): 1 (CRM_EX_ERROR) means that the files differ
LIMIT = 100  # seconds


def main(old: str, new: str) -> int:
    """Return the exit code of the tool that failed, with its words on stderr; 0 when all is well or nothing differs."""
    asked = ("crm_diff", "--no-version", "--original", old, "--new", new)
    found = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=LIMIT)
    if found.returncode == SAME:
        return 0
    if found.returncode != DIFFERENT or not found.stdout.strip():
        sys.stderr.write(found.stderr)
        return found.returncode
    done = subprocess.run(
        ("cibadmin", "--patch", "--xml-pipe"), input=found.stdout, capture_output=True, text=True, check=False, timeout=LIMIT
    )  # fmt: skip
    sys.stderr.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
