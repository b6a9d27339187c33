"""What only the hosts know: the interface of each virtual IP."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_interface

from hakit.model import Vip
from hakit.plan.wanted import with_nics
from tests.sample_clusters import SQUID, cluster
from tests.unit.plan import running


def test_an_interface_that_all_nodes_call_alike_is_named() -> None:
    whole = running.seen()
    (service,) = with_nics(whole.cluster, whole.hosts).services
    assert service.vip == Vip(ip_interface("192.168.233.200/24"), "eth0")


def test_where_the_names_differ_nothing_is_said() -> None:
    whole = running.seen()
    host = whole.hosts["qsp-b"]
    other = replace(host, interfaces=(replace(host.interfaces[0], name="ens3"), *host.interfaces[1:]))
    assert with_nics(whole.cluster, {**whole.hosts, "qsp-b": other}) == whole.cluster


def test_where_a_host_has_none_nothing_is_said() -> None:
    whole = running.seen()
    none = replace(whole.hosts["qsp-b"], interfaces=())
    assert with_nics(whole.cluster, {**whole.hosts, "qsp-b": none}) == whole.cluster


def test_what_the_spec_says_stays() -> None:
    whole = running.seen()
    said = cluster(
        replace(SQUID, vip=Vip(ip_interface("192.168.233.200/24"), "bond0")), replace(SQUID, name="b", vip=None)
    )
    assert with_nics(said, whole.hosts) == said
