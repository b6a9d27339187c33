"""Maintenance on and off: what to write into the CIB, and what to take out (docs/decisions/0022-maintenance-in-the-cib.md)."""

from __future__ import annotations

from lxml import etree

from hakit.core import Action, Command
from hakit.observe.maintenance import SET, Mark, Written
from hakit.plan.dialect import Dialect


def on(written: Written, mark: Mark, dialect: Dialect) -> tuple[Action, ...]:
    """Begin, prolong or shorten it. At no moment between the actions is it off where it was on."""
    if mark.until:
        # The main set's word counts before ours, so it must not have one.
        return (_write(mark), *(dialect.maintenance(on=False) if written.explicit is not None else ()))
    begin = dialect.maintenance(on=True) if not written.explicit else ()
    # `--modify` never takes away, so a rule of before has to go with its set.
    return (*begin, *(_forget() if written.mark else ()), _write(mark))


def off(written: Written, dialect: Dialect) -> tuple[Action, ...]:
    """End it, and leave nothing of it behind."""
    return (
        *(_forget() if written.mark else ()),
        *(dialect.maintenance(on=False) if written.explicit is not None else ()),
    )


def _write(mark: Mark) -> Command:
    # cibadmin, for neither pcs nor crm has a verb for a set of properties with a rule.
    argv = ("cibadmin", "--modify", "--allow-create", "--scope", "crm_config", "--xml-pipe")
    return Command(argv, stdin=etree.tostring(_set(mark), encoding="unicode"), timeout=60)


def _forget() -> tuple[Command, ...]:
    return (
        Command(("cibadmin", "--delete", "--scope", "crm_config", "--xml-text", f'<cluster_property_set id="{SET}"/>')),
    )


def _set(mark: Mark) -> etree._Element:
    element = etree.Element("cluster_property_set", id=SET)
    if mark.until:
        rule = etree.SubElement(element, "rule", id=f"{SET}-rule", score="INFINITY")
        etree.SubElement(rule, "date_expression", id=f"{SET}-end", operation="lt", end=mark.until)
        _pair(element, "mode", "maintenance-mode", "true")
    _pair(element, "by", f"{SET}-by", mark.by)
    _pair(element, "since", f"{SET}-since", mark.since)
    return element


def _pair(element: etree._Element, what: str, name: str, value: str) -> None:
    etree.SubElement(element, "nvpair", id=f"{SET}-{what}", name=name, value=value)
