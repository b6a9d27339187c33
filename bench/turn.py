"""Run a command; print its exit code, the processor seconds that it took and the most memory that it held, in MB.

A process of its own, and a small one: what the kernel calls a command's memory begins with that of whoever starts it.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    nothing = os.open(os.devnull, os.O_WRONLY)
    streams = [(os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)]
    child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=streams)
    _, status, used = os.wait4(child, 0)
    print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
