"""What every layer speaks: commands, outcomes, findings, events, clocks, errors."""

from hakit.core.action import Action, Command, Digest, Get, Put, Remove, Secret, shown
from hakit.core.clock import Clock, DeadlinePassed, SystemClock, wait_until
from hakit.core.errors import ExitCode, HakitError
from hakit.core.event import Event, Listener, Tape
from hakit.core.finding import Finding, Severity
from hakit.core.outcome import CommandFailed, HostUnreachable, Outcome, Runner

__all__ = [
    "Action",
    "Clock",
    "Command",
    "CommandFailed",
    "DeadlinePassed",
    "Digest",
    "Event",
    "ExitCode",
    "Finding",
    "Get",
    "HakitError",
    "HostUnreachable",
    "Listener",
    "Outcome",
    "Put",
    "Remove",
    "Runner",
    "Secret",
    "Severity",
    "SystemClock",
    "Tape",
    "shown",
    "wait_until",
]
