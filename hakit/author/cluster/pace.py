"""Timing: the numbers of an existing cluster, and the word of a spec that fits them best."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

from lxml import etree

from hakit.author.cluster import meaning
from hakit.author.cluster.membership import DEFAULT_TIMER
from hakit.author.cluster.shapes import Shape
from hakit.model import PROFILE, PROFILES, Timing
from hakit.model.memo import Memo
from hakit.model.sections import Section
from hakit.model.timing import ADVISED
from hakit.render.corosync import TOKEN_COEFFICIENT, least_consensus

_TWO = 2


def timing(conf: Section, count: int, shapes: Sequence[Shape], defaults: Mapping[str, str], memo: Memo) -> Timing:
    """Return the timing of a cluster of `count` nodes; `defaults` are the meta attributes of all resources."""
    totem = conf.one("totem")
    seen = {
        "token": _whole(totem.get("token", DEFAULT_TIMER)),
        "unit_interval": _usual([_interval(shape.unit) for shape in shapes if shape.unit.get("class") != "ocf"]),
        "probe_interval": _usual([_probe_interval(shape.unit) for shape in shapes]),
        "vip_interval": _usual([_interval(shape.vip) for shape in shapes if shape.vip is not None]),
        "operation_timeout": _usual([_timeout(shape.vip) for shape in shapes if shape.vip is not None]),
        "failure_timeout": meaning.seconds(defaults.get("failure-timeout", "")) or None,
        "migration_threshold": _whole(defaults.get("migration-threshold", "")),
    }
    said = {name: number for name, number in seen.items() if number}
    written = _whole(totem.get("consensus", ""))
    base = PROFILES[memo.profile] if memo.profile else _nearest(said | ({"consensus": written} if written else {}))
    kept = {name: number for name, number in memo.timing.items() if name in Timing.__dataclass_fields__}
    whole = dataclasses.replace(base, **{**kept, **said})  # type: ignore[arg-type]  # all are Timing's int fields
    return dataclasses.replace(
        whole, consensus=_consensus(written or _corosyncs(totem, whole, count), whole, base, count)
    )


def _corosyncs(totem: Section, whole: Timing, count: int) -> int:
    """Return what Corosync takes where the file says no consensus: a shorter one would change a live timer."""
    coefficient = _whole(totem.get("token_coefficient", ""))
    return least_consensus(whole.token, count, TOKEN_COEFFICIENT if coefficient is None else coefficient)


def _consensus(live: int, whole: Timing, base: Timing, count: int) -> int:
    # What hakit writes for three nodes and more is at least what their longer token needs: then it says nothing.
    usual = (
        whole.consensus if whole.token == base.token or whole.consensus != base.consensus else -(-whole.token * 6 // 5)
    )
    needless = count > _TWO and live == least_consensus(whole.token, count) and usual <= live
    return usual if needless else live


def _nearest(said: Mapping[str, int]) -> Timing:
    """Take the profile that has most of the numbers; of several the one that comes first here."""
    ordered = (PROFILES[PROFILE], *PROFILES.values())
    return max(ordered, key=lambda profile: sum(getattr(profile, name) == number for name, number in said.items()))


def _usual(intervals: Sequence[int | None]) -> int | None:
    known = Counter(each for each in intervals if each)
    return known.most_common(1)[0][0] if known else None


def _probe_interval(unit: etree._Element) -> int | None:
    return meaning.seconds(meaning.parameters(unit).get("probe_interval", ""))


def _interval(resource: etree._Element) -> int | None:
    fact = meaning.of_resource(resource).get("monitor interval")
    return meaning.seconds(fact.value) if fact else None


def _timeout(resource: etree._Element) -> int | None:
    fact = meaning.of_resource(resource).get("monitor timeout")
    limit = meaning.seconds(fact.value) if fact else None
    return limit if limit and limit >= ADVISED else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
