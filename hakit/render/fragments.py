"""CIB fragments: Jinja2 templates that hold shape only, parsed the moment they are rendered."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

import jinja2
from lxml import etree

from hakit.core import ExitCode, HakitError

_SUFFIX = ".xml.j2"


class Templates:
    """hakit's templates, and before them those of a folder of the user's own.

    There, `TAG.xml.j2` takes the place of hakit's template for every element of that tag, and `ID.xml.j2` for
    the one element of that id. Both get the same values as the template that they replace.
    """

    def __init__(self, own: Path | None = None) -> None:
        self._own = own
        self._environment = jinja2.Environment(
            loader=jinja2.FunctionLoader(self._source), undefined=jinja2.StrictUndefined, autoescape=True
        )
        self._found: dict[str, jinja2.Template] = {}

    def element(self, tag: str, element_id: str, **values: object) -> etree._Element:
        """Render and parse one element. Raises HakitError when a template doesn't give that tag with that id."""
        template = self._template(tag, element_id)
        try:
            element = etree.fromstring(template.render(id=element_id, **values).encode(), _parser())
        except (jinja2.TemplateError, etree.XMLSyntaxError) as error:
            raise _fault(template.name, f"cannot render {tag} {element_id}: {error}") from error
        if element.tag != tag or element.get("id", "") != element_id:
            raise _fault(template.name, f"gives {element.tag!s} {element.get('id', '')!s}, not {tag} {element_id}")
        return element

    def _template(self, tag: str, element_id: str) -> jinja2.Template:
        name = tag
        if self._own and element_id and (self._own / f"{element_id}{_SUFFIX}").is_file():
            name = element_id
        if name not in self._found:
            try:
                self._found[name] = self._environment.get_template(f"{name}{_SUFFIX}")
            except (jinja2.TemplateError, UnicodeDecodeError) as error:
                raise _fault(f"{name}{_SUFFIX}", str(error)) from error
        return self._found[name]

    def _source(self, name: str) -> str | None:
        for folder in (self._own, resources.files("hakit.cib_templates")):
            file = folder.joinpath(name) if folder else None
            if file and file.is_file():
                return file.read_text(encoding="utf-8")
        return None


@lru_cache(maxsize=4)
def templates(own: Path | None) -> Templates:
    """Return the templates, compiled once per folder."""
    return Templates(own)


def parse(text: str) -> etree._Element:
    """Parse a CIB that a cluster gave. Raises HakitError when it isn't one."""
    try:
        root = etree.fromstring(text.encode(), _parser(live=True))
    except etree.XMLSyntaxError as error:
        raise HakitError(f"the cluster's CIB is not XML: {error}") from error
    if root.tag != "cib" or root.find("configuration") is None:
        raise HakitError(f"the cluster's CIB is a {root.tag!s} without configuration")
    return root


def written(root: etree._Element) -> str:
    """Write an XML document, two blanks per level, ending with a newline."""
    etree.indent(root, space="  ")
    return etree.tostring(root, encoding="unicode") + "\n"


@lru_cache(maxsize=2)
def _parser(*, live: bool = False) -> etree.XMLParser:
    """Return a parser without entities and network; of a live CIB, which may be large, it keeps the comments."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, remove_blank_text=True, remove_comments=not live, huge_tree=live
    )


def _fault(name: str | None, what: str) -> HakitError:
    return HakitError(f"template {name}: {what}", code=ExitCode.SPEC)
