"""A record as JUnit XML, for whatever shows test results: a case for each fault."""

from __future__ import annotations

from lxml import etree

from hakit.report.outage import loss
from hakit.report.record import Record, Trial
from hakit.report.verdict import Verdict, expected_words, outage_words, verdict


def text(record: Record) -> str:
    """Give the XML. A fault that was slower than expected is a failure of its own kind; a skipped one is skipped."""
    verdicts = [verdict(trial) for trial in record.trials]
    failed = sum(each in {Verdict.FAILED, Verdict.SLOW} for each in verdicts)
    suite = etree.Element(
        "testsuite",
        name=f"hakit drill {record.cluster}",
        tests=str(len(verdicts)),
        failures=str(failed),
        skipped=str(verdicts.count(Verdict.SKIPPED)),
    )
    for trial in record.trials:
        suite.append(_case(trial, record))
    return etree.tostring(suite, pretty_print=True, encoding="unicode")


def _case(trial: Trial, record: Record) -> etree._Element:
    seconds = loss(trial).longest
    case = etree.Element(
        "testcase", classname=f"{record.cluster}.{record.service}", name=trial.fault, time=f"{seconds:.3f}"
    )
    match verdict(trial):
        case Verdict.SKIPPED:
            etree.SubElement(case, "skipped", message=_clean(trial.skipped))
        case Verdict.FAILED | Verdict.SLOW as how:
            lost = f"outage {outage_words(trial, every=record.every)}, expected {expected_words(trial)}"
            wrong = [f"{each.audit}: {each.words}" for each in trial.audits if not each.ok]
            told = [trial.error] if trial.error else wrong or [lost]
            failure = etree.SubElement(case, "failure", type=how.value, message=_clean(told[0]))
            failure.text = _clean("\n".join([lost, trial.error, *wrong]))
        case Verdict.PASSED:
            pass
    return case


def _clean(words: str) -> str:
    """Leave out what XML has no place for."""
    return "".join(char for char in words if char.isprintable() or char in "\n\t")
