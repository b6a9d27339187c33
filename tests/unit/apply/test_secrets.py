"""Where the secrets of fencing devices come from, and that none is invented, asked twice or shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hakit.apply import secrets
from hakit.apply.bootstrap import Refused, bootstrap
from hakit.core import HakitError, Secret, Tape
from hakit.model import Cluster, Device, DeviceFencing, SecretParameter
from hakit.model.fencing import devices
from hakit.observe import node
from tests.doubles.clock import FakeClock
from tests.doubles.hosts import SimulatedHosts
from tests.sample_clusters import cluster


def fenced(*known: SecretParameter) -> Cluster:
    return replace(cluster(), fencing=DeviceFencing((Device("pdu", "fence_apc", ("qsp-a", "qsp-b"), (), known),)))


def value(wanted: Cluster) -> Secret | None:
    return devices(wanted.fencing)[0].secrets[0].value


def test_a_file_beside_the_spec_holds_it(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("hush hush\n")
    assert value(secrets.read(fenced(SecretParameter("password", "pw")), tmp_path)) == "hush hush"
    assert value(secrets.read(fenced(SecretParameter("password", str(tmp_path / "pw"))), Path("/"))) == "hush hush"
    assert "hush" not in repr(secrets.read(fenced(SecretParameter("password", "pw")), tmp_path))


def test_a_file_that_cannot_be_read_is_left_or_refused(tmp_path: Path) -> None:
    wanted = fenced(SecretParameter("password", "none"))
    assert value(secrets.read(wanted, tmp_path)) is None
    with pytest.raises(HakitError, match="none: No such file"):
        secrets.read(wanted, tmp_path, need=True)


@pytest.mark.parametrize("text", ["", "\n", "one\ntwo\n", "a\x00b"])
def test_a_file_that_holds_no_secret_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "pw").write_text(text)
    with pytest.raises(HakitError, match="holds no secret"):
        secrets.read(fenced(SecretParameter("password", "pw")), tmp_path)


def test_bootstrap_asks_once_and_then_the_cluster_knows() -> None:
    wanted = fenced(SecretParameter("password"))
    hosts, asked, tape = SimulatedHosts(wanted), list[str](), Tape()

    def ask(device: Device, parameter: str) -> Secret:
        asked.append(f"{device.name} {parameter}")
        return Secret("hush")

    def go() -> bool:
        run = bootstrap(wanted, hosts, clock=FakeClock(), listener=tape, agree=lambda *_: True, ask=ask)
        return run.changed

    assert go() and asked == ["pdu password"]
    assert not go() and asked == ["pdu password"]
    assert "hush" not in repr(tape.events)


def test_nothing_is_written_with_a_placeholder() -> None:
    wanted = fenced(SecretParameter("password"))
    hosts = SimulatedHosts(wanted)
    with pytest.raises(Refused, match="the password of the fencing device pdu is not known"):
        bootstrap(wanted, hosts, clock=FakeClock(), listener=Tape(), agree=lambda *_: True)
    assert all(node.CIB not in host.disk.files for host in hosts.hosts.values())
