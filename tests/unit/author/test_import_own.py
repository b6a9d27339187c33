"""Importing what hakit made gives the spec that it was made from, and nothing is left to say."""

from __future__ import annotations

from hypothesis import given, settings

from hakit import render
from hakit.author.cluster.read import Import, Texts, read
from hakit.model import Cluster
from tests.sample_clusters import cluster, spec_clusters


def imported(any_cluster: Cluster) -> Import:
    return read(Texts(render.corosync_conf(any_cluster), render.cib(any_cluster)))


@settings(deadline=None, max_examples=40)
@given(spec_clusters())
def test_what_hakit_made_comes_back_equal(any_cluster: Cluster) -> None:
    found = imported(any_cluster)
    assert [each.text() for each in found.findings] == []
    assert found.cluster == any_cluster
    assert render.differences(render.cib(any_cluster), found.cluster) == ()
    assert render.corosync_conf(found.cluster) == render.corosync_conf(any_cluster)


def test_the_spec_is_what_a_person_would_write() -> None:
    assert (
        imported(cluster()).text
        == """\
# The cluster squidha, as hakit import found it.

cluster: squidha

# By the node's name: its address in ring 0, where the clients are, then in the other rings.
nodes:
  qsp-a: { rings: [192.168.233.11, 172.16.233.11] }
  qsp-b: { rings: [192.168.233.12, 172.16.233.12] }

# How a node that doesn't answer is made harmless.
fencing:
  none: "evaluation only"

services:
  squid:
    unit: squid.service
    vip: 192.168.233.200/24
"""
    )
