"""Pages of the code lists, and the same as RDF: by suffix, or by the Accept header."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response
from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

import migration_schemas
import migration_vocabularies as vocabularies
from ckanext.migration.logic.publishing import language
from migration_schemas import rdf

__all__ = ["migration_terms"]

migration_terms = Blueprint("migration_terms", __name__, url_prefix="/migration/vocabulary")

MEDIA_TYPES = {"ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml"}
LANGUAGES = {
    "ar": "العربية",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ru": "Русский",
    "zh": "中文",
}
RIGHT_TO_LEFT = {"ar"}


@migration_terms.get("/")
def index() -> Any:
    """Show which code lists there are."""
    return tk.render("migration/terms/index.html", {"schemes": _ask("migration_vocabulary_list")})


@migration_terms.get("/<name>")
def scheme(name: str) -> Any:
    """Show a code list as a tree of its terms, or hand it out as RDF."""
    stem, suffix = _split(name)
    found = _ask("migration_vocabulary_show", id=stem)
    if syntax := suffix or _negotiated():
        return _rdf(vocabularies.graph(stem), syntax)
    terms = {term["code"]: term for term in found["terms"]}
    return _vary(
        tk.render(
            "migration/terms/scheme.html",
            {"scheme": found, "rows": list(_rows(terms)), "languages": LANGUAGES},
        )
    )


@migration_terms.get("/<name>/<code>")
def concept(name: str, code: str) -> Any:
    """Show a term in all its languages with its neighbours and how many datasets use it, or as RDF."""
    stem, suffix = (code, None) if _known(name, code) else _split(code)
    found = _ask("migration_concept_show", vocabulary=name, code=stem)
    if syntax := suffix or _negotiated():
        return _rdf(_about(name, found["iri"]), syntax)
    return _vary(
        tk.render(
            "migration/terms/concept.html",
            {
                "scheme": _ask("migration_vocabulary_show", id=name),
                "term": found,
                "uses": list(_uses(name, found["code"])),
                "languages": LANGUAGES,
                "right_to_left": RIGHT_TO_LEFT,
            },
        )
    )


def _known(name: str, code: str) -> bool:
    """Whether a list has a term of just this code: codes may hold dots, as ``D.1.1`` does."""
    return name in vocabularies.names() and code in vocabularies.get(name)


def _ask(action: str, **parameters: Any) -> Any:
    try:
        return tk.get_action(action)({}, parameters)
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error.message))


def _split(name: str) -> tuple[str, str | None]:
    stem, _, suffix = name.rpartition(".")
    return (stem, suffix) if stem and suffix in MEDIA_TYPES else (name, None)


def _negotiated() -> str | None:
    """Return the syntax that the client prefers to the page, if it prefers one."""
    offered = ["text/html", *MEDIA_TYPES.values()]
    best = tk.request.accept_mimetypes.best_match(offered, default="text/html")
    return next((suffix for suffix, media in MEDIA_TYPES.items() if media == best), None)


def _rdf(graph: Graph, syntax: str) -> Response:
    return _vary(Response(rdf.serialize(graph, syntax), content_type=f"{MEDIA_TYPES[syntax]}; charset=utf-8"))


def _vary(answer: Any) -> Response:
    """Make a response of a page or take one; caches must know that the Accept header counts."""
    response = answer if isinstance(answer, Response) else Response(answer)
    response.vary.add("Accept")
    return response


def _about(name: str, iri: str) -> Graph:
    """Return what the file says of one term, and the labels of its neighbours."""
    whole, found = vocabularies.graph(name), Graph()
    for prefix, namespace in whole.namespaces():
        found.bind(prefix, namespace)
    subject = URIRef(iri)
    for triple in (*whole.triples((subject, None, None)), *whole.triples((None, SKOS.broader, subject))):
        found.add(triple)
        for node in (triple[0], triple[2]):
            for label in whole.triples((node, SKOS.prefLabel, None)):
                found.add(label)
    return found


def _rows(terms: dict[str, dict[str, Any]]) -> Any:
    """Yield ``(depth, term)`` down the tree, each term once, below its first broader term."""
    children: dict[str | None, list[dict[str, Any]]] = {}
    for term in terms.values():
        parent = term["broader"][0]["code"] if term["broader"] else None
        children.setdefault(parent, []).append(term)

    def below(parent: str | None, depth: int) -> Any:
        for term in children.get(parent, ()):
            yield depth, term
            yield from below(term["code"], depth + 1)

    yield from below(None, 0)


def _uses(name: str, code: str) -> Any:
    """Yield, for each public field that takes this list, how many datasets have the term there."""
    for field in migration_schemas.load("dataset").fields:
        if field.vocabulary != name or field.visibility != "public" or not field.search_facet:
            continue
        found = tk.get_action("package_search")({}, {"fq": f'{field.name}:"{code}"', "rows": 0})
        if found["count"]:
            yield {
                "label": field.label(language()),
                "count": found["count"],
                "url": tk.h.url_for("dataset.search", **{field.name: code}),
            }
