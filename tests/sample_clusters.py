"""Clusters to render: the reference one by hand, and any by hypothesis."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface, ip_network

from hypothesis import strategies as st

from hakit.core import Secret
from hakit.model import (
    PROFILES,
    SIGNALS,
    AddressCheck,
    Agent,
    Alert,
    AlertEvent,
    Cluster,
    CommandQuestion,
    Device,
    DeviceFencing,
    Filesystem,
    Guard,
    HttpQuestion,
    Level,
    Node,
    NoFencing,
    Probe,
    Protocol,
    Quorum,
    QuorumDevice,
    Ring,
    Run,
    SbdFencing,
    Service,
    Switchback,
    TcpQuestion,
    Timeouts,
    Timing,
    UnixQuestion,
    Vip,
    VipAgent,
    Volume,
)
from hakit.model.fencing import advance, sbd_advance, sbd_timeout

NODES = ("qsp-a", "qsp-b", "qsp-c", "qsp-d", "qsp-e")
NETWORKS = ("192.168.233", "172.16.233", "172.16.234")
_TWO = 2
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


@st.composite
def alerts(draw: st.DrawFn) -> tuple[Alert, ...]:
    """Any alerts that a spec could say."""
    return tuple(
        draw(_alerts(name)) for name in draw(st.lists(st.sampled_from(["ops", "7.x", "on-call"]), unique=True))
    )


@st.composite
def _alerts(draw: st.DrawFn, name: str) -> Alert:
    ways = draw(st.sets(st.sampled_from(["command", "mail", "webhook"]), min_size=1))
    events = draw(st.sets(st.sampled_from(AlertEvent), min_size=1))
    url = draw(st.sampled_from(["https://hooks.example.org/T0/s3cret", "http://192.168.233.139:8000/?a=%20b&c=d"]))
    return Alert(
        name,
        ("/usr/local/bin/tell", *draw(st.lists(_words.filter(str.isprintable).filter(bool), max_size=2)))
        if "command" in ways
        else (),
        draw(st.sampled_from(["root", "ops+ha@example.org"])) if "mail" in ways else "",
        Secret(url) if "webhook" in ways else Secret(""),
        tuple(event for event in AlertEvent if event in events),
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
                monitor_unit=draw(st.booleans()),
                stop_signal=draw(st.none() | st.sampled_from(SIGNALS)),
                stop_escalation=draw(st.none() | _seconds),
            )
        )
    timing = PROFILES[draw(st.sampled_from(sorted(PROFILES)))]
    return replace(base, services=tuple(services), timing=timing, alerts=draw(alerts()))


_plain_words = _words.filter(str.isprintable)
_spec_questions = st.one_of(
    st.builds(
        TcpQuestion, st.integers(1, 65535), st.none() | st.sampled_from([ip_address("10.9.9.9"), ip_address("::1")])
    ),
    st.builds(HttpQuestion, st.just("http://127.0.0.1/a?b=1&c=2"), st.integers(100, 599), _plain_words, _plain_words),
    st.builds(UnixQuestion, _plain_words.map("/run/{}".format)),
    st.builds(
        CommandQuestion,
        st.lists(_plain_words.filter(bool), min_size=1, max_size=3).map(lambda words: ("/bin/true", *words)),
    ),
)


@st.composite
def spec_clusters(draw: st.DrawFn, *, volumes: bool = True) -> Cluster:
    """Any cluster that a spec file without faults can mean; without `volumes` none that has one."""
    wide = draw(st.sampled_from([24, 24, 22, 16]))
    base = cluster(nodes=draw(st.integers(2, 5)), rings=draw(st.integers(1, 3)))
    rings = tuple(
        replace(
            ring,
            network=ring.network.supernet(new_prefix=wide) if ring.number == 0 else ring.network,
            priority=draw(st.sampled_from([ring.number + 1, 7])),
            mcastport=draw(st.sampled_from([5405, 5407])),
        )
        for ring in base.rings
    )
    ids = draw(st.just(range(1, 6)) | st.permutations(range(2, 9)))
    nodes = tuple(replace(node, id=number) for node, number in zip(base.nodes, ids, strict=False))
    base_timing = PROFILES[draw(st.sampled_from(sorted(PROFILES)))]
    token = draw(st.sampled_from([base_timing.token, 2500]))
    least = -(-token * 6 // 5)
    timing = replace(
        base_timing,
        token=token,
        consensus=draw(st.sampled_from([base_timing.consensus if token == base_timing.token else least, 13000])),
        unit_interval=draw(st.sampled_from([base_timing.unit_interval, 7])),
        vip_interval=draw(st.sampled_from([base_timing.vip_interval, 8])),
        operation_timeout=draw(st.sampled_from([base_timing.operation_timeout, 45])),
        failure_timeout=draw(st.sampled_from([600, 4000])),
        migration_threshold=draw(st.sampled_from([3, 1])),
    )
    services: list[Service] = []
    for name in draw(st.lists(st.sampled_from(["squid", "web", "db.main", "a_1"]), unique=True)):
        services.append(draw(_spec_services(name, rings, tuple(services), volumes=volumes and len(nodes) == _TWO)))
    quorum = draw(_quorums(len(nodes)))
    return replace(
        base,
        nodes=nodes,
        rings=rings,
        services=tuple(services),
        timing=timing,
        fencing=draw(
            _no_fencing
            | _fencings(nodes, device=quorum.device is not None)
            | _sbd(len(nodes), device=quorum.device is not None)
        ),
        quorum=quorum,
        autostart=draw(st.booleans()),
        alerts=draw(alerts()),
        guard=draw(_guards(timing)),
    )


_no_fencing = st.builds(NoFencing, st.sampled_from(["evaluation only", 'a "lab": {x}', "no #money", "для пробы"]))


@st.composite
def _fencings(draw: st.DrawFn, nodes: tuple[Node, ...], *, device: bool) -> DeviceFencing:
    """Fencing by a board for each node, and perhaps by one switch for all, with levels; without secrets."""
    names = tuple(node.name for node in nodes)
    boards = tuple(
        Device(
            f"board-{name}", "fence_ipmilan", (name,), (("ip", f"10.7.0.{number}"), ("lanplus", "1")),
            delay=draw(st.sampled_from([0, 3])),
        )
        for number, name in enumerate(names)
    )  # fmt: skip
    if draw(st.booleans()):
        return DeviceFencing(boards, (), advance(len(nodes), device=device))
    pdu = Device("pdu", "fence_apc", names, (("ip", "10.7.1.1"), ("pcmk_host_map", f"{names[0]}:1")))
    levels = tuple(
        level
        for name in names
        for level in (Level(name, 1, (f"board-{name}",)), Level(name, 2, ("pdu", f"board-{name}")))
    )
    return DeviceFencing((*boards, pdu), draw(st.just(levels) | st.just(())), draw(st.sampled_from([7, 0])))


@st.composite
def _sbd(draw: st.DrawFn, nodes: int, *, device: bool) -> SbdFencing:
    """SBD with one disk or three, and without any where that can be."""
    paths = ("/dev/disk/by-id/scsi-1", "/dev/disk/by-id/scsi-2", "/dev/mapper/sbd")
    alone = nodes > _TWO or device
    disks = paths[: draw(st.sampled_from([0, 1, 3] if alone else [1, 3]))]
    timeout = draw(st.sampled_from([sbd_timeout(disks=bool(disks), device=device), 40]))
    usual = sbd_advance(timeout, nodes, disks=bool(disks), device=device)
    delay = draw(st.sampled_from([usual, 0, 60])) if disks else 0
    return SbdFencing(disks, draw(st.sampled_from(["/dev/watchdog", "/dev/watchdog1"])), timeout, delay)


@st.composite
def _quorums(draw: st.DrawFn, nodes: int) -> Quorum:
    hosts, ports = st.sampled_from(["qnetd.example.org", "10.9.9.9"]), st.sampled_from([5403, 5404])
    devices = st.builds(
        QuorumDevice, hosts, st.sampled_from(["ffsplit", "lms"]), ports, st.sampled_from(["on", "off", "required"])
    )
    device = draw(st.none() | devices)
    # Without a device two nodes always wait for all, said or not.
    bare = device is None
    wait = None if bare and nodes == _TWO else draw(st.none() | st.booleans())
    return Quorum(device, wait, draw(st.booleans()) if bare and nodes > _TWO else False)


def _guards(timing: Timing) -> st.SearchStrategy[Guard | None]:
    targets = st.lists(st.sampled_from([ip_address("192.168.233.254"), ip_address("10.1.1.1")]), unique=True)
    return st.none() | st.builds(Guard, targets.map(tuple), st.sampled_from([timing.guard_timeout, 4]))


@st.composite
def _spec_services(
    draw: st.DrawFn, name: str, rings: tuple[Ring, ...], before: tuple[Service, ...], *, volumes: bool
) -> Service:
    agent, number = draw(st.sampled_from(Agent)), len(before)
    ours = agent is Agent.QUICKSERVICE
    ring = rings[0]
    inside = st.just(Vip(ip_interface(f"192.168.233.{100 + number}/{ring.network.prefixlen}")))
    outside = st.just(Vip(ip_interface(f"10.50.{number}.9/28"), "eth7"))
    vip = draw(st.none() | inside | outside)
    if vip is not None:
        held_by = draw(st.sampled_from(VipAgent))
        check = draw(st.sampled_from(AddressCheck)) if held_by is VipAgent.OURS else AddressCheck.LOST
        vip = replace(vip, agent=held_by, check=check)
    # What runs hot has hakit's agent and an address, and takes no part in dependencies.
    hot = ours and vip is not None and draw(st.booleans())
    cold = [each.name for each in before if not each.hot]
    needs = tuple(draw(st.lists(st.sampled_from(cold), unique=True))) if cold and not hot else ()
    # What must run together may not prefer different nodes: one node for all that say one.
    prefer = draw(st.sampled_from([None, NODES[0]]))
    probe = draw(
        st.none() | st.builds(Probe, _spec_questions, st.integers(1, 9), st.integers(1, 100), st.integers(1, 9))
    )
    volume = draw(st.none() | _volumes(name, number, rings)) if volumes and not hot else None
    return Service(
        name,
        f"{name.replace('_', '-')}.service",
        vip,
        agent,
        prefer,
        draw(st.sampled_from(Switchback)) if prefer and not volume else Switchback.NEVER,
        needs,
        draw(
            st.builds(
                Timeouts, st.sampled_from([100, 77]), st.sampled_from([100, 300]), st.sampled_from([100, 120, 10])
            )
        ),
        probe if ours else None,
        monitor_unit=draw(st.booleans()) or not ours,
        stop_signal=draw(st.none() | st.sampled_from(SIGNALS)) if ours else None,
        stop_escalation=draw(st.none() | st.integers(1, 90)) if ours else None,
        run=Run.HOT if hot else Run.COLD,
        volume=volume,
    )


@st.composite
def _volumes(draw: st.DrawFn, name: str, number: int, rings: tuple[Ring, ...]) -> Volume:
    paths = draw(st.sampled_from([("/dev/vdb", "/dev/vdb"), ("/dev/vdb", "/dev/vg0/data")]))
    return Volume(
        tuple(zip(NODES[:_TWO], (f"{path}{number}" for path in paths), strict=True)),
        f"/srv/{name}",
        draw(st.sampled_from([ring.number for ring in rings])),
        draw(st.sampled_from(Filesystem)),
        draw(st.none() | st.integers(1, 999_999).map(lambda size: size << 10)),
        7788 + number,
        draw(st.sampled_from(Protocol)),
        draw(st.sampled_from(["root", "proxy", "999"])),
        draw(st.sampled_from(["root", "proxy"])),
        draw(st.sampled_from(["0755", "2750", "700"])),
        draw(st.sampled_from([(), (f"/srv/{name}/log", f"/srv/{name}")])),
        draw(st.sampled_from([(), ((f"/var/log/{name}", "log"), (f"/var/lib/{name}", "a/b"))])),
    )
