"""JSON-LD of strangers, read as a tree: schema.org, Croissant and what is written with them.

A context is never fetched, whatever address a document names: words of schema.org, Dublin Core and Croissant
are known by their names, with and without a prefix, and all others are left as they stand. Nodes that stand
elsewhere in the same document are put where they are referred to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from migration_harvesters import plain, strict_json
from migration_harvesters.errors import PayloadError

MAX_DEPTH = 40
MAX_NODES = 200_000
INLINED = 4
_KNOWN = re.compile(
    r"(?:schema|sc|cr|dct|dcterms):"
    r"|https?://schema\.org/|https?://purl\.org/dc/terms/|https?://mlcommons\.org/croissant/(?!RAI)"
)
_ALIASES = {"id": "@id", "type": "@type", "graph": "@graph"}
LANGUAGE = "@language"


def of_body(body: bytes, media_type: str = "") -> tuple[list[Any], bool]:
    """Give the documents in a reply, a page or JSON; and whether the reply is whole.

    Raises PayloadError if it is neither, or if a document in it cannot be read.
    """
    head = body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if head in (b"{", b"["):
        return [strict_json.parse(body)], True
    if head != b"<":
        raise PayloadError("The reply is neither a web page nor JSON-LD.", code="unexpected-content")
    page = _Page()
    page.feed(body.decode("utf-8", "replace"))
    page.close()
    found = [strict_json.parse(script.strip().encode()) for script in page.scripts if script.strip()]
    return found, page.ended and not page.inside


def nodes(document: Any) -> list[dict[str, Any]]:
    """Give the nodes at the top of a document (its graph, or itself), with known words without prefixes.

    Raises PayloadError for a document that cannot be trusted as a whole: its parts refer to each other.
    """
    strict_json.check(document)
    plainly = _named(document, 0, [0])
    tops: list[dict[str, Any]] = []
    for one in plain.entries(plainly):
        graph = one.get("@graph")
        tops.extend(dict(node) for node in (plain.entries(graph) if graph is not None else [one]))
    by_id = {str(node["@id"]): node for node in tops if node.get("@id") and len(node) > 1}
    return [_inlined(node, by_id, INLINED) for node in tops]


def datasets(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the datasets that a node is or holds: a catalogue's, a feed's, a page's subject."""
    if "Dataset" in kinds(found):
        yield dict(found)
        return
    for key in ("dataset", "mainEntity", "about", "dataFeedElement", "item", "itemListElement", "hasPart"):
        for inner in plain.entries(found.get(key)):
            yield from datasets(inner)


def kinds(node: Mapping[str, Any]) -> list[str]:
    """Give the types of a node."""
    return [_word(kind) for kind in plain.words(node.get("@type"))]


def default_language(document: Any) -> str:
    """Give the language that a document sets for its texts, or an empty text."""
    contexts = plain.entries(plain.entry(document).get("@context"))
    return next((word for one in contexts if (word := plain.word(one.get(LANGUAGE)))), "")


def _word(key: str) -> str:
    return _KNOWN.sub("", key, count=1) if _KNOWN.match(key) else key


def _named(value: Any, depth: int, count: list[int]) -> Any:
    count[0] += 1
    if depth > MAX_DEPTH or count[0] > MAX_NODES:
        raise PayloadError("The JSON-LD is nested too deeply, or too large.", code="record-too-large")
    if isinstance(value, Mapping):
        named: dict[str, Any] = {}
        for key, one in value.items():
            alias = _ALIASES.get(key, "")
            name = alias if alias and alias not in value else _word(key)
            named[name] = one if key == "@context" else _named(one, depth + 1, count)
        return named
    if isinstance(value, list):
        return [_named(one, depth + 1, count) for one in value]
    return value


def _inlined(value: Any, by_id: Mapping[str, Any], deep: int) -> Any:
    """Put a node where it is referred to; deep enough for a publisher, not for a graph."""
    if isinstance(value, Mapping):
        meant = by_id.get(str(value.get("@id"))) if len(value) == 1 else None
        if meant is not None:
            return _inlined(meant, by_id, deep - 1) if deep else dict(value)
        return {key: _inlined(one, by_id, deep) for key, one in value.items()}
    if isinstance(value, list):
        return [_inlined(one, by_id, deep) for one in value]
    return value


class _Page(HTMLParser):
    """Collects the JSON-LD of a web page, and whether the page ends as pages do (HT-16)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self.inside = False
        self.ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").partition(";")[0].strip().lower()
        if tag == "script" and kind == "application/ld+json":
            self.inside = True
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self.inside = False
        self.ended = self.ended or tag == "html"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.scripts[-1] += data
