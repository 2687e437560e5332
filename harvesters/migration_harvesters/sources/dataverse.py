"""Dataverse repositories: found by the search API, read one by one in the native JSON of each dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from migration_harvesters import json_replies, plain, strict_json, urls, walks
from migration_harvesters.errors import HarvestError, PayloadError, SourceRefused, SourceUnavailable
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

FORMAT = "dataverse"
ROWS = 50


class DataverseSource:
    """Reads one repository. Options: dataverse, query, rows."""

    TITLE: ClassVar[Texts] = {"en": "Dataverse", "fr": "Dataverse"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The home page of the repository.",
        "fr": "La page d’accueil de l’entrepôt.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(
            name="dataverse",
            label={"en": "Only this collection (alias)", "fr": "Seulement cette collection (alias)"},
        ),
        Option(name="query", label={"en": "Words to look for", "fr": "Mots recherchés"}, example="migration"),
        Option(
            name="rows",
            label={"en": "Datasets a page", "fr": "Jeux de données par page"},
            kind="number",
            minimum=1,
            maximum=1000,
            default=ROWS,
        ),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        address = urls.canonical(config.url).partition("?")[0]
        self._base = address.partition("/api/")[0].removesuffix("/api").rstrip("/")
        rows = int(config.options.get("rows") or ROWS)
        self._asked = {"q": str(config.options.get("query") or "*"), "type": "dataset", "per_page": str(rows)}
        self._asked |= {"sort": "date", "order": "asc"}
        if config.options.get("dataverse"):
            self._asked["subtree"] = str(config.options["dataverse"])
        self._headers = {"X-Dataverse-key": config.credential} if config.credential else {}

    def listing(self, resume: str | None = None) -> Listing:
        """All published datasets; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        start = self._begin(tally, resume)
        while True:
            total, rows = self._search(start)
            if tally.expected is not None and total != tally.expected:
                tally.shake(f"The number of datasets changed from {tally.expected} to {total} meanwhile.")
            tally.expected, known = total, tally.count
            items: list[RawRecord] = []
            failures: list[Failure] = []
            for number, row in enumerate(rows, start):
                try:
                    found = self._one(row, tally)
                except SourceUnavailable:
                    yield Page(tuple(items), tuple(failures), f"{tally.count} {total} {number}")
                    raise
                if isinstance(found, RawRecord):
                    items.append(found)
                elif found is not None:
                    failures.append(found)
            start += len(rows)
            done = start >= total or not rows
            if rows and tally.count == known:
                tally.shake("The repository sends the same page again.")
                done = True
            yield Page(tuple(items), tuple(failures), None if done else f"{tally.count} {total} {start}")
            if done:
                break
        if tally.count < total:
            tally.cut(f"The repository speaks of {total} datasets, but lists {tally.count}.")

    def _begin(self, tally: Tally, resume: str | None) -> int:
        if resume is None:
            return 0
        tally.before, tally.expected, start = walks.position(resume)
        if not start.isdigit():
            raise HarvestError(
                f"The cursor “{resume[:60]}” is not one of this source.", code="cursor-unknown"
            )
        return int(start)

    def _search(self, start: int) -> tuple[int, list[Any]]:
        asked = {**self._asked, "start": str(start)}
        reply = self._http.get(
            f"{self._base}/api/search", params=asked, accept="application/json", headers=self._headers
        )
        answer = json_replies.parsed(reply, "JSON of Dataverse")
        total, rows = plain.dug(answer, "data.total_count"), plain.dug(answer, "data.items")
        if type(total) is not int or not isinstance(rows, list):
            said = plain.word(plain.dug(answer, "message"))
            raise json_replies.not_expected("The reply has no datasets and no total.", detail=said[:300])
        if start == 0 and total and not rows:
            raise json_replies.not_expected(
                f"The repository speaks of {total} datasets, but sends none.", "inconsistent-listing"
            )
        return total, rows

    def _one(self, row: Any, tally: Tally) -> RawRecord | Failure | None:
        """Read one dataset; one that cannot be read is named as the search names it."""
        name = json_replies.identifier(row.get("global_id")) if isinstance(row, dict) else None
        if name is None:
            tally.cut("A dataset has no identifier.")
            return Failure(None, "list", PayloadError("A dataset has no identifier.", code="no-identifier"))
        asked = {"exporter": "dataverse_json", "persistentId": name}
        try:
            reply = self._http.get(
                f"{self._base}/api/datasets/export",
                params=asked,
                accept="application/json",
                headers=self._headers,
            )
            dataset = strict_json.loads(reply.body)
            if not isinstance(plain.dug(dataset, "datasetVersion.metadataBlocks"), dict):
                raise PayloadError("The dataset has no metadata.", code="record-missing")
        except (SourceRefused, PayloadError) as error:
            tally.cut(f"The dataset “{name}” is listed, but could not be read.")
            return Failure(name, "read", error) if tally.admit(name) else None
        if not tally.admit(name):
            message = "This identifier came before in the same list; the first record was kept."
            return Failure(name, "list", PayloadError(message, code="duplicate-identifier"))
        modified = plain.word(row.get("updatedAt")) or None
        link = urls.web_link(plain.word(row.get("url"))) or urls.web_link(dataset.get("persistentUrl"))
        return RawRecord(RemoteRef(name, modified, link), FORMAT, strict_json.canonical(dataset))
