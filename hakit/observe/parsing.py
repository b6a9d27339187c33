"""The one XML parser of this layer: no entities, no network."""

from __future__ import annotations

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
