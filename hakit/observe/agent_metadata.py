"""What a resource agent says of itself: the XML of `meta-data`, OCF Resource Agent API 1.1."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from hakit.observe import parsing


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter. `reloadable`: a change of it doesn't restart the service."""

    name: str
    short: str
    long: str
    type: str
    default: str
    required: bool
    reloadable: bool


@dataclass(frozen=True, slots=True)
class AdvisedAction:
    """An action with the timeout and interval that are advised for it; empty where there is none."""

    name: str
    timeout: str
    interval: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """The agent's description of itself."""

    name: str
    version: str
    short: str
    long: str
    parameters: tuple[Parameter, ...]
    actions: tuple[AdvisedAction, ...]


def parse(text: str) -> Metadata:
    """Read the metadata. Raises HakitError when it isn't XML."""
    root = parsing.xml(text, "meta-data")
    return Metadata(
        name=root.get("name", ""),
        version=root.get("version", ""),
        short=_text(root, "shortdesc"),
        long=_text(root, "longdesc"),
        parameters=tuple(_parameter(each) for each in root.iterfind("parameters/parameter")),
        actions=tuple(
            AdvisedAction(each.get("name", ""), each.get("timeout", ""), each.get("interval", ""))
            for each in root.iterfind("actions/action")
        ),
    )


def _parameter(element: etree._Element) -> Parameter:
    content = element.find("content")
    return Parameter(
        name=element.get("name", ""),
        short=_text(element, "shortdesc"),
        long=_text(element, "longdesc"),
        type="" if content is None else content.get("type", ""),
        default="" if content is None else content.get("default", ""),
        required=element.get("required") == "1",
        reloadable=element.get("reloadable") == "1",
    )


def _text(element: etree._Element, tag: str) -> str:
    return " ".join((element.findtext(tag) or "").split())
