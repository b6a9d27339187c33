"""The simulated `pcs`: what each of its commands does on a host, in small effects."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hakit.observe import node as paths
from tests.doubles import constraints, corosync, pacemaker
from tests.doubles.disk import File
from tests.doubles.host import STACK, Host
from tests.doubles.operating import operate

Answer = tuple[int, str, str]
FINE: Answer = (0, "", "")
# How the generations differ: 0.10 does not ask and takes no option, 0.11 is told --force not to ask, 0.12 --yes.
YES = {"0.10": "", "0.11": "--force", "0.12": "--yes"}
# 0.11.3 and later have the move that leaves its constraint; before, `move` did.
MOVE = {"0.10": "move", "0.11": "move-with-constraint", "0.12": "move-with-constraint"}


def pcs(host: Host, everyone: Sequence[Host], words: tuple[str, ...], generation: str) -> Answer:  # noqa: C901, PLR0911, PLR0912 - one case per command
    """Obey one command; an unknown one is an assertion failure."""
    match words:
        case ("cluster", "destroy", "--help"):
            option = f" [{YES[generation]}]" if YES[generation] else ""
            return 1, f"Usage: pcs cluster destroy...\n    destroy [--all]{option}\n", ""
        case ("resource", "move-with-constraint", "--help"):
            text = "move-with-constraint <resource id> [destination node]" if MOVE[generation] != "move" else "no such"
            return 1, f"Usage: pcs resource...\n    {text}\n", ""
        case ("cluster", "destroy", *yes):
            assert yes == ([YES[generation]] if YES[generation] else []), f"pcs {generation} would ask, or refuse"
            return _destroy(host, everyone)
        case ("pcsd", "accept_token", path):
            return _accept(host, host.text(path))
        case ("host", "auth", *nodes, "--token", path):
            return _authenticate(host, everyone, nodes, host.text(path))
        case ("cluster", "start"):
            pacemaker.must_be_alike(host, everyone)
            pacemaker.start(host, everyone)
            return FINE
        case ("cluster", "stop", "--force"):
            pacemaker.stop(host, everyone)
            return FINE
        case ("cluster", "reload", "corosync"):
            corosync.reload(host, everyone)
            return FINE
        case ("host", "deauth", *names):
            return _forget(host, names)
        case ("cluster", "cib-push", new, against):
            return _push(host, everyone, new, against.removeprefix("diff-against="))
        case ("resource", verb, group, node, lifetime) if verb == MOVE[generation]:
            assert lifetime == "lifetime=PT30M"
            return constraints.move(host, everyone, group, node)
        case ("resource", "clear", group):
            return constraints.clear(host, everyone, group)
        case ("node" | "property" | "resource", *_):
            return operate(host, everyone, words)
    raise AssertionError(f"{host.name}: unknown to this pcs: {words}")


def known(host: Host) -> set[str]:
    """Name the nodes that pcs knows on the host."""
    return set(json.loads(host.text(paths.KNOWN_HOSTS) or '{"known_hosts": {}}')["known_hosts"])


def _destroy(host: Host, everyone: Sequence[Host]) -> Answer:
    # The order of pcs/cluster.py, cluster_destroy: stop, disable, remove the configuration, remove the state.
    pacemaker.stop(host, everyone)
    for unit in STACK:
        host.set_boot(unit, enabled=False)
    for path in (paths.COROSYNC_CONF, paths.COROSYNC_KEY, paths.PACEMAKER_KEY, paths.CIB):
        host.disk.remove(path)
    return FINE


def _accept(host: Host, token: str) -> Answer:
    assert token  # the file is written by pcs itself (pcs/pcsd.py, accept_token_cmd); pcsd need not run
    users = json.loads(host.text(paths.PCS_USERS) or "[]")
    users.append({"username": "hacluster", "token": token})
    host.disk.write(paths.PCS_USERS, File(json.dumps(users), 0o600))
    return FINE


def _authenticate(host: Host, everyone: Sequence[Host], words: Sequence[str], token: str) -> Answer:
    others = {other.name: other for other in everyone}
    names, addresses = words[::2], words[1::2]
    hosts = json.loads(host.text(paths.KNOWN_HOSTS) or '{"format_version": 1, "known_hosts": {}}')
    for name, address in zip(names, addresses, strict=True):
        assert address == f"addr={others[name].addresses[0][0]}"
        assert others[name].running("pcsd.service"), f"{name}: pcsd does not run"
        if token not in {user["token"] for user in json.loads(others[name].text(paths.PCS_USERS) or "[]")}:
            return 1, "", f"Error: {name}: Authentication failed"
        hosts["known_hosts"][name] = {"dest_list": [{"addr": address[5:], "port": 2224}], "token": token}
    host.disk.write(paths.KNOWN_HOSTS, File(json.dumps(hosts), 0o600))
    return FINE


def _forget(host: Host, names: Sequence[str]) -> Answer:
    hosts = json.loads(host.text(paths.KNOWN_HOSTS) or '{"known_hosts": {}}')
    for name in names:
        hosts["known_hosts"].pop(name, None)
    host.disk.write(paths.KNOWN_HOSTS, File(json.dumps(hosts), 0o600))
    return FINE


def _push(host: Host, everyone: Sequence[Host], new: str, old: str) -> Answer:
    assert host.running("pacemaker.service")
    if host.text(old) != host.text(paths.CIB):
        return 1, "", "Error: unable to push cib: the diff does not apply"
    pacemaker.push(host, everyone, host.text(new))
    return FINE
