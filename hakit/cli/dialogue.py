"""The questions of `hakit init`, each asked until its answer can be understood; what an option says isn't asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import click

from hakit.apply import init as engine
from hakit.author.hosts import answers as says
from hakit.author.hosts import networks, units
from hakit.author.hosts.answers import Answers
from hakit.author.hosts.networks import Shared
from hakit.author.hosts.units import Candidate
from hakit.core import ExitCode, HakitError, Runner
from hakit.model import Question, Vip
from hakit.observe.host.survey import Surveyed

T = TypeVar("T")
_FENCING = """\
Fencing makes a node harmless that does not answer: it is switched off by its power supply or its management board
before the other node takes over. Without fencing, a cluster whose rings all break may run the service on both sides
at once, with two different truths where it keeps data. To go without is a decision with a reason, which hakit status repeats."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said by options; None and empty for what is to be asked. With `quiet` nothing is asked."""

    rings: tuple[str, ...] = ()
    unit: str | None = None
    vip: str | None = None
    probe: str | None = None
    reason: str | None = None
    name: str | None = None
    quiet: bool = False


def dialogue(said: Said, seen: Sequence[Surveyed], runner: Runner) -> Answers:
    """Ask what isn't said. Raises HakitError for an option that can't be, or that is missing when nothing is asked."""
    ask = Asker(quiet=said.quiet)
    _show(seen)
    chosen = _rings(ask, said.rings, networks.shared(seen))
    service = _unit(ask, said.unit, seen)
    address = ask.until(
        Prompt("The virtual IP that clients use (or none)", "--vip"),
        said.vip,
        lambda text: _vip(text, chosen[0], seen, runner),
    )
    usual = "none" if service.question is None else str(service.question.port)
    probe = Prompt("Probe: a port, a URL, a socket's path, or none", "--probe", usual)
    question: Question | None = ask.until(probe, said.probe, says.probe)
    if said.reason is None and not said.quiet:
        click.echo(_FENCING, err=True)
    why = ask.until(Prompt("Why does this cluster do without fencing?", "--no-fencing"), said.reason, _reason)
    stem = service.unit.removesuffix(".service").partition("@")[0]
    name = ask.until(Prompt("The cluster's name", "--name", f"{stem}ha"), said.name, str)
    return Answers(name, chosen, service, address, question, why)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question, the option that answers it, and the answer that suggests itself; empty for none."""

    text: str
    option: str
    default: str = ""


class Asker:
    """Asks, or when `quiet` takes what suggests itself and refuses where nothing does."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def text(self, prompt: Prompt) -> str:
        """Ask for a text. Raises HakitError when quiet and nothing suggests itself."""
        if not self._quiet:
            return str(click.prompt(prompt.text, default=prompt.default or None, err=True))
        if not prompt.default:
            raise HakitError(f"{prompt.option} must be said with --yes", hint=prompt.text, code=ExitCode.USAGE)
        return prompt.default

    def until(self, prompt: Prompt, said: str | None, read: Callable[[str], T]) -> T:
        """Read what was said by an option, else ask until the answer can be read. Raises HakitError for a bad option."""
        if said is not None or self._quiet:
            return read(self.text(prompt) if said is None else said)
        while True:
            try:
                return read(self.text(prompt))
            except HakitError as error:
                click.echo(f"  {error.message}{f'; {error.hint}' if error.hint else ''}", err=True)


def _show(seen: Sequence[Surveyed]) -> None:
    for host in seen:
        named = "" if host.host in {host.name, host.name.partition(".")[0]} else f" (reached as {host.host})"
        found = ", ".join(
            f"{nic.name} {entry}"
            for nic in host.interfaces
            for entry in nic.addresses
            if not entry.ip.is_loopback and not entry.ip.is_link_local
        )
        click.echo(f"{host.name}{named}: {found}", err=True)
        if named:
            click.echo(f"  ! the spec says {host.name}: hakit will reach it by that name", err=True)


def _rings(ask: Asker, said: tuple[str, ...], known: tuple[Shared, ...]) -> tuple[Shared, ...]:
    usual = " ".join(str(each.network) for each in known)
    text = " ".join(said) if said else None
    if len(known) == 1:
        click.echo("! these hosts share one network only: when it fails, so does the cluster", err=True)
    prompt = Prompt("The rings, the clients' network first", "--ring", usual)
    return ask.until(prompt, text, lambda words: networks.chosen(words.split(), known))


def _unit(ask: Asker, said: str | None, seen: Sequence[Surveyed]) -> Candidate:
    known = units.candidates(seen)
    if said is None:
        for each in known:
            click.echo(f"  {each.unit} listens on port {', '.join(map(str, each.ports))}", err=True)
    usual = known[0].unit if len(known) == 1 else ""
    return ask.until(Prompt("The service to protect", "--unit", usual), said, lambda text: units.chosen(text, seen))


def _vip(text: str, ring: Shared, seen: Sequence[Surveyed], runner: Runner) -> Vip | None:
    if text.strip().lower() == "none":
        return None
    found = says.vip(text, ring, seen)
    if engine.in_use(found.interface.ip, seen[0].host, runner):
        raise HakitError(f"{found.interface.ip} answers already", hint="choose an address that nobody has")
    return found


def _reason(text: str) -> str:
    if not text.strip():
        raise HakitError(
            "a decision without a reason is none", hint='--no-fencing "evaluation only"', code=ExitCode.USAGE
        )
    return text.strip()
