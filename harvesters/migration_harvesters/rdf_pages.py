"""How a catalogue in RDF says that there is more: hydra in both its vocabularies, or HTTP's Link header.

A page's word on where the next one is comes from the partner's server. It is followed only on the same
host, and never twice (RD-03).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migration_harvesters import next_pages
from migration_harvesters.closures import HYDRA
from migration_harvesters.replies import Reply
from migration_schemas.terms import Iri, Literal, words
from migration_schemas.triples import Triples

# The terms of 2014 (PagedCollection) are still what most CKAN portals send.
NEXT = (Iri(f"{HYDRA}next"), Iri(f"{HYDRA}nextPage"))
LAST = (Iri(f"{HYDRA}last"), Iri(f"{HYDRA}lastPage"))
FIRST = (Iri(f"{HYDRA}first"), Iri(f"{HYDRA}firstPage"))
TOTAL = Iri(f"{HYDRA}totalItems")


@dataclass(frozen=True, slots=True)
class Paging:
    """What a page says about the pages: the next one, how many records there are, if it ends too early."""

    following: str | None
    total: int | None
    ends_early: bool = False


def paging(page: Triples, reply: Reply) -> Paging:
    """Read the paging of a page, as it stands there."""
    following = _said(page, NEXT, reply.url) or next_pages.link_header(reply.headers.get("link", ""))
    total = _total(page)
    return Paging(following, total, following is None and total != 0 and _ends_early(page, reply.url))


def next_address(paging: Paging, reply: Reply, home: str) -> str | None:
    """Say where the next page is, or None. Raises ListingTruncated for an address that we do not follow."""
    if paging.following is None:
        return None
    return next_pages.address(paging.following, reply.url, home)


def _ends_early(page: Triples, url: str) -> bool:
    """Whether a page without a next one names another page as the last.

    Portals behind a proxy name their pages by an inner host, so the names are compared with each other.
    """
    for term in LAST:
        for subject, lasts in page.having(term):
            firsts = {words(value).strip() for first in FIRST for value in page.objects(subject, first)}
            if any(words(last).strip() not in {words(subject), url, *firsts} for last in lasts):
                return True
    return False


def _said(page: Triples, terms: Iterable[Iri], url: str) -> str | None:
    """Give the value of one of the terms: that of this page, else the first."""
    found = sorted(
        (words(subject) != url, words(value).strip())
        for term in terms
        for subject, values in page.having(term)
        for value in values
        if words(value).strip()
    )
    return found[0][1] if found else None


def _total(page: Triples) -> int | None:
    values = [value for _subject, values in page.having(TOTAL) for value in values]
    totals = {int(value.text) for value in values if isinstance(value, Literal) and _is_count(value.text)}
    return totals.pop() if len(totals) == 1 else None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
