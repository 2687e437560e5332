"""Walks through XML by the local names of its elements.

The formats of partners exist in many versions, each in a namespace of its own (ISO 19139 of 2005 and 2007,
ISO 19115-3 in a dozen modules, DDI 2.0 to 2.6, DataCite kernel 2 to 4); the names inside are the same. What
a document is, is decided once, by its root element, in `xml_formats`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migration_harvesters import languages, text
from migration_harvesters.xml import Element

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ANY, BELOW = "*", "**"
BREAKS = frozenset(
    {"p", "br", "div", "ul", "ol", "li", "table", "tr", "itm", "list", "head", "h1", "h2", "h3", "h4"}
)


def name(node: Element) -> str:
    """Give the local name of an element."""
    return str(node.tag).rpartition("}")[2]


def namespace(node: Element) -> str:
    """Give the namespace of an element, or nothing."""
    return str(node.tag).rpartition("}")[0].removeprefix("{")


def find(node: Element, *paths: str) -> list[Element]:
    """Find elements in the order of the document, one path after the other.

    A path is made of local names with `/` between them: `a|b` is either name, `*` any element, `**` the
    element itself and everything below it.
    """
    return [found for path in paths for found in _walk([node], path.split("/"))]


def first(node: Element, *paths: str) -> Element | None:
    """Find the first element that says something, in itself or in an attribute or an element below."""
    return next((found for found in find(node, *paths) if said(found) or found.attrib or len(found)), None)


def said(node: Element) -> str:
    """Give the text of an element and all below it, cleaned."""
    return text.cleaned("".join(node.itertext()))


def prose(node: Element) -> str:
    """Give a text of paragraphs: markup inside it (DDI and DataCite allow some) makes the breaks."""
    if not any(isinstance(child.tag, str) for child in node):
        return text.cleaned("\n".join(line.strip() for line in "".join(node.itertext()).split("\n")))
    return text.cleaned(re.sub(r"\s*\n\s*\n\s*", "\n\n", "".join(_pieces(node))))


def words(node: Element, *paths: str) -> list[str]:
    """Give the texts of all elements that say something."""
    return [found for one in find(node, *paths) if (found := said(one))]


def word(node: Element, *paths: str) -> str:
    """Give the text of the first element that says something, or an empty one."""
    return next((found for one in find(node, *paths) if (found := said(one))), "")


def attribute(node: Element | None, *names: str) -> str:
    """Give the first attribute of one of these local names, or an empty text."""
    if node is None:
        return ""
    held = {str(key).rpartition("}")[2]: str(value) for key, value in node.attrib.items()}
    return next((found for one in names if (found := text.cleaned(held.get(one)))), "")


def language(node: Element) -> str:
    """Give the language that an element, or one around it, says it is in; two letters, or nothing."""
    around: Element | None = node
    while around is not None:
        if LANG in around.attrib:
            return languages.tag(str(around.attrib[LANG]))
        around = around.getparent()
    return ""


def spoken(node: Element, *paths: str) -> list[tuple[str, str]]:
    """Give texts with the language of each, as `languages.texts` takes them."""
    return [(language(one), found) for one in find(node, *paths) if (found := said(one))]


def _pieces(node: Element) -> Iterator[str]:
    yield re.sub(r"\s+", " ", node.text or "")
    for child in node:
        if isinstance(child.tag, str):
            between = "\n\n" if name(child).lower() in BREAKS else ""
            yield between
            yield from _pieces(child)
            yield between
        yield re.sub(r"\s+", " ", child.tail or "")


def _walk(nodes: Iterable[Element], steps: list[str]) -> Iterator[Element]:
    if not steps:
        yield from nodes
        return
    step, rest = steps[0], steps[1:]
    for node in nodes:
        yield from _walk(_step(node, step), rest)


def _step(node: Element, step: str) -> Iterator[Element]:
    if step == BELOW:
        yield from (found for found in node.iter() if isinstance(found.tag, str))
        return
    wanted = step.split("|")
    for child in node:
        if isinstance(child.tag, str) and (step == ANY or name(child) in wanted):
            yield child
