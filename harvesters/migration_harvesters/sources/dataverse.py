"""Dataverse repositories: found by the search API, read one by one in the native JSON of each dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from migration_harvesters import json_replies, options, plain, strict_json, urls, walks
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

FORMAT = "dataverse"
PER_PAGE = options.rows(50, 1000)


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
        PER_PAGE,
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        address = urls.canonical(config.url).partition("?")[0]
        self._base = address.partition("/api/")[0].removesuffix("/api").rstrip("/")
        rows = PER_PAGE.of(config.options)
        self._asked = {"q": str(config.options.get("query") or "*"), "type": "dataset", "per_page": str(rows)}
        self._asked |= {"sort": "date", "order": "asc"}
        if config.options.get("dataverse"):
            self._asked["subtree"] = str(config.options["dataverse"])
        self._headers = config.authorization("X-Dataverse-key")

    def listing(self, resume: str | None = None) -> Listing:
        """All published datasets; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        start = 0 if resume is None else tally.resume_at(resume)
        return walks.numbered(self._search, lambda row: self._one(row, tally), tally, start)

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
            return tally.lost("A dataset has no identifier.")
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
            return Failure.again(name)
        modified = plain.word(row.get("updatedAt")) or None
        link = urls.web_link(plain.word(row.get("url"))) or urls.web_link(dataset.get("persistentUrl"))
        return RawRecord(RemoteRef(name, modified, link), FORMAT, strict_json.canonical(dataset))
