"""The certificates of a quorum device go the way that corosync's own tools want, and not a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hakit.apply import quorum
from hakit.core import Action, Command, CommandFailed, Get, Outcome, Put, Tape
from hakit.model import Quorum, QuorumDevice
from hakit.observe.links import device_votes
from tests.doubles.clock import FakeClock
from tests.sample_clusters import cluster

WANTED = replace(cluster(), quorum=Quorum(QuorumDevice("qnetd")))
TABLE = """Membership information
----------------------
    Nodeid      Votes    Qdevice Name
         1          1    A,V,NMW qsp-a (local)
         0          {}            Qdevice{}
"""


class Hosts:
    """Files and the certificate tools, which refuse what is out of order."""

    def __init__(self, *, fail: str = "") -> None:
        self.files: dict[tuple[str, str], str] = {}
        self.told: list[str] = []
        self._fail = fail

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        del keep_going
        return tuple(self.run(host, each) for each in actions)

    def run(self, host: str, action: Action) -> Outcome:
        match action:
            case Get(path):
                there = self.files.get((host, path))
                return Outcome(host, action, 2 if there is None else 0, there or "", "", 0.0)
            case Put(path, content):
                self.files[host, path] = content
                return Outcome(host, action, 0, "", "", 0.0)
            case Command(("find", *_)):
                return Outcome(host, action, 0, "", "", 0.0)
            case Command((tool, verb, *_)):
                self.told.append(f"{host} {tool.removeprefix('corosync-')} {verb}")
                return (
                    Outcome(host, action, int(verb == self._fail), "", "", 0.0)
                    if self._tool(host, verb)
                    else Outcome(host, action, 9, "", "out of order", 0.0)
                )
        raise AssertionError(action)

    def _tool(self, host: str, verb: str) -> bool:
        device, node = "/etc/corosync/qnetd/nssdb", "/etc/corosync/qdevice/net/nssdb"
        made = {
            ("-i", True): f"{device}/qnetd-cacert.crt",
            ("-r", False): f"{node}/qdevice-net-node.crq",
            ("-s", True): f"{device}/cluster-squidha.crt",
            ("-M", False): f"{node}/qdevice-net-node.p12",
        }
        path = made.get((verb, host == "qnetd"))
        if path:
            self.files[host, path] = f"made by {verb}"
        return verb in {"-i", "-r", "-s", "-M", "-m"}


def test_the_order_is_that_of_the_manual_page_and_it_is_done_once() -> None:
    hosts = Hosts()
    quorum.enroll(WANTED, hosts, Tape())
    assert hosts.told == [
        "qnetd qnetd-certutil -i",
        "qsp-a qdevice-net-certutil -i",
        "qsp-b qdevice-net-certutil -i",
        "qsp-a qdevice-net-certutil -r",
        "qnetd qnetd-certutil -s",
        "qsp-a qdevice-net-certutil -M",
        "qsp-b qdevice-net-certutil -m",
    ]
    assert hosts.files["qsp-b", "/etc/corosync/qdevice/net/nssdb/qdevice-net-node.p12"] == "made by -M"
    quorum.enroll(WANTED, hosts, Tape())
    assert len(hosts.told) == 7


def test_without_tls_there_is_nothing_to_carry() -> None:
    hosts = Hosts()
    quorum.enroll(replace(WANTED, quorum=Quorum(QuorumDevice("qnetd", tls="off"))), hosts, Tape())
    quorum.enroll(cluster(), hosts, Tape())
    assert hosts.told == []


def test_a_tool_that_fails_is_told() -> None:
    tape = Tape()
    with pytest.raises(CommandFailed, match="corosync-qnetd-certutil"):
        quorum.enroll(WANTED, Hosts(fail="-s"), tape)


@pytest.mark.parametrize(("text", "votes"), [(TABLE.format(1, ""), 1), (TABLE.format(0, " (votes 1)"), 0), ("", 0)])
def test_the_device_s_votes(text: str, votes: int) -> None:
    assert device_votes(text) == votes


def test_it_is_waited_for_the_vote() -> None:
    class Late:
        asked = 0

        def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
            raise AssertionError((host, actions, keep_going))

        def run(self, host: str, action: Action) -> Outcome:
            self.asked += 1
            return Outcome(host, action, 0, TABLE.format(int(self.asked > 3), ""), "", 0.0)

    late = Late()
    quorum.wait(("qsp-a", "qsp-b"), late, FakeClock())
    assert late.asked == 6
