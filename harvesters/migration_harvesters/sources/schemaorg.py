"""Datasets described with schema.org inside web pages, found by a sitemap or on the page that is registered.

Most portals write schema.org for search engines, also those without any interface. The address of the source
may be a sitemap (or an index of them), a page, or a document in JSON-LD.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, ClassVar

from migration_harvesters import (
    closures,
    json_replies,
    jsonld,
    plain,
    replies,
    sitemaps,
    strict_json,
    urls,
    walks,
)
from migration_harvesters.errors import PayloadError, SourceRefused, SourceUnavailable
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
from migration_harvesters.replies import Reply

FORMAT = "schemaorg"
AT_ONCE = 20
ONLY_NAMES = frozenset({"@id", "@type", "@context", "url"})
"""A dataset with nothing but these is only named here, and described on its own page."""
MAX_PAGES = 50_000
ACCEPT = "application/ld+json, text/html;q=0.9, application/xml;q=0.8, */*;q=0.1"


class SchemaOrgSource:
    """Reads one site. Options: pages, more."""

    TITLE: ClassVar[Texts] = {
        "en": "Web pages with schema.org (by sitemap)",
        "fr": "Pages web avec schema.org (par plan du site)",
    }
    ADDRESS: ClassVar[Texts] = {
        "en": "The address of a sitemap, of a page, or of a document in JSON-LD.",
        "fr": "L’adresse d’un plan du site, d’une page ou d’un document JSON-LD.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(
            name="pages",
            label={
                "en": "Only pages whose address fits",
                "fr": "Seulement les pages dont l’adresse correspond",
            },
            help={
                "en": "Patterns, one a line; * stands for anything.",
                "fr": "Des motifs, un par ligne ; * remplace n’importe quoi.",
            },
            kind="lines",
            example="*/dataset/*",
        ),
        Option(
            name="more",
            label={"en": "Further pages or documents", "fr": "Autres pages ou documents"},
            kind="lines",
        ),
    )
    FORMAT: ClassVar[str] = FORMAT

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._home = urls.canonical(config.url)
        self._more = [urls.canonical(one) for one in plain.words(config.options.get("more"))]
        self._patterns = plain.words(config.options.get("pages"))
        self._headers = config.authorization()

    def listing(self, resume: str | None = None) -> Listing:
        """All datasets; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        sorting = walks.Sorting(tally, self.FORMAT, _ref)
        first = self.ask(self._home)
        if sitemaps.looks_like_one(first.body):
            addresses = self._wanted(sitemaps.pages(first, self.ask, tally.cut), tally)
        else:
            rows, addresses = self._of_home(first, tally)
            yield from walks.parts(rows, sorting)
        yield from self._crawled([*addresses, *self._more], sorting, resume)
        if tally.count == sum(tally.ignored.values()) and not tally.problems:
            raise json_replies.not_expected("No dataset in schema.org was found on the pages of this site.")

    def ask(self, address: str) -> Reply:
        """Ask for one page; the credential is for the site that it was given for, and for no other."""
        own = urls.parse(address).origin == urls.parse(self._home).origin
        return self._http.get(address, accept=ACCEPT, headers=self._headers if own else {})

    def _wanted(self, entries: Iterator[sitemaps.Entry], tally: Tally) -> list[str]:
        host = urls.parse(self._home).host
        found: dict[str, None] = {}
        for entry in entries:
            fits = not self._patterns or any(
                fnmatchcase(entry.address, pattern) for pattern in self._patterns
            )
            if fits and urls.parse(entry.address).host == host:
                found[entry.address] = None
            if len(found) >= MAX_PAGES:
                tally.cut(f"The sitemap names more than {MAX_PAGES:,} pages.")
                break
        return list(found)

    def _of_home(self, reply: Reply, tally: Tally) -> tuple[list[Any], list[str]]:
        """Give the datasets on the page itself, and the pages of those that are only named there."""
        try:
            documents, whole = jsonld.of_body(reply.body)
            rows = [row for document in documents for row in _rows(document)]
        except PayloadError as error:
            refused = replies.unexpected(reply, "a sitemap, or schema.org in JSON-LD")
            refused.detail = f"{error} {refused.detail}"
            raise refused from error
        if not documents:
            raise replies.unexpected(reply, "a sitemap, or schema.org in JSON-LD")
        if not whole:
            tally.cut("The page does not end as pages do: it may have been cut off on its way.")
        described = [row for row in rows if row.keys() - ONLY_NAMES]
        if len(rows) == len(described) == 1:
            described = [{"@id": reply.url, **described[0]}]
        here = urls.parse(reply.url)
        links = [
            urls.web_link(row.get("@id")) or urls.web_link(row.get("url"))
            for row in rows
            if row not in described
        ]
        named = [link for link in links if link and urls.parse(link).host == here.host]
        return described, list(dict.fromkeys(urls.canonical(link) for link in named))

    # Pages

    def _crawled(
        self, addresses: Sequence[str], sorting: walks.Sorting, resume: str | None
    ) -> Iterator[Page]:
        """Read the pages, some at a time; a cursor fits as long as the list of pages is the same."""
        places = walks.FixedList(addresses)
        begin = 0 if resume is None else places.resume(sorting.tally, resume)
        for start in range(begin, len(addresses), AT_ONCE):
            items: list[RawRecord] = []
            failures: list[Failure] = []
            for number, address in enumerate(addresses[start : start + AT_ONCE], start):
                try:
                    found, failed = self._of_page(address, sorting)
                except SourceUnavailable:
                    yield Page(tuple(items), tuple(failures), places.cursor(sorting.tally, number))
                    raise
                items.extend(found)
                failures.extend(failed)
            end = start + AT_ONCE
            cursor = places.cursor(sorting.tally, end) if end < len(addresses) else None
            yield Page(tuple(items), tuple(failures), cursor)

    def _of_page(self, address: str, sorting: walks.Sorting) -> tuple[Sequence[RawRecord], Sequence[Failure]]:
        tally = sorting.tally
        try:
            reply = self.ask(address)
            documents, whole = jsonld.of_body(reply.body)
            rows = [row for document in documents for row in _rows(document)]
        except (SourceRefused, PayloadError) as error:
            # What the page describes is unknown now, so the list proves nothing any more.
            tally.cut(f"A page that the site names could not be read: {address}")
            return (), (Failure(address, "read", error),) if tally.admit(address) else ()
        if not whole:
            tally.cut(f"A page does not end as pages do, it may have been cut off: {address}")
        if not rows:
            tally.ignored["not-a-dataset"] += tally.admit(address)
        return sorting.sort({"@id": address, **row} for row in rows)


def _rows(document: Any) -> list[dict[str, Any]]:
    language = jsonld.default_language(document)
    rows = [row for node in jsonld.nodes(document) for row in jsonld.datasets(node)]
    return [
        {**row, "@context": {"@language": language}} if language else _without_context(row) for row in rows
    ]


def _without_context(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "@context"}


def _ref(row: Any) -> RemoteRef | None:
    names = [row.get("@id"), *plain.words(row.get("identifier"), "value", "url", "@id"), row.get("url")]
    name = next(
        (found for one in names if (found := json_replies.identifier(one)) and not found.startswith("_:")),
        None,
    )
    if name is None and row.get("name"):
        name = f"content:{closures.content_hash(strict_json.canonical(row))}"
    link = urls.web_link(plain.word(row.get("url"))) or urls.web_link(name)
    return RemoteRef(name, plain.word(row.get("dateModified")) or None, link) if name else None
