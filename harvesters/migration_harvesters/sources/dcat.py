"""DCAT catalogues in Turtle, RDF/XML, JSON-LD, N-Triples or TriG, in one page or many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import ClassVar

from migration_harvesters import closures, moments, rdf_pages, rdf_records, replies, sniffing, urls
from migration_harvesters.closures import CATALOG, DATASET, SERIES, TYPE
from migration_harvesters.errors import ListingTruncated, PayloadError, SourceRefused
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import (
    Asks,
    Failure,
    Listing,
    Page,
    RawRecord,
    SourceConfig,
    Tally,
)
from migration_schemas import parsing
from migration_schemas.errors import MigrationError
from migration_schemas.namespaces import plain
from migration_schemas.terms import Literal, Node, words
from migration_schemas.triples import Triples

ACCEPT = (
    "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.8, application/ld+json;q=0.7, "
    "application/trig;q=0.5, */*;q=0.1"
)
MAX_PAGES = 10_000
LISTS = plain("dcat:dataset")


MODIFIED_SINCE = Option(
    name="modified_since",
    label={"en": "Ask only for what changed", "fr": "Ne demander que ce qui a changé"},
    help={
        "en": "Between whole lists, if the catalogue knows the parameter “modified_since”, as CKAN's do.",
        "fr": "Entre deux listes entières, si le catalogue connaît le paramètre « modified_since », comme "
        "ceux de CKAN.",
    },
    kind="flag",
    default=False,
)


class DcatSource:
    """Reads one catalogue; the address of the source is that of its first page."""

    TITLE: ClassVar[Texts] = {"en": "DCAT catalogue (RDF)", "fr": "Catalogue DCAT (RDF)"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The first page of the catalogue: Turtle, RDF/XML, JSON-LD, N-Triples or TriG.",
        "fr": "La première page du catalogue : Turtle, RDF/XML, JSON-LD, N-Triples ou TriG.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (MODIFIED_SINCE,)

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._home = urls.canonical(config.url)
        self._headers = config.authorization()
        self.tells_changes = bool(MODIFIED_SINCE.of(config.options))

    def listing(self, resume: str | None = None) -> Listing:
        """All datasets of the catalogue; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: _Walk(self, tally, self._home).pages(resume))

    def changes(self, since: datetime, resume: str | None = None) -> Listing:
        """List what the catalogue dates since the day before, by its parameter `modified_since`."""
        mark = "&" if "?" in self._home else "?"
        home = f"{self._home}{mark}modified_since={moments.begin(since, moments.DAY)}"
        return Listing(lambda tally: _Walk(self, tally, home).pages(resume))

    def read(self, url: str) -> tuple[replies.Reply, Triples]:
        """One page, with what it says."""
        reply = self._http.get(url, accept=ACCEPT, headers=self._headers)
        syntax = sniffing.syntax(reply.body, reply.media_type, reply.url)
        if syntax is None:
            raise replies.unexpected(reply, "a catalogue in RDF")
        try:
            page = _parsed(reply, syntax)
        except MigrationError as error:
            raise SourceRefused(
                f"A page of the catalogue cannot be read: {error}",
                code="catalogue-unreadable",
                detail=error.detail,
                remedy="Ask the partner to repair the catalogue; nothing was removed.",
            ) from error
        if not _of_a_catalogue(page):
            raise replies.unexpected(reply, "a catalogue in RDF")
        return reply, page


class _Walk:
    """One reading of the whole catalogue, from page to page."""

    def __init__(self, source: DcatSource, tally: Tally, home: str) -> None:
        self._source = source
        self._tally = tally
        self._home = home
        self._visited: set[str] = set()
        self._digests: dict[str, str] = {}
        self._promised: set[str] = set()

    def pages(self, resume: str | None) -> Iterator[Page]:
        """Follow the pages to the end, or to the first reason not to go on."""
        address: str | None = self._begin(resume)
        while address is not None:
            self._visited.add(address)
            reply, page = self._source.read(address)
            self._tally.mark = self._tally.mark or moments.told(reply)
            self._visited.add(reply.url)
            paging = rdf_pages.paging(page, reply)
            self._tally.expect(paging.total)
            known = self._tally.count
            subjects = self._subjects(page)
            items, failures = self._records(page, subjects)
            address = self._next(paging, reply, moved=self._tally.count > known or not subjects)
            if address is None and not self._tally.problems:
                failures.extend(self._broken_promises())
            yield Page(tuple(items), tuple(failures), self._cursor(address))
        self._tally.close()

    # Paging

    def _begin(self, resume: str | None) -> str:
        return self._home if resume is None else self._tally.resume(resume)

    def _cursor(self, address: str | None) -> str | None:
        # What was promised and not yet described is known to this walk only, so no other may go on from here.
        if address is None or self._promised:
            return None
        return self._tally.cursor(address)

    def _next(self, paging: rdf_pages.Paging, reply: replies.Reply, *, moved: bool) -> str | None:
        try:
            address = rdf_pages.next_address(paging, reply, self._home)
        except ListingTruncated as problem:
            self._tally.problems.append(problem)
            return None
        if address is None:
            if paging.ends_early:
                self._tally.cut("The catalogue names a last page, but the way to it ends before.")
            return None
        if address in self._visited:
            self._tally.shake(f"The pages of the catalogue lead back to one that was read: {address}")
            return None
        if not moved:
            self._tally.shake("The catalogue sends the same page again.")
            return None
        if len(self._visited) > MAX_PAGES:
            self._tally.cut(f"The catalogue has more than {MAX_PAGES:,} pages.")
            return None
        return address

    # Records

    def _records(self, page: Triples, subjects: Iterable[Node]) -> tuple[list[RawRecord], list[Failure]]:
        items: list[RawRecord] = []
        failures: list[Failure] = []
        found: list[tuple[str, bytes, Node]] = []
        for subject in subjects:
            try:
                body = closures.ntriples(page, subject)
            except PayloadError as error:
                identifier = None if closures.nameless(subject) else words(subject)
                failures.append(Failure(identifier, "read", error))
                self._tally.admit(identifier or f"unreadable:{len(failures)}")
                continue
            found.append((rdf_records.name(page, subject, body), body, subject))
        # Sorted by what the records say: which of two comes first must not depend on the parser.
        for identifier, body, subject in sorted(found, key=lambda one: one[:2]):
            digest = closures.content_hash(body)
            if self._tally.admit(identifier):
                self._digests[identifier] = digest
                items.append(RawRecord(rdf_records.ref(page, subject, identifier), rdf_records.FORMAT, body))
            elif self._digests.get(identifier) != digest:
                failures.append(Failure.again(identifier))
        return items, failures

    def _subjects(self, page: Triples) -> set[Node]:
        """Find the datasets that are described here."""
        described = set(page.subjects_with(TYPE, DATASET))
        for listed in {value for _catalogue, values in page.having(LISTS) for value in values}:
            if isinstance(listed, Literal):
                continue
            if listed in page.subjects:
                if not (closures.OWN_RECORDS - {DATASET}).intersection(page.objects(listed, TYPE)):
                    described.add(listed)
            elif isinstance(listed, str):
                self._promised.add(listed)
        series = set(page.subjects_with(TYPE, SERIES)) - described
        if series:
            self._tally.ignored["not-a-dataset"] += len(series)
        self._promised -= {words(node) for node in described}
        return described

    def _broken_promises(self) -> list[Failure]:
        """Datasets that the catalogue lists and never describes."""
        failures = []
        for identifier in sorted(self._promised - self._tally.seen):
            self._tally.admit(identifier)
            error = PayloadError(
                "The catalogue lists this dataset, but says nothing about it.", code="record-missing"
            )
            failures.append(Failure(identifier, "read", error))
        return failures


def _of_a_catalogue(page: Triples) -> bool:
    """Say whether a page is of a catalogue, however few datasets are on it: any JSON can be read as RDF."""
    typed = any(page.subjects_with(TYPE, kind) for kind in (CATALOG, DATASET))
    return typed or any(True for verb in (LISTS, rdf_pages.TOTAL) for _subject in page.having(verb))


def _parsed(reply: replies.Reply, syntax: str) -> Triples:
    if syntax == "xml":
        return rdf_records.read(reply.body, reply.url)
    return parsing.read(reply.body, syntax, base=reply.url)
