"""The simulated `crm`: what its commands do on a host, and the native tools that hakit uses where crm has no verb."""

from __future__ import annotations

from collections.abc import Sequence

from hakit.observe import node as paths
from tests.doubles import constraints, corosync, pacemaker
from tests.doubles.host import Host
from tests.doubles.operating import operate

Answer = tuple[int, str, str]
FINE: Answer = (0, "", "")


def crm(host: Host, everyone: Sequence[Host], words: tuple[str, ...]) -> Answer:  # noqa: C901, PLR0911 - one case per command
    """Obey one command; an unknown one is an assertion failure."""
    match words:
        case ("--version",):
            return 0, "crm 4.4.0\n", ""
        case ("cluster", "start"):
            pacemaker.must_be_alike(host, everyone)
            pacemaker.start(host, everyone)
        case ("corosync", "reload"):
            corosync.reload(host, everyone)
        case ("cluster", "stop"):
            pacemaker.stop(host, everyone)
        case ("resource", "move", group, node, "PT30M"):
            constraints.move(host, everyone, group, node)
        case ("resource", "clear", group):
            constraints.clear(host, everyone, group)
        case ("node", "standby" | "online" as verb, node):
            return operate(host, everyone, ("node", "standby" if verb == "standby" else "unstandby", node))
        case ("maintenance", "on"):
            return operate(host, everyone, ("property", "set", "maintenance-mode=true"))
        case ("resource", "cleanup", *names):
            return operate(host, everyone, ("resource", "cleanup", *names))
        case ("resource", "stop", group):
            return operate(host, everyone, ("resource", "disable", group))
        case ("resource", "meta", group, "delete", "target-role"):
            return operate(host, everyone, ("resource", "enable", group))
        case _:
            raise AssertionError(f"{host.name}: unknown to this crm: {words}")
    return FINE


def native(host: Host, everyone: Sequence[Host], argv: tuple[str, ...]) -> Answer:
    """Do what Pacemaker's own tools do, in the forms that hakit uses beside crm."""
    match argv:
        case ("crm_attribute", "--type", "crm_config", "--name", name, "--delete"):
            return operate(host, everyone, ("property", "set", f"{name}="))
        case ("crm_resource", "--restart", "--resource", group, limit):
            seconds = limit.removeprefix("--timeout=")
            return operate(host, everyone, ("resource", "restart", group, f"--wait={seconds}"))
    raise AssertionError(f"{host.name}: unknown command: {argv}")


def patch(host: Host, everyone: Sequence[Host], old: str, new: str) -> Answer:
    """Do what hakit/run/cibpatch.py does."""
    assert host.running("pacemaker.service")
    if host.text(old) != host.text(paths.CIB):
        return 65, "", "cibadmin: the patch does not apply"
    pacemaker.push(host, everyone, host.text(new))
    return FINE


def empty(host: Host, folders: Sequence[str]) -> Answer:
    """Do what `find FOLDERS -mindepth 1 -delete` does."""
    assert not host.running("pacemaker.service"), f"{host.name}: its CIB is in use"
    for path in [path for path in host.disk.files if path.startswith(tuple(f"{folder}/" for folder in folders))]:
        host.disk.remove(path)
    return FINE
