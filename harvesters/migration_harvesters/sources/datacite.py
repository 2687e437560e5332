"""DataCite's REST API (`/dois`): descriptions of everything that has a DOI, of one repository or of a search.

Pages follow each other by cursors (`page[cursor]`), because numbered pages end at 10,000 records.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

from migration_harvesters import json_replies, kinds, options, plain, urls, walks
from migration_harvesters.errors import PartnerConfigError
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import Asks, Listing, Page, RemoteRef, SourceConfig, Tally
from migration_harvesters.sources.rest import with_parameters

FORMAT = "datacite"
PER_PAGE = options.rows(100, 1000)


class DataciteSource:
    """Reads DOIs. Options: query, client, provider, prefix, rows, all_types."""

    TITLE: ClassVar[Texts] = {"en": "DataCite (REST)", "fr": "DataCite (REST)"}
    ADDRESS: ClassVar[Texts] = {
        "en": "https://api.datacite.org, or a service that answers like it.",
        "fr": "https://api.datacite.org, ou un service qui répond de même.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(name="query", label={"en": "Words to look for", "fr": "Mots recherchés"}, example="migration"),
        Option(name="client", label={"en": "Repository", "fr": "Entrepôt"}, example="cern.zenodo"),
        Option(name="provider", label={"en": "Organisation", "fr": "Organisation"}),
        Option(name="prefix", label={"en": "Prefix of DOIs", "fr": "Préfixe de DOI"}, example="10.5281"),
        PER_PAGE,
        options.all_types(
            {
                "en": "Texts, software and the like as well, not only datasets.",
                "fr": "Aussi les textes, logiciels, etc., pas seulement les jeux de données.",
            }
        ),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        given = config.options
        self._all_types = bool(given.get("all_types"))
        named = {"query": "query", "client": "client-id", "provider": "provider-id", "prefix": "prefix"}
        wanted = {name: str(given[key]) for key, name in named.items() if given.get(key)}
        address = urls.canonical(config.url)
        if not wanted and not urlsplit(address).query:
            raise PartnerConfigError("Say which records are wanted: query, client, provider or prefix.")
        parts = urlsplit(address)
        if not parts.path.rstrip("/").endswith("/dois"):
            address = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/dois"))
        rows = {"page[size]": str(PER_PAGE.of(given)), "page[cursor]": "1"}
        self._home = urls.canonical(with_parameters(address, {**wanted, **rows}))
        self._headers = config.authorization()

    def listing(self, resume: str | None = None) -> Listing:
        """All records; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        return walks.pages(self._read, walks.Sorting(tally, FORMAT, _ref, self._left_out), self._home, resume)

    def _read(self, address: str) -> walks.Leaf:
        reply = self._http.get(address, accept="application/vnd.api+json", headers=self._headers)
        answer = json_replies.parsed(reply, "JSON of DataCite")
        rows = answer.get("data") if isinstance(answer, dict) else None
        total = plain.dug(answer, "meta.total")
        if not isinstance(rows, list) or not isinstance(total, int) or isinstance(total, bool):
            raise json_replies.not_expected("The reply has no `data` and no total.")
        following = plain.word(plain.dug(answer, "links.next")) or None
        return walks.Leaf(reply.url, rows, total, following if rows else None)

    def _left_out(self, row: Any) -> str | None:
        said = plain.entry(plain.dug(row, "attributes"))
        if plain.word(said.get("state")) not in ("", "findable"):
            return "not-public"
        types = plain.entry(said.get("types"))
        general = [
            word for key in ("resourceTypeGeneral", "schemaOrg") for word in plain.words(types.get(key))
        ]
        return None if self._all_types or kinds.is_data(general[:1]) else "not-a-dataset"


def _ref(row: Any) -> RemoteRef | None:
    said = plain.entry(plain.dug(row, "attributes"))
    name = json_replies.identifier(row.get("id") if isinstance(row, dict) else None)
    name = name or json_replies.identifier(said.get("doi"))
    if name is None:
        return None
    return RemoteRef(name, plain.word(said.get("updated")) or None, f"https://doi.org/{name}")
