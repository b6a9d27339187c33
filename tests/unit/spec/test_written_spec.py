"""A cluster written as a spec file: what a person would write, and the same cluster when it is read again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hakit import spec
from hakit.core import Secret
from hakit.model import Cluster, Device, DeviceFencing, Level, NoFencing, Quorum, QuorumDevice, SecretParameter
from hakit.model.fencing import advance
from hakit.spec import scalar
from hakit.spec.source import parse
from hakit.spec.writing import Comments
from tests.sample_clusters import cluster, spec_clusters

EXAMPLES = Path(__file__).parents[3] / "examples"


def again(text: str) -> Cluster:
    read, faults = spec.check_text(text, "written.yaml")
    assert read is not None, "\n".join((text, *(fault.line() for fault in faults)))
    return read


@settings(deadline=None, max_examples=50)
@given(spec_clusters())
def test_what_is_written_means_the_same(any_cluster: Cluster) -> None:
    assert again(spec.written(any_cluster)) == any_cluster


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",))))
@example("\x85\u2028\ufeff\x7f\U000e0001")
@example("null")
@example("1e3")
def test_any_text_is_read_as_it_was(any_text: str) -> None:
    written = f"- {scalar.text(any_text)}\n- [{scalar.text(any_text)}, {scalar.quoted(any_text)}]\n"
    source = parse(written, "any")
    assert source.faults == ()
    assert source.data == [any_text, [any_text, any_text]]


@pytest.mark.parametrize(
    "path", [path for path in EXAMPLES.glob("*.yaml") if path.stem != "faulty"], ids=lambda p: p.name
)
def test_every_example_can_be_written(path: Path) -> None:
    known = spec.read(path)
    assert again(spec.written(known)) == known


def test_the_example_is_written_as_it_stands() -> None:
    example_text = (EXAMPLES / "squid.yaml").read_text()
    plain = "".join(line.partition("#")[0].rstrip() + "\n" for line in example_text.splitlines())
    assert spec.written(spec.read(EXAMPLES / "squid.yaml")) == plain


def test_comments_stand_where_they_belong() -> None:
    text = spec.written(cluster(), Comments(("Above.", ""), ("Below:\nindeed",), {"fencing": ("A decision.",)}))
    assert text.startswith("# Above.\n#\n\ncluster: squidha\n")
    assert "\n# A decision.\nfencing:\n" in text
    assert text.endswith("\n\n# Below:\n# indeed\n")
    assert again(text) == cluster()


def test_no_decision_is_left_open() -> None:
    text = spec.written(dataclasses.replace(cluster(), fencing=NoFencing("")))
    assert [fault.code for fault in spec.check_text(text, "x")[1]] == ["HK150"]


def test_devices_are_written_without_their_secrets() -> None:
    secrets = (SecretParameter("password", value=Secret("hush")), SecretParameter("token", "/root/t"))
    both = Device("ipmi", "fence_ipmilan", ("qsp-a", "qsp-b"), (("ip", "10.0.0.1"), ("lanplus", "1")), secrets, 3)
    pdu = Device("pdu", "fence_apc", ("qsp-a",))
    levels = (Level("qsp-a", 1, ("ipmi",)), Level("qsp-a", 2, ("pdu", "ipmi")))
    wanted = dataclasses.replace(cluster(), fencing=DeviceFencing((both, pdu), levels, 15))
    text = spec.written(wanted)
    assert "hush" not in text
    assert "secrets: { password: prompt, token: { file: /root/t } }" in text
    bare = tuple(dataclasses.replace(each, value=None) for each in secrets)
    fencing = dataclasses.replace(wanted.fencing, devices=(dataclasses.replace(both, secrets=bare), pdu))
    assert again(text) == dataclasses.replace(wanted, fencing=fencing)


def test_the_usual_advance_is_not_written() -> None:
    wanted = dataclasses.replace(
        cluster(), fencing=DeviceFencing((Device("ipmi", "fence_ipmilan", ("qsp-a", "qsp-b")),), (), advance(2))
    )
    assert "priority_delay" not in spec.written(wanted)
    assert again(spec.written(wanted)) == wanted


@pytest.mark.parametrize(
    "quorum",
    [
        Quorum(QuorumDevice("qnetd.example.org")),
        Quorum(QuorumDevice("qnetd", "lms", 5404, "on"), wait_for_all=True),
        Quorum(wait_for_all=True),
    ],
)
def test_quorum_is_written(quorum: Quorum) -> None:
    wanted = dataclasses.replace(cluster(), quorum=quorum)
    assert again(spec.written(wanted)) == wanted
