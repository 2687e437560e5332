"""How a catalogue in RDF says that there is more: hydra in both its vocabularies, or HTTP's Link header.

A page's word on where the next one is comes from the partner's server. It is followed only on the same
host, and never twice (RD-03).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import Graph, Literal
from rdflib.term import Node

from migration_harvesters import urls
from migration_harvesters.closures import HYDRA
from migration_harvesters.errors import HarvestError, ListingTruncated
from migration_harvesters.replies import Reply

# The terms of 2014 (PagedCollection) are still what most CKAN portals send.
NEXT = (HYDRA.next, HYDRA.nextPage)
LAST = (HYDRA.last, HYDRA.lastPage)
FIRST = (HYDRA.first, HYDRA.firstPage)
_LINK = re.compile(r"<([^>]*)>\s*((?:;[^,<]*)*)")
_REL_NEXT = re.compile(r';\s*rel\s*=\s*"?[^";]*\bnext\b', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paging:
    """What a page says about the pages: the next one, how many records there are, if it ends too early."""

    following: str | None
    total: int | None
    ends_early: bool = False


def paging(graph: Graph, reply: Reply) -> Paging:
    """Read the paging of a page, as it stands there."""
    following = _said(graph, NEXT, reply.url) or _link_header(reply.headers.get("link", ""))
    return Paging(following, _total(graph), following is None and _ends_early(graph, reply.url))


def next_address(paging: Paging, reply: Reply, home: str) -> str | None:
    """Say where the next page is, or None. Raises ListingTruncated for an address that we do not follow."""
    if paging.following is None:
        return None
    here = urls.parse(reply.url)
    try:
        target = urls.follow(here, paging.following)
    except HarvestError as exc:
        raise ListingTruncated(
            "The next page has an address that is not read.",
            code="next-page-refused",
            detail=paging.following[:300],
        ) from exc
    # Behind a proxy a portal often writes http where it was asked by https; the host is what counts.
    if target.scheme == "http" and here.scheme == "https" and target.port == 80:
        target = urls.parse("https" + target.url.removeprefix("http"))
    known = {(place.host, place.port) for place in (here, urls.parse(home))}
    if (target.host, target.port) not in known:
        raise ListingTruncated(
            f"The next page is said to be on another host ({target.host}).",
            code="next-page-refused",
            remedy="Tell the partner: the links between the pages name a host that the catalogue is not on.",
        )
    return target.url


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


def _link_header(header: str) -> str | None:
    for address, parameters in _LINK.findall(header):
        if _REL_NEXT.search(parameters):
            return str(address)
    return None
