"""The answers of the person at the keyboard, checked against the hosts, and the spec that they make."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface

from hakit import spec
from hakit.author.hosts.networks import Shared
from hakit.author.hosts.units import Candidate
from hakit.core import ExitCode, HakitError
from hakit.model import PROFILE, PROFILES, Agent, Cluster, Node, NoFencing, Question, Ring, Service, Vip
from hakit.model.service import TIMEOUTS, usual_vip_agent
from hakit.observe.host.survey import Surveyed
from hakit.spec import question
from hakit.spec.address import end_of_network
from hakit.spec.build import PORT, fitting
from hakit.spec.writing import Comments


@dataclass(frozen=True, slots=True)
class Answers:
    """What was decided. `vip` and `question` are None for doing without."""

    name: str
    rings: tuple[Shared, ...]
    unit: Candidate
    vip: Vip | None
    question: Question | None
    no_fencing: str


def vip(text: str, ring: Shared, hosts: Sequence[Surveyed]) -> Vip:
    """Read a virtual IP for the clients' network. Raises HakitError when it can't be one."""
    wanted = f"an address in {ring.network} that nobody has"
    try:
        address = ip_address(text.partition("/")[0].strip())
        interface = ip_interface((address, ring.network.prefixlen))
    except ValueError as error:
        raise HakitError(f"{text!r} is no address: {error}", hint=wanted, code=ExitCode.USAGE) from error
    said = text.partition("/")[2].strip()
    if address not in ring.network:
        raise HakitError(f"{address} is outside the clients' network {ring.network}", hint=wanted, code=ExitCode.USAGE)
    if said and said != str(ring.network.prefixlen):
        raise HakitError(f"the clients' network is {ring.network}, not /{said}", hint=wanted, code=ExitCode.USAGE)
    if end := end_of_network(interface):
        raise HakitError(f"{address} is {end}", hint=wanted, code=ExitCode.USAGE)
    owner = next(
        (host.name for host in hosts if any(e.ip == address for nic in host.interfaces for e in nic.addresses)), ""
    )
    if owner:
        raise HakitError(f"{address} is an address of {owner} already", hint=wanted, code=ExitCode.USAGE)
    return Vip(interface)


def probe(text: str) -> Question | None:
    """Read a probe: a port or ADDRESS:PORT, a URL, a socket's path, or `none`. Raises HakitError for anything else."""
    if text.strip().lower() in {"none", "no", ""}:
        return None
    way = "http" if text.startswith(("http://", "https://")) else "unix" if text.startswith("/") else "tcp"
    try:
        return question.read(way, text.strip())
    except ValueError as error:
        hint = "a port, ADDRESS:PORT, http://ADDRESS/…, the path of a Unix socket, or none"
        raise HakitError(f"{text!r} is no probe: {error}", hint=hint, code=ExitCode.USAGE) from error


def cluster(hosts: Sequence[Surveyed], answers: Answers) -> Cluster:
    """Make the cluster that the answers mean."""
    addresses = {host.name: tuple(ring.addresses[host.name] for ring in answers.rings) for host in hosts}
    agent = Agent.SYSTEMD if answers.question is None else Agent.QUICKSERVICE
    timeouts, timing = TIMEOUTS[agent], PROFILES[PROFILE]
    service = Service(
        name=answers.unit.unit.removesuffix(".service").replace("@", "-"),
        unit=answers.unit.unit,
        vip=answers.vip and dataclasses.replace(answers.vip, agent=usual_vip_agent(agent, volume=False)),
        agent=agent,
        timeouts=timeouts,
        probe=fitting(answers.question, timeouts, timing) if answers.question else None,
    )
    return Cluster(
        name=answers.name,
        nodes=tuple(Node(host.name, number, addresses[host.name]) for number, host in enumerate(hosts, start=1)),
        rings=tuple(Ring(number, ring.network, number + 1, PORT) for number, ring in enumerate(answers.rings)),
        fencing=NoFencing(answers.no_fencing),
        services=(service,),
    )


def written(hosts: Sequence[Surveyed], answers: Answers) -> str:
    """Write the spec file, with comments for who reads it first."""
    rings = [f"Ring {number}: {ring.network}{_use(number)}" for number, ring in enumerate(answers.rings)]
    if len(rings) == 1:
        rings.append("One ring only: when this network fails, so does the cluster. A second one of its own is advised.")
    service = ["What clients use: the unit and its address run on one node and move together."]
    if answers.question is not None:
        service.append("The probe decides whether it answers; without one only its unit's state would.")
    return spec.written(
        cluster(hosts, answers),
        Comments(
            ("Written by hakit init. Every key: the manual's page on the spec file, and hakit schema.",),
            (),
            {
                "nodes": tuple(rings),
                "fencing": (
                    "How a node that doesn't answer is made harmless. Without fencing, a cluster whose rings all",
                    "break may run the service on both sides at once.",
                ),
                "services": tuple(service),
            },
        ),
    )


def _use(number: int) -> str:
    return ", where the clients are" if number == 0 else ", for the cluster alone; used first"
