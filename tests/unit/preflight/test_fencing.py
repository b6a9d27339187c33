"""Fencing devices, asked of the hosts that would have to use them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hakit.apply import preflight
from hakit.core import Action, Command, Finding, Outcome, Secret, Tape
from hakit.model import Cluster, Device, DeviceFencing, SecretParameter
from hakit.plan.preflight import fencing
from tests.sample_clusters import cluster
from tests.unit.preflight.test_preflight import Answering, wall

METADATA = """<?xml version="1.0" ?>
<resource-agent name="fence_ipmilan"><parameters>
<parameter name="action" required="1"/>
<parameter name="ip" required="1" obsoletes="ipaddr"/><parameter name="ipaddr" required="1" deprecated="1"/>
<parameter name="password" required="0"/><parameter name="username" required="0"/><parameter name="lanplus" required="0"/>
</parameters></resource-agent>"""


def device(node: str, *, known: bool = True, **parameters: str) -> Device:
    said = {"ip": "10.0.0.1", "pcmk_delay_max": "1s", **parameters}
    secret = SecretParameter("password", value=Secret("hush") if known else None)
    return Device(f"ipmi-{node}", "fence_ipmilan", (node,), tuple(said.items()), (secret,))


def fenced(*devices: Device) -> Cluster:
    return replace(cluster(), fencing=DeviceFencing(devices or (device("qsp-a"), device("qsp-b"))))


class Powered(Answering):
    """Answers as two bare hosts with fence_ipmilan; `broken` maps hosts to what their agent says instead of a state."""

    def __init__(self, broken: dict[str, str] | None = None, *, installed: bool = True) -> None:
        super().__init__()
        self.asked: list[tuple[str, Command]] = []
        self._broken, self._installed = broken or {}, installed

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        power = [each for each in actions if isinstance(each, Command) and each.argv[0].startswith("fence_")]
        rest = [each for each in actions if each not in power]
        return (*super().batch(host, rest, keep_going=keep_going), *(self._answer(host, each) for each in power))

    def _answer(self, host: str, command: Command) -> Outcome:
        if not self._installed:
            return Outcome(host, command, 127, "", "not installed", 0.1)
        if command.argv[1:]:
            assert command.argv == ("fence_ipmilan", "-o", "metadata")
            return Outcome(host, command, 0, METADATA, "", 0.1)
        self.asked.append((host, command))
        words = self._broken.get(host, "")
        return Outcome(host, command, 1 if words else 2, "", words, 0.1)


def found(wanted: Cluster, runner: Powered) -> list[Finding]:
    report = preflight.preflight(wanted, runner, Tape(), wall=wall)
    return [each for each in report.findings if type(each).__module__ == fencing.__name__]


def test_each_node_asks_the_device_of_the_other_by_stdin() -> None:
    runner = Powered()
    assert found(fenced(), runner) == []  # 2 is "off", which is an answer
    assert sorted(host for host, _ in runner.asked) == ["qsp-a", "qsp-b"]
    for host, command in runner.asked:
        other = "qsp-b" if host == "qsp-a" else "qsp-a"
        assert "hush" not in " ".join(command.argv)
        assert isinstance(command.stdin, Secret)
        assert f"action=status\nip=10.0.0.1\npassword=hush\nplug={other}\nnodename={other}\n" == command.stdin
        assert not command.changes_state


def test_a_device_that_is_silent_from_one_side_and_from_all() -> None:
    words = "2026-11-25 13:45:09,563 ERROR: Connection timed out\n\n"
    silent = fencing.DeviceSilent(host="qsp-a", device="ipmi-qsp-b", reason="Connection timed out")
    assert found(fenced(), Powered({"qsp-a": words})) == [silent, fencing.WouldFenceItself(node="qsp-b")]
    both = Device(
        "pdu", "fence_ipmilan", ("qsp-a", "qsp-b"), (("ip", "10.0.0.1"), ("pcmk_host_map", "qsp-a:7;qsp-b:8"))
    )
    runner = Powered()
    assert found(fenced(both), runner) == []
    assert {(host, command.stdin.splitlines()[2]) for host, command in runner.asked} == {
        ("qsp-a", "plug=8"),
        ("qsp-b", "plug=7"),
    }


def test_parameters_against_the_agents_own_word() -> None:
    wrong = device("qsp-a", usrname="admin")
    old = Device("old", "fence_ipmilan", ("qsp-b",), (("ipaddr", "10.0.0.2"),))
    bare = Device("bare", "fence_ipmilan", ("qsp-b",))
    assert found(fenced(wrong, old, bare), Powered()) == [
        fencing.UnknownParameter(device="ipmi-qsp-a", agent="fence_ipmilan", parameter="usrname", meant="username"),
        fencing.ParameterMissing(device="bare", agent="fence_ipmilan", parameter="ip"),
    ]


def test_an_agent_that_is_not_there_is_told_once_a_host() -> None:
    assert [each for each in found(fenced(), Powered(installed=False)) if each.code == "HK223"] == [
        fencing.FenceAgentMissing(host="qsp-a", agent="fence_ipmilan"),
        fencing.FenceAgentMissing(host="qsp-b", agent="fence_ipmilan"),
    ]


def test_a_device_whose_secret_is_not_known_is_not_asked() -> None:
    runner = Powered()
    wanted = fenced(device("qsp-a", known=False), device("qsp-b"))
    assert found(wanted, runner) == [fencing.DeviceNotAsked(device="ipmi-qsp-a")]
    assert [host for host, _ in runner.asked] == ["qsp-a"]
