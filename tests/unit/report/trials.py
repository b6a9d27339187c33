"""Trials made up for the tests: a client that asks every 50 ms from 100 s to 120 s, a fault at 105 s healed at 112 s."""

from __future__ import annotations

from hakit.report.record import Answer, Claim, Expectation, Judgement, Kind, Mark, Record, Sample, Trial

EVERY = 0.05


def answers(*gaps: tuple[float, float]) -> tuple[Answer, ...]:
    """Give answers of 2 ms each; those asked within a gap fail after half a second."""
    found = []
    for number in range(400):
        asked = round(100 + number * EVERY, 3)
        bad = any(start <= asked < end for start, end in gaps)
        found.append(Answer(asked, asked + (0.5 if bad else 0.002), not bad, "no connection" if bad else ""))
    return tuple(found)


def trial(*gaps: tuple[float, float], marks: tuple[Mark, ...] = (), seconds: float | None = 3.0) -> Trial:
    return Trial(
        "service-killed", "Service killed", "qsp-a", Expectation(seconds, "why"),
        began=102.0, injected=105.0, healed=112.0, ended=119.0,
        answers=answers(*gaps), marks=marks,
        samples=(Sample(104.0, "qsp-a", vip=True, unit=True), Sample(104.0, "qsp-b", vip=False, unit=False)),
        claims=(Claim(104.0, ("02:00:c0:a8:e9:0b",)),),
        audits=(Judgement("quorum", ok=True, words="on every node"),),
    )  # fmt: skip


def record(*trials: Trial) -> Record:
    return Record("squidha", "squid", ("qsp-a", "qsp-b"), "a page", EVERY, 100.0, {"from": "here"}, trials)


def mark(when: float, kind: Kind, node: str = "qsp-b") -> Mark:
    return Mark(when, node, kind, f"{kind} & <more>")
