"""The simulated `pcs`: what each of its commands does on a host, in small effects."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lxml import etree

from hakit.model import sections
from hakit.observe import node as paths
from tests.doubles import pacemaker
from tests.doubles.disk import File
from tests.doubles.host import STACK, Host
from tests.doubles.operating import operate

Answer = tuple[int, str, str]
FINE: Answer = (0, "", "")
# How the generations differ: 0.10 and 0.11 are told --force not to ask, 0.12 --yes [field notes].
YES = {"0.10": "--force", "0.11": "--force", "0.12": "--yes"}
# 0.11.3 and later have the move that leaves its constraint; before, `move` did.
MOVE = {"0.10": "move", "0.11": "move-with-constraint", "0.12": "move-with-constraint"}


def pcs(host: Host, everyone: Sequence[Host], words: tuple[str, ...], generation: str) -> Answer:  # noqa: C901, PLR0911, PLR0912 - one case per command
    """Obey one command; an unknown one is an assertion failure."""
    match words:
        case ("cluster", "destroy", "--help"):
            return 1, f"Usage: pcs cluster destroy...\n    destroy [--all] [{YES[generation]}]\n", ""
        case ("resource", "move-with-constraint", "--help"):
            text = "move-with-constraint <resource id> [destination node]" if MOVE[generation] != "move" else "no such"
            return 1, f"Usage: pcs resource...\n    {text}\n", ""
        case ("cluster", "destroy", yes):
            assert yes == YES[generation], f"pcs {generation} would ask"
            return _destroy(host, everyone)
        case ("pcsd", "accept_token", path):
            return _accept(host, host.text(path))
        case ("host", "auth", *nodes, "--token", path):
            return _authenticate(host, everyone, nodes, host.text(path))
        case ("cluster", "enable" | "disable" as verb):
            for unit in STACK:
                host.set_boot(unit, enabled=verb == "enable")
            return FINE
        case ("cluster", "start"):
            _must_be_alike(host, everyone)
            pacemaker.start(host, everyone)
            return FINE
        case ("cluster", "stop", "--force"):
            pacemaker.stop(host, everyone)
            return FINE
        case ("cluster", "cib-push", new, against):
            return _push(host, everyone, new, against.removeprefix("diff-against="))
        case ("resource", verb, group, node, lifetime) if verb == MOVE[generation]:
            assert lifetime == "lifetime=PT30M"
            return _move(host, everyone, group, node)
        case ("resource", "clear", group):
            return _clear(host, everyone, group)
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


def _must_be_alike(host: Host, everyone: Sequence[Host]) -> None:
    """Assert what has to lie on every node before the first of them is started."""
    wanted = sections.parse(host.text(paths.COROSYNC_CONF))
    for other in everyone:
        assert sections.parse(other.text(paths.COROSYNC_CONF)) == wanted, f"{other.name} has another corosync.conf"
        for key, mode in ((paths.COROSYNC_KEY, 0o400), (paths.PACEMAKER_KEY, 0o440)):
            assert other.disk.files[key] == host.disk.files[key], f"{other.name}: {key} is another"
            assert host.disk.files[key].mode == mode and host.disk.files[key].content


def _push(host: Host, everyone: Sequence[Host], new: str, old: str) -> Answer:
    assert host.running("pacemaker.service")
    if host.text(old) != host.text(paths.CIB):
        return 1, "", "Error: unable to push cib: the diff does not apply"
    pacemaker.push(host, everyone, host.text(new))
    return FINE


def _move(host: Host, everyone: Sequence[Host], group: str, node: str) -> Answer:
    root = etree.fromstring(host.text(paths.CIB).encode())
    constraints = root.find("configuration/constraints")
    assert constraints is not None
    etree.SubElement(constraints, "rsc_location", id=f"cli-prefer-{group}", rsc=group, node=node, score="INFINITY")
    pacemaker.push(host, everyone, etree.tostring(root).decode())
    pacemaker.place(everyone, group, node)
    return FINE


def _clear(host: Host, everyone: Sequence[Host], group: str) -> Answer:
    root = etree.fromstring(host.text(paths.CIB).encode())
    for element in root.xpath("configuration/constraints/*[starts-with(@id, 'cli-') and @rsc=$group]", group=group):
        element.getparent().remove(element)
    pacemaker.push(host, everyone, etree.tostring(root).decode())
    return FINE
