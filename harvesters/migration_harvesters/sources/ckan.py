"""CKAN's action API, and what answers like it (DKAN, old CKAN).

The list is read with `package_search`, sorted by the identifier, because it brings whole records page by
page and says how many there are. What it cannot say is that nothing was missed; that is counted here: as
many different identifiers as the total, and a total that stayed the same (JS-02, JS-10).

The action API is asked over plain HTTP and not through ckanapi, whose requests session resolves names once
more after any check that could be put before it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote

from migration_harvesters import ckan_filters, json_replies, moments, options, urls, walks
from migration_harvesters.errors import PayloadError, SourceRefused
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import (
    Asks,
    Failure,
    Listing,
    Page,
    RawRecord,
    RemoteRef,
    SourceConfig,
    Tally,
)

log = logging.getLogger(__name__)

FORMAT = "ckan"
SHOWN_AT_ONCE = 50
# How CKAN, DKAN and the servers before them say that an action does not exist.
NO_SUCH_ACTION = frozenset({400, 404, 405, 501})


class CkanSource:
    """Reads one portal."""

    TITLE: ClassVar[Texts] = {"en": "CKAN portal", "fr": "Portail CKAN"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The home page of the portal, or its /api address.",
        "fr": "La page d'accueil du portail, ou son adresse /api.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = ckan_filters.OPTIONS

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._base = portal_address(config.url)
        self._rows = ckan_filters.PER_PAGE.of(config.options)
        self._filters = ckan_filters.Filters.read(config.options)
        self._include_private = bool(config.options.get("include_private", False))
        self._headers = config.authorization()
        self._began: datetime | None = None
        self.tells_changes = not options.WHOLE_LISTS.of(config.options)

    def listing(self, resume: str | None = None) -> Listing:
        """All datasets; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def changes(self, since: datetime, resume: str | None = None) -> Listing:
        """List what the portal's search dates since then or a little before (`metadata_modified`)."""
        return Listing(lambda tally: self._pages(tally, resume, since))

    def _pages(self, tally: Tally, resume: str | None, since: datetime | None = None) -> Iterator[Page]:
        sorting = walks.Sorting(tally, FORMAT, self._ref, self._left_out)
        search = partial(self._search, since=since)
        self._began = None
        if since is not None:
            tally.total = self._count()
        if resume is not None:
            yield from walks.numbered(search, sorting.one, tally, tally.resume_at(resume))
            return
        try:
            first = search(0)
        except SourceRefused as refused:
            if refused.status not in NO_SUCH_ACTION or since is not None:
                raise
            log.info("package_search is not there host=%s status=%s", self._base, refused.status)
            yield from self._without_search(sorting)
            return
        tally.mark = self._began
        yield from walks.numbered(lambda start: search(start) if start else first, sorting.one, tally, 0)

    # package_search

    def _count(self) -> int:
        """Ask how many records there are in all, so that changes do not hide that some are gone."""
        total, _rows = self._found({"rows": "0", "start": "0"})
        return total

    def _search(self, start: int, since: datetime | None = None) -> tuple[int, list[Any]]:
        place = {"sort": "id asc", "rows": str(self._rows), "start": str(start)}
        total, rows = self._found(place, since)
        if since is not None:
            moments.check((_modified(row) for row in rows), since)
        if start == 0 and total and not rows:
            raise json_replies.not_expected(
                f"The portal speaks of {total} records, but sends none.", "inconsistent-listing"
            )
        return total, rows

    def _found(self, place: Mapping[str, str], since: datetime | None = None) -> tuple[int, list[Any]]:
        params = {"q": "*:*", **place}
        fq = self._filters.query()
        if since is not None:
            fq = f"{fq} +metadata_modified:[{moments.begin(since)} TO *]".strip()
        if fq:
            params["fq"] = fq
        if self._include_private:
            params["include_private"] = "true"
        result = self._action("package_search", params)
        total = result.get("count") if isinstance(result, dict) else None
        rows = result.get("results") if isinstance(result, dict) else None
        if not isinstance(total, int) or isinstance(total, bool) or total < 0 or not isinstance(rows, list):
            raise json_replies.not_expected("The reply to package_search has no count and no results.")
        return total, rows

    # Portals without package_search

    def _without_search(self, sorting: walks.Sorting) -> Iterator[Page]:
        self._filters.refuse_queries()
        try:
            names = _flat(self._action("package_list", {}))
        except SourceRefused as refused:
            if refused.status not in NO_SUCH_ACTION:
                raise
            yield from self._with_resources(sorting)
            return
        names = [name for name in names if isinstance(name, str) and name]
        sorting.tally.expected = len(set(names))
        for first in range(0, len(names), SHOWN_AT_ONCE):
            found = (self._shown(name, sorting) for name in names[first : first + SHOWN_AT_ONCE])
            yield Page(*walks.split(found))

    def _shown(self, name: str, sorting: walks.Sorting) -> RawRecord | Failure | None:
        try:
            rows = _flat(self._action("package_show", {"id": name}))
            if not rows:
                raise PayloadError("The portal lists this record, but shows nothing.", code="record-missing")
        except (SourceRefused, PayloadError) as error:
            # The record's identifier is unknown without its content, so the list proves nothing any more.
            sorting.tally.cut(f"The record “{name}” is listed, but could not be read.")
            return Failure(name, "read", error)
        return sorting.one(rows[0])

    def _with_resources(self, sorting: walks.Sorting) -> Iterator[Page]:
        """Ask until nothing more comes: a page may be short because the portal limits pages by itself."""
        offset = 0
        for _ in range(walks.MAX_PAGES):
            params = {"limit": str(self._rows), "offset": str(offset)}
            rows = _flat(self._action("current_package_list_with_resources", params))
            known = sorting.tally.count
            page = Page(*sorting.sort(rows))
            if rows and sorting.tally.count == known:
                # A server that ignores `offset` has sent everything at once; one that repeats itself has not.
                if offset != len(rows):
                    sorting.tally.shake("The portal sends the same page again.")
                return
            yield page
            if not rows:
                return
            offset += len(rows)
        sorting.tally.cut(f"The portal has more than {walks.MAX_PAGES:,} pages.")

    # Records

    def _left_out(self, row: Any) -> str | None:
        if not isinstance(row, Mapping):
            return None
        reason = ckan_filters.left_out(row, include_private=self._include_private)
        return reason if reason or self._filters.admits(row) else "filtered"

    def _ref(self, row: Any) -> RemoteRef | None:
        if not isinstance(row, dict):
            return None
        identifier = row.get("id") or row.get("name")
        if not isinstance(identifier, str) or not identifier.strip() or not identifier.isprintable():
            return None
        name = row.get("name")
        url = f"{self._base}/dataset/{quote(name, safe='')}" if isinstance(name, str) and name else None
        return RemoteRef(identifier.strip(), _modified(row), url)

    def _action(self, name: str, params: Mapping[str, str]) -> Any:
        reply = self._http.get(
            f"{self._base}/api/3/action/{name}",
            params=params,
            accept="application/json",
            headers=self._headers,
        )
        self._began = self._began or moments.told(reply)
        answer = json_replies.parsed(reply, "JSON")
        if not isinstance(answer, dict) or "result" not in answer or answer.get("success") is not True:
            problem = answer.get("error") if isinstance(answer, dict) else None
            raise json_replies.not_expected(
                f"The portal's answer to {name} reports no success.",
                "partner-error",
                detail=str(problem)[:300],
            )
        return answer["result"]


def portal_address(url: str) -> str:
    """Find the address of the portal itself, whichever of its addresses was registered."""
    address = urls.canonical(url).partition("?")[0]
    for tail in ("/api/", "/dataset"):
        head, found, rest = address.partition(tail)
        if found and head.count("/") >= 2 and (tail == "/api/" or not rest.strip("/")):
            address = head
    return address.removesuffix("/api").rstrip("/")


def _modified(row: Any) -> str | None:
    said = row.get("metadata_modified") if isinstance(row, dict) else None
    return said if isinstance(said, str) else None


def _flat(result: Any) -> list[Any]:
    """DKAN wraps its lists in one more list, and a single record in a list."""
    if isinstance(result, dict):
        return [result]
    if not isinstance(result, list):
        raise json_replies.not_expected("The portal's answer is not a list.")
    return result[0] if len(result) == 1 and isinstance(result[0], list) else result
