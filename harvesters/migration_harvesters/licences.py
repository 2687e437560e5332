"""Which licence an address or a name means: portals write the same one in a dozen ways."""

from __future__ import annotations

import re
from functools import cache

import migration_vocabularies
from migration_vocabularies import Concept

OWN_TERMS = "custom"
# What follows a licence's own address: its legal text, or the page for people in some language.
_TAIL = re.compile(r"/(?:legalcode|deed)(?:\.[\w-]+)?$|\.(?:[a-z]{2}|html?|pdf)$|/$")


def find(words: str) -> tuple[Concept, str] | None:
    """Give the licence and how it was found, or None; the publisher's own terms are never found."""
    match = migration_vocabularies.get("licence").match(words)
    if match is not None:
        return (
            None
            if match.concept.code == OWN_TERMS
            else (match.concept, match.how if match.confidence < 1 else "")
        )
    concept = _by_address().get(_plain(words)) if "://" in words else None
    return (concept, "address in another spelling") if concept else None


def own_terms() -> Concept:
    """Return the entry for terms that are in no list."""
    return migration_vocabularies.get("licence")[OWN_TERMS]


@cache
def _by_address() -> dict[str, Concept]:
    concepts = [concept for concept in migration_vocabularies.get("licence") if concept.code != OWN_TERMS]
    return {_plain(iri): concept for concept in concepts for iri in (concept.iri, *concept.same_as)}


def _plain(address: str) -> str:
    """Take away scheme, `www.` and what follows the licence itself."""
    rest = address.strip().lower().partition("://")[2].removeprefix("www.")
    while (shorter := _TAIL.sub("", rest)) != rest:
        rest = shorter
    return rest
