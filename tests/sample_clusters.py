"""Clusters to render: the reference one by hand, and any by hypothesis."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface, ip_network

from hypothesis import strategies as st

from hakit.model import (
    PROFILES,
    Agent,
    Cluster,
    CommandQuestion,
    HttpQuestion,
    Node,
    NoFencing,
    Probe,
    Ring,
    Service,
    Switchback,
    TcpQuestion,
    Timeouts,
    UnixQuestion,
    Vip,
)

NODES = ("qsp-a", "qsp-b", "qsp-c", "qsp-d", "qsp-e")
NETWORKS = ("192.168.233", "172.16.233", "172.16.234")
SQUID = Service("squid", "squid.service", Vip(ip_interface("192.168.233.200/24")))


def cluster(*services: Service, nodes: int = 2, rings: int = 2) -> Cluster:
    """Return the reference cluster, with other services, nodes or rings."""
    networks = NETWORKS[:rings]
    return Cluster(
        "squidha",
        tuple(
            Node(name, number, tuple(ip_address(f"{network}.{10 + number}") for network in networks))
            for number, name in enumerate(NODES[:nodes], start=1)
        ),
        tuple(Ring(number, ip_network(f"{net}.0/24"), number + 1, 5405) for number, net in enumerate(networks)),
        NoFencing("evaluation only"),
        services or (SQUID,),
    )


_names = st.from_regex(r"[a-z][a-z0-9_.]{0,10}", fullmatch=True)
_units = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}(@[a-z0-9_.:\\-]{1,8})?\.service", fullmatch=True)
_seconds = st.integers(1, 3600)
_vips = st.one_of(
    st.builds(IPv4Interface, st.tuples(st.integers(1, 2**32 - 2), st.integers(1, 32))),
    st.builds(IPv6Interface, st.tuples(st.integers(1, 2**128 - 2), st.integers(1, 128))),
)
_words = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=("Cc",)), max_size=12)
_questions = st.one_of(
    st.builds(TcpQuestion, st.integers(1, 65535), st.none() | st.ip_addresses()),
    st.builds(HttpQuestion, st.just("http://127.0.0.1/a?b=1&c=2"), st.integers(100, 599), _words, _words),
    st.builds(UnixQuestion, _words.map("/run/{}".format)),
    st.builds(CommandQuestion, st.lists(_words, max_size=3).map(lambda words: ("/bin/true", *words))),
)
_probes = st.builds(Probe, _questions, _seconds, st.integers(1, 100), _seconds)


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    """Any cluster that a spec could mean; dependencies point to services that come before."""
    base = cluster(nodes=draw(st.integers(2, 5)), rings=draw(st.integers(1, 3)))
    services: list[Service] = []
    for name in draw(st.lists(_names, unique=True, max_size=5)):
        before = [service.name for service in services]
        services.append(
            Service(
                name,
                draw(_units),
                draw(st.none() | st.builds(Vip, _vips, st.none() | st.just("eth0"))),
                draw(st.sampled_from(Agent)),
                draw(st.none() | st.sampled_from([node.name for node in base.nodes])),
                draw(st.sampled_from(Switchback)),
                tuple(draw(st.lists(st.sampled_from(before), unique=True))) if before else (),
                draw(st.builds(Timeouts, _seconds, _seconds, _seconds)),
                draw(st.none() | _probes),
                draw(st.booleans()),
                draw(st.none() | _seconds),
            )
        )
    return replace(base, services=tuple(services), timing=PROFILES[draw(st.sampled_from(sorted(PROFILES)))])
