"""The one XML parser of this layer: no entities, no network."""

from __future__ import annotations

import copy

from lxml import etree

from hakit.core import HakitError

Element = etree._Element  # noqa: SLF001 - lxml gives its one kind of element no other name
_SAFE = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, huge_tree=True)


def xml(text: str, what: str) -> Element:
    """Parse the text that `what` printed. Raises HakitError when it isn't XML."""
    try:
        return etree.fromstring(text.encode(), _SAFE)
    except etree.XMLSyntaxError as error:
        raise HakitError(f"{what} did not answer in XML: {error}") from error


def canonical(element: Element) -> bytes:
    """Give an element in the one form in which what means the same is the same (C14N), white space left out."""
    bare = copy.deepcopy(element)
    for each in bare.iter():
        each.text, each.tail = (text if text and text.strip() else None for text in (each.text, each.tail))
    return etree.tostring(bare, method="c14n")
