"""Where something stands in a CIB or a corosync.conf, for people."""

from __future__ import annotations

from lxml import etree


def where(file: str, element: etree._Element | None) -> str:
    """Say the file and the line of an element; the file alone where there is no line."""
    line = None if element is None else element.sourceline
    return f"{file}:{line}" if line else file


def says(element: etree._Element) -> str:
    """Say an element's attributes and contents in one line, without ids."""
    own = [f"{name}={value}" for name, value in element.attrib.items() if name != "id"]
    inner = [
        f"{child.tag!s}: {text}" if (text := says(child)) else f"{child.tag!s}"
        for child in element.iterchildren(tag=etree.Element)
    ]
    return ", ".join([*own, *inner])
