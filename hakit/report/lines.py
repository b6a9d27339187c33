"""A record as JSON Lines: a line for the drill, then one for each fault as soon as it is through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from hakit.core import ExitCode, HakitError
from hakit.report.outage import loss
from hakit.report.record import Answer, Claim, Expectation, Judgement, Kind, Mark, Record, Sample, Trial
from hakit.report.split import split

_VERSION = 1


def head(record: Record) -> str:
    """Give the first line, which tells of the drill itself."""
    about = {name: value for name, value in asdict(replace(record, trials=())).items() if name != "trials"}
    return json.dumps({"kind": "drill", "version": _VERSION, **about}) + "\n"


def line(trial: Trial) -> str:
    """Give a fault's line: the numbers that are reckoned of it, for who reads it elsewhere, and all that was seen."""
    numbers = {
        "loss": asdict(loss(trial)),
        "split": {part.name: round(part.seconds, 3) for part in split(trial)},
    }
    seen = {
        "answers": [[each.asked, each.ended, int(each.ok), each.words] for each in trial.answers],
        "samples": [[each.when, each.node, int(each.vip), int(each.unit)] for each in trial.samples],
        "claims": [[each.when, list(each.macs)] for each in trial.claims],
        "marks": [[each.when, each.node, each.kind.value, each.words] for each in trial.marks],
    }
    return json.dumps({"kind": "trial", **asdict(trial), **numbers, **seen}) + "\n"


def dump(record: Record) -> str:
    """Give all of it."""
    return head(record) + "".join(line(trial) for trial in record.trials)


def parse(text: str, name: str) -> Record:
    """Read a record. Raises HakitError when it is none; one that was cut short in the middle of a line is read so far."""
    try:
        first, *rest = text.splitlines() or [""]
        said = _head(json.loads(first))
        record = Record(**{**said, "nodes": tuple(said["nodes"])})
        return replace(record, trials=tuple(_trial(json.loads(each)) for each in rest if each.endswith("}")))
    except (ValueError, KeyError, TypeError) as error:
        raise HakitError(f"{name} is no record of a drill: {error}", code=ExitCode.USAGE) from error


def _head(said: dict[str, Any]) -> dict[str, Any]:
    if said.pop("kind") != "drill" or said.pop("version") != _VERSION:
        raise ValueError("another kind of file, or of another version")
    return said


def _trial(said: Mapping[str, Any]) -> Trial:
    plain = ("fault", "title", "node", "began", "injected", "healed", "ended", "skipped", "error")
    return Trial(
        **{name: said[name] for name in plain},
        expected=Expectation(**said["expected"]),
        answers=tuple(Answer(asked, ended, bool(ok), words) for asked, ended, ok, words in said["answers"]),
        samples=tuple(Sample(when, node, bool(vip), bool(unit)) for when, node, vip, unit in said["samples"]),
        claims=tuple(Claim(when, tuple(macs)) for when, macs in said["claims"]),
        marks=tuple(Mark(when, node, Kind(kind), words) for when, node, kind, words in said["marks"]),
        audits=tuple(Judgement(**each) for each in said["audits"]),
    )
