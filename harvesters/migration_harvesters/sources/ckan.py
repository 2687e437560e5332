"""CKAN's action API, and what answers like it (DKAN, old CKAN).

The list is read with `package_search`, sorted by the identifier, because it brings whole records page by
page and says how many there are. What it cannot say is that nothing was missed; that is counted here: as
many different identifiers as the total, and a total that stayed the same (JS-02, JS-10).

The action API is asked over plain HTTP and not through ckanapi, whose requests session resolves names once
more after any check that could be put before it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from migration_harvesters import ckan_filters, replies, strict_json, urls
from migration_harvesters.errors import HarvestError, PartnerConfigError, PayloadError, SourceRefused
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
        self._rows = _rows(config.options.get("rows", ckan_filters.ROWS))
        self._filters = ckan_filters.Filters.read(config.options)
        self._include_private = bool(config.options.get("include_private", False))
        self._headers = {"Authorization": config.credential} if config.credential else {}

    def listing(self, resume: str | None = None) -> Listing:
        """All datasets; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        if resume is not None:
            yield from self._search(tally, *_cursor(resume))
            return
        try:
            first = self._search_page(0)
        except SourceRefused as refused:
            if refused.status not in NO_SUCH_ACTION:
                raise
            log.info("package_search is not there host=%s status=%s", self._base, refused.status)
            yield from self._without_search(tally)
            return
        yield from self._search(tally, 0, 0, None, first)

    # package_search

    def _search(
        self,
        tally: Tally,
        start: int,
        before: int,
        expected: int | None,
        page: tuple[int, list[Any]] | None = None,
    ) -> Iterator[Page]:
        tally.before, tally.expected = before, expected
        while True:
            total, rows = page or self._search_page(start)
            page = None
            if tally.expected is not None and total != tally.expected:
                tally.shake(
                    f"The number of records changed from {tally.expected} to {total} while they were read."
                )
            tally.expected = total
            known = tally.count
            items, failures = self._sorted_out(rows, tally)
            start += len(rows)
            done = start >= total or not rows
            if rows and tally.count == known:
                tally.shake("The portal sends the same page again.")
                done = True
            yield Page(items, failures, None if done else f"{start}:{tally.count}:{total}")
            if done:
                break
        if tally.count < total:
            tally.cut(f"The portal speaks of {total} records, but lists {tally.count}.")

    def _search_page(self, start: int) -> tuple[int, list[Any]]:
        params = {"q": "*:*", "sort": "id asc", "rows": str(self._rows), "start": str(start)}
        fq = self._filters.query()
        if fq:
            params["fq"] = fq
        if self._include_private:
            params["include_private"] = "true"
        result = self._action("package_search", params)
        total = result.get("count") if isinstance(result, dict) else None
        rows = result.get("results") if isinstance(result, dict) else None
        if not isinstance(total, int) or isinstance(total, bool) or total < 0 or not isinstance(rows, list):
            raise _not_ckan("The reply to package_search has no count and no results.")
        if start == 0 and total and not rows:
            raise _not_ckan(f"The portal speaks of {total} records, but sends none.", "inconsistent-listing")
        return total, rows

    # Portals without package_search

    def _without_search(self, tally: Tally) -> Iterator[Page]:
        self._filters.refuse_queries()
        try:
            names = _flat(self._action("package_list", {}))
        except SourceRefused as refused:
            if refused.status not in NO_SUCH_ACTION:
                raise
            yield from self._with_resources(tally)
            return
        names = [name for name in names if isinstance(name, str) and name]
        tally.expected = len(set(names))
        for first in range(0, len(names), SHOWN_AT_ONCE):
            yield self._shown(names[first : first + SHOWN_AT_ONCE], tally)

    def _shown(self, names: Iterable[str], tally: Tally) -> Page:
        items: list[RawRecord] = []
        failures: list[Failure] = []
        for name in names:
            try:
                rows = _flat(self._action("package_show", {"id": name}))
                if not rows:
                    raise PayloadError(
                        "The portal lists this record, but shows nothing.", code="record-missing"
                    )
            except (SourceRefused, PayloadError) as error:
                # The record's identifier is unknown without its content, so the list proves nothing any more.
                tally.cut(f"The record “{name}” is listed, but could not be read.")
                failures.append(Failure(name, "read", error))
                continue
            found, failed = self._sorted_out(rows[:1], tally)
            items.extend(found)
            failures.extend(failed)
        return Page(tuple(items), tuple(failures))

    def _with_resources(self, tally: Tally) -> Iterator[Page]:
        offset = 0
        while True:
            params = {"limit": str(self._rows), "offset": str(offset)}
            rows = _flat(self._action("current_package_list_with_resources", params))
            known = tally.count
            items, failures = self._sorted_out(rows, tally)
            if rows and tally.count == known:
                # A server that ignores `offset` has sent everything at once; one that repeats itself has not.
                if offset != len(rows):
                    tally.shake("The portal sends the same page again.")
                return
            yield Page(items, failures)
            if len(rows) < self._rows:
                return
            offset += len(rows)

    # Records

    def _sorted_out(
        self, rows: Iterable[Any], tally: Tally
    ) -> tuple[tuple[RawRecord, ...], tuple[Failure, ...]]:
        items: list[RawRecord] = []
        failures: list[Failure] = []
        for row in rows:
            ref = self._ref(row)
            if ref is None:
                tally.cut("A record has no identifier.")
                failures.append(
                    Failure(None, "list", PayloadError("A record has no identifier.", code="no-identifier"))
                )
                continue
            if not tally.admit(ref.id):
                message = "This identifier came before in the same list; the first record was kept."
                failures.append(Failure(ref.id, "list", PayloadError(message, code="duplicate-identifier")))
                continue
            reason = ckan_filters.left_out(row, include_private=self._include_private)
            if reason is None and not self._filters.admits(row):
                reason = "filtered"
            if reason is not None:
                tally.ignored[reason] += 1
                continue
            try:
                strict_json.check(row)
            except PayloadError as error:
                failures.append(Failure(ref.id, "read", error))
                continue
            items.append(RawRecord(ref, FORMAT, strict_json.canonical(row)))
        return tuple(items), tuple(failures)

    def _ref(self, row: Any) -> RemoteRef | None:
        if not isinstance(row, dict):
            return None
        identifier = row.get("id") or row.get("name")
        if not isinstance(identifier, str) or not identifier.strip() or not identifier.isprintable():
            return None
        name = row.get("name")
        url = f"{self._base}/dataset/{quote(name, safe='')}" if isinstance(name, str) and name else None
        modified = row.get("metadata_modified")
        return RemoteRef(identifier.strip(), modified if isinstance(modified, str) else None, url)

    def _action(self, name: str, params: Mapping[str, str]) -> Any:
        reply = self._http.get(
            f"{self._base}/api/3/action/{name}",
            params=params,
            accept="application/json",
            headers=self._headers,
        )
        try:
            answer = strict_json.parse(reply.body)
        except PayloadError as error:
            refused = replies.unexpected(reply, "JSON")
            refused.detail = f"{error} {refused.detail}"
            raise refused from error
        if not isinstance(answer, dict) or "result" not in answer or answer.get("success") is not True:
            problem = answer.get("error") if isinstance(answer, dict) else None
            raise _not_ckan(
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


def _rows(value: Any) -> int:
    try:
        rows = int(value)
    except (TypeError, ValueError) as exc:
        raise PartnerConfigError("The option “rows” must be a number.") from exc
    return min(max(rows, 1), ckan_filters.MAX_ROWS)


def _cursor(text: str) -> tuple[int, int, int]:
    try:
        start, before, expected = (int(part) for part in text.split(":"))
    except ValueError as exc:
        raise HarvestError(
            f"The cursor “{text[:60]}” is not one of this source.", code="cursor-unknown"
        ) from exc
    return start, before, expected


def _flat(result: Any) -> list[Any]:
    """DKAN wraps its lists in one more list, and a single record in a list."""
    if isinstance(result, dict):
        return [result]
    if not isinstance(result, list):
        raise _not_ckan("The portal's answer is not a list.")
    return result[0] if len(result) == 1 and isinstance(result[0], list) else result


def _not_ckan(message: str, code: str = "unexpected-content", detail: str = "") -> SourceRefused:
    return SourceRefused(
        message,
        code=code,
        detail=detail,
        remedy="Open the address of the source in a browser and compare; nothing was removed.",
    )
