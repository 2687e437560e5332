"""How a catalogue in RDF says that there is more: hydra in both its vocabularies, or HTTP's Link header.

A page's word on where the next one is comes from the partner's server. It is followed only on the same
host, and never twice (RD-03).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import Graph, Literal
from rdflib.term import Node

from migration_harvesters import next_pages
from migration_harvesters.closures import HYDRA
from migration_harvesters.replies import Reply

# The terms of 2014 (PagedCollection) are still what most CKAN portals send.
NEXT = (HYDRA.next, HYDRA.nextPage)
LAST = (HYDRA.last, HYDRA.lastPage)
FIRST = (HYDRA.first, HYDRA.firstPage)


@dataclass(frozen=True, slots=True)
class Paging:
    """What a page says about the pages: the next one, how many records there are, if it ends too early."""

    following: str | None
    total: int | None
    ends_early: bool = False


def paging(graph: Graph, reply: Reply) -> Paging:
    """Read the paging of a page, as it stands there."""
    following = _said(graph, NEXT, reply.url) or next_pages.link_header(reply.headers.get("link", ""))
    return Paging(following, _total(graph), following is None and _ends_early(graph, reply.url))


def next_address(paging: Paging, reply: Reply, home: str) -> str | None:
    """Say where the next page is, or None. Raises ListingTruncated for an address that we do not follow."""
    if paging.following is None:
        return None
    return next_pages.address(paging.following, reply.url, home)


def _ends_early(graph: Graph, url: str) -> bool:
    """Whether a page without a next one names another page as the last.

    Portals behind a proxy name their pages by an inner host, so the names are compared with each other.
    """
    for term in LAST:
        for page, last in graph.subject_objects(term):
            firsts = {str(value).strip() for first in FIRST for value in graph.objects(page, first)}
            if str(last).strip() not in {str(page), url, *firsts}:
                return True
    return False


def _said(graph: Graph, terms: Iterable[Node], page: str) -> str | None:
    """Give the value of one of the terms: that of this page, else the first."""
    found = sorted(
        (str(subject) != page, str(value).strip())
        for term in terms
        for subject, value in graph.subject_objects(term)
        if str(value).strip()
    )
    return found[0][1] if found else None


def _total(graph: Graph) -> int | None:
    totals = {int(str(value)) for value in graph.objects(None, HYDRA.totalItems) if _is_count(value)}
    return totals.pop() if len(totals) == 1 else None


def _is_count(value: Node) -> bool:
    return (
        isinstance(value, Literal) and str(value).isascii() and str(value).isdigit() and len(str(value)) < 10
    )
