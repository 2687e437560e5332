"""Collections of a SpatioTemporal Asset Catalog (STAC 1.0, API or static); items are not read.

An API lists its collections at `/collections`, page by page. A static catalogue links to them (`rel=child`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from migration_harvesters import json_replies, next_pages, plain, urls, walks
from migration_harvesters.errors import ListingTruncated, PayloadError, SourceRefused
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import Asks, Failure, Listing, Page, RemoteRef, SourceConfig, Tally

FORMAT = "stac"
MAX_CATALOGUES = 2000
MAX_DEPTH = 10


class StacSource:
    """Reads one catalogue."""

    TITLE: ClassVar[Texts] = {"en": "STAC collections", "fr": "Collections STAC"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The address of the API, of its /collections, or of a static catalog.json.",
        "fr": "L’adresse de l’API, de ses /collections ou d’un catalog.json statique.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = ()

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._home = urls.canonical(config.url)
        self._headers = config.authorization()

    def listing(self, resume: str | None = None) -> Listing:
        """All collections; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        sorting = walks.Sorting(tally, FORMAT, _ref)
        if resume is not None:
            yield from walks.pages(self._read, sorting, self._home, resume)
            return
        url, answer = self._ask(self._home)
        if isinstance(answer.get("collections"), list):
            yield from walks.pages(self._read, sorting, self._home)
        elif listed := _link(answer, "data"):
            yield from walks.pages(self._read, sorting, next_pages.address(listed, url, self._home))
        elif answer.get("type") in ("Catalog", "Collection") or answer.get("stac_version"):
            yield from self._static(url, answer, sorting)
        else:
            raise json_replies.not_expected("The document is no catalogue or collection of STAC.")

    def _ask(self, address: str) -> tuple[str, dict[str, Any]]:
        reply = self._http.get(address, accept="application/json", headers=self._headers)
        answer = json_replies.parsed(reply, "JSON of STAC")
        if not isinstance(answer, dict):
            raise json_replies.not_expected("The document is no catalogue or collection of STAC.")
        return reply.url, answer

    def _read(self, address: str) -> walks.Leaf:
        url, answer = self._ask(address)
        rows = answer.get("collections")
        if not isinstance(rows, list):
            raise json_replies.not_expected("The reply has no list of collections.")
        total = answer.get("numberMatched")
        return walks.Leaf(
            url, [_at(row, url) for row in rows], total if type(total) is int else None, _link(answer, "next")
        )

    def _static(self, url: str, answer: dict[str, Any], sorting: walks.Sorting) -> Iterator[Page]:
        """Walk down a static catalogue; each catalogue and collection is asked for once."""
        waiting, seen = [(url, answer, 0)], {url}
        while waiting:
            here, node, depth = waiting.pop(0)
            if node.get("type") == "Collection" or "extent" in node:
                yield Page(*sorting.sort([_at(node, here)]))
            for link in plain.entries(node.get("links")):
                if link.get("rel") != "child":
                    continue
                try:
                    address = next_pages.address(plain.word(link.get("href")), here, self._home)
                    if address in seen:
                        continue
                    if len(seen) > MAX_CATALOGUES or depth >= MAX_DEPTH:
                        sorting.tally.cut("The catalogue has more parts, or lies deeper, than is read.")
                        return
                    seen.add(address)
                    waiting.append((*self._ask(address), depth + 1))
                except (SourceRefused, PayloadError, ListingTruncated) as error:
                    name = urls.shown(plain.word(link.get("href")))
                    sorting.tally.cut(f"A part of the catalogue could not be read: {name}")
                    yield Page((), (Failure(name, "read", error),) if sorting.tally.admit(name) else ())


def _at(row: Any, url: str) -> Any:
    """Keep where a collection was found: its links are relative to it."""
    own = _link(row, "self") if isinstance(row, dict) else None
    return {**row, "@base": own if urls.web_link(own) else url} if type(row) is dict else row


def _link(node: Mapping[str, Any], rel: str) -> str | None:
    found = (plain.word(one.get("href")) for one in plain.entries(node.get("links")) if one.get("rel") == rel)
    return next((word for word in found if word), None)


def _ref(row: Any) -> RemoteRef | None:
    name = json_replies.identifier(row.get("id")) if isinstance(row, dict) else None
    if name is None:
        return None
    page = next(
        (link for rel in ("about", "alternate", "self") if (link := urls.web_link(_link(row, rel)))), None
    )
    return RemoteRef(name, plain.word(row.get("updated")) or None, page or urls.web_link(row.get("@base")))
