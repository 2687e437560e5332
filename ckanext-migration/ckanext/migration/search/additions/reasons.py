"""Why a dataset was found, in terms that a reader can check (an addition, see ``beyond``).

Told under ``reasons``: ``{dataset id: [{"kind", "words", "vocabulary", "code"}, …]}``, the strongest
first, each once. ``kind`` is one of ``KINDS``; ``words`` are those that were typed; ``vocabulary`` and
``code`` name the concept where there is one. Where a hit holds the words is read from its highlights,
so that nothing is told of a field that is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ckanext.migration.search.additions import highlight
from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.query.request import Request
from ckanext.migration.search.words import way

KEY = "reasons"
KINDS = ("exact", "title", "concept", "narrower", "label", "description", "elsewhere")
"""The whole title or identifier; words in the title; the concept's code; a code below it; another name of
it; words in the description; words in keywords, names of files or the agency."""
MOST = 4
_PLACES = {"title": "title", "notes": "description"}


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Nothing to read: every search with words is explained."""
    asked.told[KEY] = {}


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Nothing to change: the clauses carry their names already."""


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Hand over the reasons of each hit."""
    highlighted = asked.told.get("highlighting") or {}
    for hit in answer["hits"]["hits"]:
        ways = [found for each in hit.get("matched_queries") or () if (found := way.read(each))]
        dataset = hit["_source"]["id"]
        reasons = list(_reasons(ways, highlighted.get(dataset) or {}))
        if reasons:
            asked.told[KEY][dataset] = reasons[:MOST]


def _reasons(ways: list[way.Way], marked: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    typed = " ".join(each.words for each in ways if each.kind == "typed")
    for each in ways:
        if each.kind != "typed":
            found.setdefault((each.kind, each.vocabulary, each.code), _reason(each.kind, each))
    places = [kind for name, kind in _PLACES.items() if _has_mark(marked.get(name))]
    if typed:
        # a concept's names are among a record's words: where the concept is told there is nothing to add
        for kind in places or ([] if found else ["elsewhere"]):
            found[(kind, "", "")] = {"kind": kind, "words": typed, "vocabulary": "", "code": ""}
    yield from sorted(found.values(), key=lambda reason: KINDS.index(reason["kind"]))


def _reason(kind: str, each: way.Way) -> dict[str, str]:
    return {"kind": kind, "words": each.words, "vocabulary": each.vocabulary, "code": each.code}


def _has_mark(fragments: list[str] | None) -> bool:
    return any(f"<{highlight.MARK}>" in fragment for fragment in fragments or ())
