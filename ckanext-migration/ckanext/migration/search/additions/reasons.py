"""Why a dataset was found: where its words stand, and through which concept (an addition, see ``beyond``).

The places are asked for by named queries that stand beside the query: as alternatives of a filter that
every dataset meets they neither choose nor score, so the engine looks at them for the hits of the page
alone. They ask the fields that the search itself asks, which are public, so that no reason can name what
a reader may not see.

Told under ``reasons``: ``{dataset id: [reason, …]}``, in the order of the words. A reason has a ``kind``:

* ``exact``, always first: the title, another title, the identifier or the name is exactly the text;
* ``concept``: the record has the code (``field``, ``value``) of what the words mean, or of a part of it
  (``meant`` is what they mean);
* ``title``, ``keywords``, ``description``, ``agency``, ``subjects`` (names of subjects and places) and
  ``elsewhere``: words stand there; ``language`` where that is known and not the reader's;
* ``label``: another name of what the words mean stands in title, description or keywords;
* ``missing``, always last: words that the record does not have.

All but ``exact`` carry the ``words`` as they were typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.index import profile
from ckanext.migration.search.query.request import Request
from ckanext.migration.search.query.sought import Sought
from ckanext.migration.search.words import meaning
from ckanext.migration.search.words.thesaurus import LANGUAGES

KEY = "reasons"
MOST = 8
"""Words and labels of one text that are explained."""
LONGEST = 101
"""Hits of a page that is explained, the one with which CKAN sees that there is a next page included."""
_EXACT, _LABEL = "exact", "label"

Reason = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Fields in which words can stand; ``language`` is empty where it is the reader's or not known."""

    kind: str
    fields: tuple[str, ...]
    language: str = ""


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Keep the text: a title can be exactly that."""
    asked.state[KEY] = str(params.get("q") or "")
    asked.told[KEY] = {}


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Ask for the places of the words, and for the codes of the hits."""
    explained = _explained(request)
    if not explained:
        return
    named = [_named(_EXACT, meaning.exactly(asked.state[KEY]))]
    for number, each in enumerate(explained):
        found = enumerate(places(asked.language))
        named += [_named(f"{number}.{position}", _standing_in(each, place)) for position, place in found]
        labels = [meaning.labelled(one) for one in each.meanings if one.labels]
        if labels:
            named.append(_named(f"{number}.{_LABEL}", {"dis_max": {"queries": labels}}))
    beside = {"must": [{"match_all": {}}], "should": named, "minimum_should_match": 0}
    body["query"]["bool"]["filter"].append({"bool": beside})
    codes = {name for each in explained for one in each.meanings for name in one.fields}
    if "includes" in body["_source"]:
        body["_source"] = {"includes": sorted({*body["_source"]["includes"], *codes})}


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Tell the reasons of each hit."""
    explained = _explained(request)
    if not explained:
        return
    for hit in answer["hits"]["hits"]:
        matched = frozenset(hit.get("matched_queries", ()))
        found: list[Reason] = [{"kind": "exact"}] if _EXACT in matched else []
        for number, each in enumerate(explained):
            reason = _reason(number, each, matched, hit["_source"], asked.language)
            _join(found, reason, each.text)
        asked.told[KEY][hit["_source"]["id"]] = sorted(found, key=lambda one: one["kind"] == "missing")


@cache
def places(language: str) -> tuple[Place, ...]:
    """Return where words can stand, the most telling places first."""
    known = profile.properties()
    others = tuple(each for each in (*LANGUAGES, "other") if each != language)

    def fields(*stems: str, of: Sequence[str] = ()) -> tuple[str, ...]:
        names = (f"{stem}_{each}" for stem in stems for each in of) if of else stems
        return tuple(name for name in names if name in known)

    own = [language] if language in LANGUAGES else []
    labels = tuple(f"concept_labels.{each}" for each in LANGUAGES)
    found = [
        *(Place("title", fields("title", of=[each])) for each in own),
        *(Place("title", fields("title", of=[each]), each) for each in others),
        Place("title", fields("title", "alternative_title")),
        Place("keywords", fields("tags") + fields("tags", of=(*LANGUAGES, "other"))),
        *(Place("description", fields("notes", of=[each])) for each in own),
        *(Place("description", fields("notes", of=[each]), each) for each in others),
        Place("description", fields("notes")),
        Place("subjects", labels if "concept_labels" in known else ()),
        Place("agency", fields("publisher", "author", "maintainer", "organization")),
        Place(
            "elsewhere", fields("text") + fields("provenance", "access_procedure", of=(*LANGUAGES, "other"))
        ),
    ]
    return tuple(place for place in found if place.fields)


def _explained(request: Request) -> list[Sought]:
    if not 0 < request.rows <= LONGEST:
        return []
    return [each for each in request.looked_for if each.side != "must_not"][:MOST]


def _named(name: str, query: dict[str, Any]) -> dict[str, Any]:
    (kind,) = query
    return {kind: {**query[kind], "_name": name}}


def _standing_in(sought: Sought, place: Place) -> dict[str, Any]:
    return {
        "multi_match": {
            "query": sought.text,
            "fields": list(place.fields),
            "type": "phrase" if sought.phrase else "best_fields",
            "operator": "and",
        }
    }


def _reason(
    number: int, sought: Sought, matched: frozenset[str], source: Mapping[str, Any], language: str
) -> Reason:
    """Return the most telling reason of one word or label."""
    standing = [place for position, place in enumerate(places(language)) if f"{number}.{position}" in matched]
    if standing and standing[0].kind == "title":
        return _standing(standing[0])
    concept = next(_concepts(sought, source), None)
    if concept is not None:
        return concept
    if standing and standing[0].kind in ("keywords", "description"):
        return _standing(standing[0])
    if f"{number}.{_LABEL}" in matched:
        return {"kind": _LABEL}
    return _standing(standing[0]) if standing else {"kind": "missing"}


def _standing(place: Place) -> Reason:
    return {"kind": place.kind, **({"language": place.language} if place.language else {})}


def _concepts(sought: Sought, source: Mapping[str, Any]) -> Iterator[Reason]:
    """Yield the codes of the record that the words mean, each as narrow as the record has it."""
    for one in sought.meanings:
        for name in one.fields:
            codes = set(_listed(source.get(name)))
            # a facet holds the terms above a code too, and the codes go from wide to narrow
            value = next((code for code in reversed(one.codes) if code in codes), None)
            if value is not None:
                yield {"kind": "concept", "field": name, "value": value, "meant": one.codes[0]}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _join(found: list[Reason], reason: Reason, words: str) -> None:
    """Add words to a reason that is told already, or the reason with its words."""
    same = next((each for each in found if reason == {k: v for k, v in each.items() if k != "words"}), None)
    if same is not None and reason["kind"] != "concept":
        same["words"].append(words)
    else:
        found.append({**reason, "words": [words]})
