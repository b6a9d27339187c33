"""The page: one file, well formed, and its timelines have what was seen in the right place."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import etree, html

from hakit.report import page, timeline
from hakit.report.record import Kind, Sample, Trial
from tests.unit.report.trials import mark, record, trial

SVG = "{http://www.w3.org/2000/svg}"
STEPS = (
    mark(105.8, Kind.RING_DOWN), mark(106.0, Kind.NOTICED), mark(106.2, Kind.STARTING), mark(106.9, Kind.STARTED),
)  # fmt: skip
SEEN = tuple(
    Sample(100 + second, node, vip=(node == "qsp-a") == (second < 6), unit=True)
    for second in range(20)
    for node in ("qsp-a", "qsp-b")
)
FAILOVER = replace(trial((105.0, 107.0), marks=STEPS), samples=SEEN)


def bars(svg: str, kind: str) -> list[tuple[float, float]]:
    root = etree.fromstring(svg.encode())
    return [
        (float(each.get("x", "")), float(each.get("width", "")))
        for each in root.iter(f"{SVG}rect")
        if each.get("class") == kind
    ]


def at(seconds: float) -> float:
    """Say where a time lies: the window is from 2 s before the fault to 2.5 s after the outage, at least 6 s after."""
    return timeline.LEFT + (seconds - 103) / (111 - 103) * (timeline.WIDTH - timeline.LEFT - timeline.RIGHT)


def near(one: float, other: float) -> bool:
    return abs(one - other) < 1.0


def test_the_timeline_is_well_formed_and_in_its_place() -> None:
    svg = page.svg(FAILOVER, record())
    before, after = bars(svg, "good")
    assert near(before[0], at(103)) and near(before[0] + before[1], at(104.952))
    assert near(after[0], at(107))
    bad = bars(svg, "bad")
    assert len(bad) == 40
    assert near(bad[0][0], at(105)) and near(bad[-1][0], at(106.95))
    (start,) = [
        each for each in bars(svg, "start") if near(each[0], at(106.2)) and near(each[1], at(106.9) - at(106.2))
    ][-1:]
    assert start
    held = bars(svg, "held")
    assert any(near(x + width, at(106)) for x, width in held) and any(near(x, at(106)) for x, _ in held)
    assert bars(svg, "down")


def test_every_lane_has_a_label_and_lies_within_the_picture() -> None:
    root = etree.fromstring(page.svg(FAILOVER, record()).encode())
    labels = [each.text for each in root.iter(f"{SVG}text") if each.get("class") == "label"]
    assert labels[:2] == ["outage", "client"]
    assert {"qsp-a VIP", "qsp-a unit", "qsp-b rings", "qsp-b Pacemaker"} <= set(labels)
    width, height = (float(each) for each in str(root.get("viewBox")).split()[2:])
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        assert x >= timeline.LEFT and x + w <= width and y >= 0 and y + h <= height


def test_words_of_others_are_escaped() -> None:
    evil = replace(FAILOVER, title="<script>alert(1)</script>", error="<b>&")
    text = page.text(record(evil))
    assert "<script>alert" not in text
    assert "&lt;b&gt;&amp;" in text


def test_the_page_needs_nothing_but_itself() -> None:
    text = page.text(record(FAILOVER, trial(), Trial("x", "X", skipped="no lab")))
    root = html.fromstring(text)
    assert not re.findall(r'(?:src|href)="(?!#)', text)
    assert len(root.findall(".//svg")) == 2
    assert len(root.findall(".//tbody/tr")) == 3
    assert "2 passed, 1 skipped" in text


def test_a_fault_without_an_outage_and_one_without_an_end_are_drawn() -> None:
    assert bars(page.svg(trial(), record()), "bad") == []
    assert bars(page.svg(trial((105.0, 999.0)), record()), "lost")


def test_a_node_that_falls_silent_has_nothing_any_more() -> None:
    silent = replace(FAILOVER, samples=tuple(each for each in SEEN if each.node == "qsp-b" or each.when < 105))
    svg = page.svg(silent, record())
    assert not any(x <= at(105.5) <= x + width for x, width in bars(svg, "held")[:1])
