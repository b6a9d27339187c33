"""Debian's User-mode Linux, a kernel that is a program, made to run here beside an older C library.

It asks for the library of its own release, and where that is isn't a matter of its environment: the loader's path stands in
the program (elf(5), PT_INTERP). A relative one is looked for in the working directory.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from hakit.core.errors import HakitError
from hakit.core.event import Listener
from hakit.lab import recipe, rootfs

# elf(5): the path of the loader, as long as the program header says, with zeros behind it.
_LOADER = b"/lib64/ld-linux-x86-64.so.2\0"
_OWN_LOADER = b"lib/ld.so"


def add(packages: Path, program: Path, libraries: Path, listener: Listener) -> Path:
    """Put the program and its library at their places; return the folder of its modules, named by the kernel's version.

    The packages are unpacked in `packages`, which mustn't be there. Raises SuiteMissing, HakitError.
    """
    release, names = recipe.USER_MODE
    rootfs.extract(release, names, packages, listener)
    program.write_bytes(_with_own_loader((packages / "usr/bin/linux.uml").read_bytes()))
    program.chmod(0o755)
    libraries.mkdir()
    held = packages / "usr/lib/x86_64-linux-gnu"
    shutil.copy(held / "libc.so.6", libraries)
    shutil.copy(held / "ld-linux-x86-64.so.2", libraries / "ld.so")
    (modules,) = (packages / "usr/lib/uml/modules").iterdir()
    return modules


def run(program: Path, libraries: Path, *words: str) -> tuple[str, ...]:
    """Return the command line that starts the kernel."""
    return ("env", f"--chdir={program.parent}", f"LD_LIBRARY_PATH={libraries}", f"./{program.name}", *words)


def _with_own_loader(program: bytes) -> bytes:
    """Have it look for its loader in its own folder. Raises HakitError for a program that isn't made as expected."""
    if program.count(_LOADER) != 1:
        raise HakitError("this User-mode Linux names its loader otherwise", hint="hakit lab up --vm --whole")
    return program.replace(_LOADER, _OWN_LOADER.ljust(len(_LOADER), b"\0"))
