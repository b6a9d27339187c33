"""Whether systemd starts units at boot."""

from __future__ import annotations

from hakit.core import Command

# A variable of systemd's ENVIRONMENT.md: without it the links of SysV's runlevels are set too, which systemd doesn't
# follow where there is a unit, and that makes it read all units once more. docs/decisions/0032-no-reload-while-services-start.md
_NO_RUNLEVELS = ("env", "SYSTEMCTL_SKIP_SYSV=1")


def at_boot(*units: str, enabled: bool, reload: bool = True) -> Command:
    """Give the command that has units start at boot, or not. None of them may be an init script alone.

    Without `reload` systemd doesn't read all units again; `systemctl show` may tell the old state of those in use then.
    """
    quietly = () if reload else ("--no-reload",)
    verb = "enable" if enabled else "disable"
    return Command((*_NO_RUNLEVELS, "systemctl", *quietly, verb, "--", *units), timeout=180)
