"""Actions and outcomes: what they show, and what they never show."""

from __future__ import annotations

import pytest

from hakit.core import Command, CommandFailed, Digest, Get, HostUnreachable, Outcome, Put, Remove, Secret, shown

TOKEN = Secret("t0p-s3cret")


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Command(("pcs", "host", "auth", "a b", "--token", "/x")), "pcs host auth 'a b' --token /x"),
        (Command(("tool", TOKEN)), "tool •••"),
        (Get("/etc/hosts"), "read /etc/hosts"),
        (Digest("/etc/hosts"), "checksum of /etc/hosts"),
        (Put("/etc/x", "text", mode=0o600, owner="a:b"), "write /etc/x (mode 0600, a:b)"),
        (Remove("/etc/x"), "remove /etc/x"),
    ],
)
def test_an_action_says_itself(action: Command | Get | Digest | Put | Remove, words: str) -> None:
    assert shown(action).replace("'•••'", "•••") == words


@pytest.mark.parametrize(
    "action",
    [
        Command(("tool", TOKEN), stdin=Secret(f"pass {TOKEN}"), env={"PASSWORD": TOKEN}),
        Put("/etc/key", TOKEN, binary=True),
    ],
)
def test_secrets_are_not_shown_anywhere(action: Command | Put) -> None:
    outcome = Outcome("qsp-a", action, 1, "out", "it went wrong", 0.1)
    error = CommandFailed(outcome)
    for text in (shown(action), repr(action), repr(outcome), outcome.explain(), str(error), repr(error)):
        assert TOKEN not in str(text), text


def test_what_was_read_as_a_secret_is_not_shown_either() -> None:
    outcome = Outcome("qsp-a", Get("/etc/key", secret=True), 1, str(TOKEN), "", 0.1)
    assert TOKEN not in outcome.explain()


def test_a_secret_is_itself_where_it_is_used() -> None:
    assert f"{TOKEN}" == "t0p-s3cret"
    assert TOKEN.encode() == b"t0p-s3cret"
    assert repr(TOKEN) == "'•••'"


def test_an_outcome_explains_itself() -> None:
    outcome = Outcome("qsp-a", Command(("pcs", "cluster", "start")), 1, "out\n", "one\ntwo\n", 2.34)
    assert outcome.explain() == "qsp-a: pcs cluster start\n  exit code 1 after 2.3 s\n  | one\n  | two"


def test_stdout_explains_where_stderr_is_silent_and_only_the_end_of_it() -> None:
    lines = "".join(f"line {number}\n" for number in range(30))
    said = Outcome("qsp-a", Command(("x",)), 1, lines, " \n", 0.0).explain().splitlines()
    assert said[2:] == [f"  | line {number}" for number in range(10, 30)]


@pytest.mark.parametrize(
    ("code", "ok_codes", "timed_out", "ok"),
    [(0, {0}, False, True), (1, {0}, False, False), (1, {0, 1}, False, True), (0, {0}, True, False)],
)
def test_the_action_says_which_codes_are_fine(code: int, ok_codes: set[int], *, timed_out: bool, ok: bool) -> None:
    outcome = Outcome("a", Command(("x",), ok_codes=frozenset(ok_codes)), code, "", "", 1.0, timed_out=timed_out)
    assert outcome.ok is ok


def test_a_deadline_is_told_in_seconds() -> None:
    outcome = Outcome("a", Command(("x",), timeout=2.5), -1, "", "", 2.6, timed_out=True)
    assert "no answer within 2.5 s after 2.6 s" in outcome.explain()


def test_what_only_reads_says_so() -> None:
    assert not Get("/x").changes_state and not Digest("/x").changes_state
    assert Put("/x", "").changes_state and Remove("/x").changes_state and Command(("x",)).changes_state


def test_an_unreachable_host_keeps_host_reason_and_hint() -> None:
    error = HostUnreachable("qsp-b", "it does not answer", hint="is it on?")
    assert (error.host, error.reason, error.hint, error.message) == (
        "qsp-b",
        "it does not answer",
        "is it on?",
        "qsp-b: it does not answer",
    )
