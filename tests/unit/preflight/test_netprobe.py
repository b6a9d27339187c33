"""The program that hosts run to probe the network, on loopback addresses: each address is a host."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hakit.run import netprobe

PROGRAM = Path(netprobe.__file__).read_text()
HOSTS = {"qsp-a": ("127.0.0.11", "127.0.1.11"), "qsp-b": ("127.0.0.12", "127.0.1.12")}

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8 on the loopback interface"),
]


@pytest.fixture
def port(socket_enabled: None) -> int:  # noqa: ARG001 - a fixture of pytest-socket, wanted for what it does
    """A port that is free for both protocols, most likely."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


def plan(me: str, port: int, *, seconds: float = 1.5, run: str = "run") -> dict[str, Any]:
    peers = [name for name in HOSTS if name != me]
    return {
        "me": me,
        "run": run,
        "seconds": seconds,
        "rings": [
            {
                "number": ring,
                "address": HOSTS[me][ring],
                "port": port,
                "peers": {peer: HOSTS[peer][ring] for peer in peers},
            }
            for ring in (0, 1)
        ],
        "tcp": {"address": HOSTS[me][0], "port": port, "peers": {peer: HOSTS[peer][0] for peer in peers}},
        "vips": [],
    }


def probe(*plans: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the program for each plan at the same time, as a host would."""

    def one(wanted: dict[str, Any]) -> dict[str, Any]:
        said = subprocess.run(
            (sys.executable, "-I", "-S", "-"),
            input=f"{PROGRAM}\nmain({json.dumps(wanted)!r})\n",
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        assert said.stderr == ""
        answer: dict[str, Any] = json.loads(said.stdout)
        return answer

    with ThreadPoolExecutor(len(plans)) as pool:
        return list(pool.map(one, plans))


def heard(answer: dict[str, Any]) -> list[list[str]]:
    return [ring["heard"] for ring in answer["rings"]]


def test_two_hosts_that_hear_each_other(port: int) -> None:
    a, b = probe(plan("qsp-a", port, seconds=20), plan("qsp-b", port, seconds=20))
    assert heard(a) == [["qsp-b"], ["qsp-b"]]
    assert heard(b) == [["qsp-a"], ["qsp-a"]]
    # Nobody's pcsd runs here: the peers stood in for it.
    assert (a["doors"], b["doors"]) == ({"qsp-b": "open"}, {"qsp-a": "open"})


def test_a_host_that_is_alone_hears_nobody(port: int) -> None:
    (a,) = probe(plan("qsp-a", port, seconds=0.5))
    assert heard(a) == [[], []]
    assert a["doors"] == {"qsp-b": "refused"}


def test_one_direction(port: int) -> None:
    # To the end of its time, in which a busy machine is to have begun both.
    one_way = plan("qsp-b", port, seconds=4)
    one_way["rings"][1]["peers"] = {"qsp-a": "127.0.1.99"}  # what qsp-b sends on ring 1 goes elsewhere
    a, b = probe(plan("qsp-a", port, seconds=4), one_way)
    assert heard(a) == [["qsp-b"], []]
    assert heard(b) == [["qsp-a"], ["qsp-a"]]


def test_tokens_of_another_run_do_not_count(port: int) -> None:
    a, b = probe(plan("qsp-a", port, seconds=1), plan("qsp-b", port, seconds=1, run="another"))
    assert heard(a) == heard(b) == [[], []]


def test_a_port_in_use_and_an_absent_address_are_told_apart(port: int) -> None:
    wanted = plan("qsp-a", port, seconds=0.5)
    wanted["rings"][1]["address"] = "192.0.2.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOSTS["qsp-a"][0], port))
        (a,) = probe(wanted)
    assert [ring["socket"] for ring in a["rings"]] == ["busy", "absent"]


def test_pcsd_that_runs_is_left_alone(port: int) -> None:
    with socket.socket() as pcsd:
        pcsd.bind((HOSTS["qsp-b"][0], port))
        pcsd.listen()
        a, _ = probe(plan("qsp-a", port, seconds=20), plan("qsp-b", port, seconds=20))
        assert a["doors"] == {"qsp-b": "open"}
        pcsd.accept()[0].close()


def test_a_virtual_ip_that_cannot_be_asked_for_is_reported(port: int) -> None:
    wanted = {**plan("qsp-a", port, seconds=0.3), "vips": [{"address": "192.0.2.7", "nic": "none-such"}]}
    (a,) = probe(wanted)
    assert list(a["failed"]) == ["192.0.2.7"]
    assert a["claims"] == {"192.0.2.7": []}


def test_who_only_asks_for_addresses_opens_no_port(port: int) -> None:
    wanted = {
        "me": "qsp-a", "run": "", "seconds": 20, "rings": [],
        "tcp": {"address": HOSTS["qsp-a"][0], "port": port, "peers": {}},
        "vips": [{"address": "192.0.2.7", "nic": "none-such"}],
    }  # fmt: skip
    with socket.socket() as pcsd:
        pcsd.bind((HOSTS["qsp-a"][0], port))
        pcsd.listen()
        (a,) = probe(wanted)
        pcsd.setblocking(False)
        with pytest.raises(BlockingIOError):
            pcsd.accept()
    assert (a["rings"], a["doors"], list(a["failed"])) == ([], {}, ["192.0.2.7"])


def test_strange_datagrams_are_ignored(port: int) -> None:
    def disturb() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for text in (b"\xff\xfe", b"[]", b'{"run": "run"}', b'{"run": "run", "from": "qsp-b", "complete": 7}'):
                stranger.sendto(text, (HOSTS["qsp-a"][0], port))

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(probe, plan("qsp-a", port, seconds=1.5))
        while not running.done():
            disturb()
    (a,) = running.result()
    # The last one has all that a token has, and our run's secret number: that counts.
    assert heard(a) == [["qsp-b"], []]
