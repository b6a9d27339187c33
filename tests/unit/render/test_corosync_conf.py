"""What a corosync.conf says of a cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from hakit.model import PROFILES, Cluster, sections
from hakit.render import corosync_conf
from tests.sample_clusters import cluster, clusters


def test_two_nodes_wait_for_each_other_once_and_three_need_a_majority() -> None:
    two, three = (sections.parse(corosync_conf(cluster(nodes=nodes))).one("quorum") for nodes in (2, 3))
    assert (two.get("two_node"), two.get("wait_for_all")) == ("1", "1")
    assert three.pairs == (("provider", "corosync_votequorum"),)


@pytest.mark.parametrize(("nodes", "consensus"), [(2, 300), (3, 2820), (5, 4380)])
def test_consensus_grows_with_the_token_that_corosync_derives_from_the_nodes(nodes: int, consensus: int) -> None:
    totem = sections.parse(corosync_conf(cluster(nodes=nodes))).one("totem")
    assert totem.get("consensus") == str(consensus)
    assert totem.get("token") == "1700"


@pytest.mark.parametrize(
    ("token", "interval", "timeout"), [(800, "200", "400"), (2000, "200", "1000"), (10000, "1000", "5000")]
)
def test_links_are_pinged_often_enough_for_the_token_and_never_more_often_than_pcs_allows(
    token: int, interval: str, timeout: str
) -> None:
    said = replace(PROFILES["normal"], token=token)
    for link in sections.parse(corosync_conf(replace(cluster(), timing=said))).one("totem").all("interface"):
        assert (link.get("knet_ping_interval"), link.get("knet_ping_timeout")) == (interval, timeout)
        assert link.get("knet_pong_count") == "1"


def test_a_longer_consensus_stays_as_it_is_said() -> None:
    said = replace(PROFILES["normal"], consensus=9000)
    for nodes in (2, 3):
        totem = sections.parse(corosync_conf(replace(cluster(nodes=nodes), timing=said))).one("totem")
        assert totem.get("consensus") == "9000"


@settings(max_examples=40, deadline=None)
@given(clusters())
def test_every_node_and_link_is_there_once(any_cluster: Cluster) -> None:
    text = corosync_conf(any_cluster)
    root = sections.parse(text)
    assert text == corosync_conf(any_cluster)
    assert [node.get("name") for node in root.one("nodelist").all("node")] == [n.name for n in any_cluster.nodes]
    for node, section in zip(any_cluster.nodes, root.one("nodelist").all("node"), strict=True):
        assert section.get("nodeid") == str(node.id)
        assert [section.get(f"ring{r.number}_addr") for r in any_cluster.rings] == [str(a) for a in node.addresses]
    links = [link.get("linknumber") for link in root.one("totem").all("interface")]
    assert links == [str(ring.number) for ring in any_cluster.rings]
    assert root.one("totem").get("crypto_cipher") == "aes256"


def test_the_header_names_the_cluster_and_no_time() -> None:
    assert corosync_conf(cluster()).startswith("# Made by hakit for the cluster squidha.\n")


def test_a_name_that_breaks_out_is_refused() -> None:
    with pytest.raises(ValueError, match=r"corosync\.conf"):
        corosync_conf(replace(cluster(), name="a\n}\nquorum {"))
