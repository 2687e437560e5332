"""OGC Catalogue Service for the Web, 2.0.2 and 3.0, in ISO 19139, ISO 19115-3 or Dublin Core.

Asked by GET, which both versions demand of a server, or by POST where a filter is in XML or the server does
not keep to that. The addresses that capabilities advertise are not
followed: they often name an inner host, and the registered address answers (CS-04). What a catalogue says
about its pages is taken as a claim: a list is whole when as many different records came as were promised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from migration_harvesters import (
    csw_replies,
    csw_requests,
    elements,
    kinds,
    options,
    rdf_records,
    text,
    urls,
    xml,
    xml_formats,
)
from migration_harvesters.csw_replies import Exceptional, Found
from migration_harvesters.csw_requests import CORE, Question
from migration_harvesters.errors import PartnerConfigError, SourceRefused, SourceUnavailable
from migration_harvesters.mappers import iso
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
from migration_harvesters.xml import Element

MAX_PAGES = 100_000
PER_PAGE = options.rows(50, 500)
LOST_AT_FIRST, LOST_IN_A_ROW = 3, 100
"""After so many refused records and none that came, it is the request that is wrong, or the catalogue."""

# From the schema that most catalogues keep their records in to the one that says least.
SCHEMAS = (
    "http://www.isotc211.org/2005/gmd", "http://standards.iso.org/iso/19115/-3/mdb/2.0",
    "http://standards.iso.org/iso/19115/-3/mdb/1.0", "http://www.isotc211.org/2005/gmi",
    "http://www.w3.org/ns/dcat#",
)  # fmt: skip
METHODS = ("GET", "POST")
ACCEPT = "application/xml, text/xml;q=0.9"
SERVICES_AS_WELL = {
    "en": "Services, applications and the like as well, not only data.",
    "fr": "Aussi les services, applications, etc., pas seulement les données.",
}


class CswSource:
    """Reads one catalogue."""

    TITLE: ClassVar[Texts] = {"en": "Geoportal (CSW)", "fr": "Géoportail (CSW)"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The address of the catalogue service, such as …/srv/eng/csw.",
        "fr": "L'adresse du service de catalogue, par exemple …/srv/fre/csw.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(
            name="version",
            label={"en": "Version of CSW", "fr": "Version de CSW"},
            kind="choice",
            choices=("2.0.2", "3.0.0"),
        ),
        Option(
            name="output_schema",
            label={"en": "Output schema", "fr": "Schéma de sortie"},
            help={
                "en": "Without it ISO 19139, else ISO 19115-3, else DCAT, else Dublin Core, as offered.",
                "fr": "Sinon ISO 19139, puis ISO 19115-3, DCAT ou Dublin Core, selon l'offre du catalogue.",
            },
            example="http://www.isotc211.org/2005/gmd",
        ),
        Option(
            name="constraint",
            label={"en": "Only records that satisfy (CQL)", "fr": "Seulement les fiches satisfaisant (CQL)"},
            example="AnyText LIKE '%migration%'",
        ),
        Option(
            name="filter",
            label={"en": "Only records that satisfy (XML)", "fr": "Seulement les fiches satisfaisant (XML)"},
            help={
                "en": "An element <Filter> of OGC Filter Encoding, or of FES 2.0 for CSW 3.0; asked by POST.",
                "fr": "Un élément <Filter> (OGC Filter Encoding, ou FES 2.0 pour CSW 3.0) ; envoyé par POST.",
            },
            kind="lines",
        ),
        Option(
            name="method",
            label={"en": "Ask by", "fr": "Demander par"},
            help={
                "en": "Without it by GET, and by POST where the catalogue does not answer to that.",
                "fr": "Sinon par GET, et par POST si le catalogue n'y répond pas.",
            },
            kind="choice",
            choices=METHODS,
        ),
        PER_PAGE,
        options.all_types(SERVICES_AS_WELL),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        address = urls.canonical(config.url)
        self.base = address.partition("?")[0]
        known = {"service", "request", "version", "acceptversions"}
        # Some servers keep their catalogues apart by a query (`?map=…`).
        asked = parse_qsl(urlsplit(address).query)
        self._fixed = {name: value for name, value in asked if name.lower() not in known}
        self._options = config.options
        self._headers = config.authorization()
        self.all_types = bool(config.options.get("all_types", False))
        self.rows: int = PER_PAGE.of(config.options)
        self._by_post, self._may_post = False, False

    def listing(self, resume: str | None = None) -> Listing:
        """All records of the catalogue; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: _Walk(self, tally).pages(resume))

    def question(self) -> Question:
        """Make the question that all pages are asked with, out of options and capabilities."""
        agreed = text.cleaned(self._options.get("version"))
        if agreed and agreed not in CORE:
            raise PartnerConfigError("The option “version” must be 2.0.2 or 3.0.0.")
        hello = {"service": "CSW", "request": "GetCapabilities"}
        said = self._get({**hello, "version": agreed} if agreed else hello)
        offer = csw_replies.offered(said)
        newer = "2.0.2" not in offer.versions and offer.versions & {"3.0.0", "3.0"}
        version = agreed or ("3.0.0" if newer else "2.0.2")
        schema = next((name for name in SCHEMAS if name in offer.schemas), CORE[version])
        written = "\n".join(self._options.get("filter") or ())
        method = text.cleaned(self._options.get("method"))
        self._by_post = bool(written) or method == "POST" or (not method and offer.methods == {"Post"})
        self._may_post = not method and "Post" in offer.methods
        return Question(
            version=version,
            output_schema=text.cleaned(self._options.get("output_schema")) or schema,
            constraint=text.cleaned(self._options.get("constraint")),
            filter=csw_requests.checked_filter(written) if written else "",
        )

    def page(self, question: Question, start: int, rows: int) -> Found:
        """One page of records; by POST from the first one on where the catalogue does not answer to GET."""
        if self._by_post:
            return csw_replies.page(self._post(question.document(start, rows)))
        try:
            found = csw_replies.page(self._get(question.parameters(start, rows)))
        except SourceRefused as refused:
            if not self._may_post:
                raise
            self._may_post = False
            try:
                found = csw_replies.page(self._post(question.document(start, rows)))
            except (SourceRefused, SourceUnavailable):
                raise refused from None
            self._by_post = True
        self._may_post = False
        return found

    def _post(self, document: bytes) -> Reply:
        with csw_replies.heard():
            return self._http.post(
                self.base,
                document,
                media_type=csw_requests.MEDIA_TYPE,
                params=self._fixed,
                accept=ACCEPT,
                headers=self._headers,
            )

    def _get(self, asked: Mapping[str, str]) -> Reply:
        params = {**self._fixed, **asked}
        with csw_replies.heard():
            return self._http.get(self.base, params=params, accept=ACCEPT, headers=self._headers)


class _Walk:
    """One reading of the whole catalogue, from page to page."""

    def __init__(self, source: CswSource, tally: Tally) -> None:
        self._source = source
        self._tally = tally
        self._question = Question(version="2.0.2", output_schema="")
        self._refused, self._bearable = 0, LOST_AT_FIRST

    def pages(self, resume: str | None) -> Iterator[Page]:
        """Follow the pages to the end, or to the first reason not to go on."""
        start = 1 if resume is None else self._tally.resume_at(resume)
        self._question = self._source.question()
        for _ in range(MAX_PAGES):
            known = self._tally.count
            found, failures = self._read(start, self._source.rows)
            self._expect(found.matched)
            items = self._records(found, failures)
            following = self._next(found, start, moved=self._tally.count > known)
            yield Page(tuple(items), tuple(failures), self._tally.cursor(following) if following else None)
            if following is None:
                break
            start = following
        else:
            self._tally.cut(f"The catalogue has more than {MAX_PAGES:,} pages.")
        self._tally.close()

    # Paging

    def _expect(self, matched: int | None) -> None:
        if matched is None and self._tally.expected is None:
            self._tally.cut("The catalogue does not say how many records there are.")
        self._tally.expect(matched)

    def _next(self, found: Found, start: int, *, moved: bool) -> int | None:
        """Say where the next page begins; a claim that leads back or nowhere ends the list (CS-01)."""
        following = start + len(found.records) if found.following is None else found.following
        expected = self._tally.expected
        if following == 0 or expected is None or following > expected:
            return None
        if following <= start:
            self._tally.shake(f"The catalogue leads back from record {start} to record {following}.")
            return None
        if not moved:
            self._tally.shake("The catalogue sends the same page again.")
            return None
        return following

    def _read(self, start: int, rows: int) -> tuple[Found, list[Failure]]:
        """Read one page; where it is refused, its halves, down to the record that is at fault (CS-02)."""
        try:
            found = self._source.page(self._question, start, rows)
        except Exceptional as exception:
            if rows == 1:
                return self._lost(start, exception), [Failure(None, "read", exception)]
            half = rows // 2
            first, failures = self._read(start, half)
            if first.matched is not None and start + half > first.matched:
                return first, failures
            second, more = self._read(start + half, rows - half)
            both = (*first.records, *second.records)
            matched = second.matched if first.matched is None else first.matched
            following = start + rows if matched is None or start + rows <= matched else 0
            return Found(both, matched, following), [*failures, *more]
        self._refused, self._bearable = 0, LOST_IN_A_ROW
        return found, []

    def _lost(self, start: int, exception: Exceptional) -> Found:
        self._refused += 1
        if self._refused >= self._bearable:
            raise exception
        self._tally.admit(f"position {start}")
        self._tally.cut(f"The record at position {start} cannot be read.")
        return Found((), self._tally.expected, start + 1)

    # Records

    def _records(self, found: Found, failures: list[Failure]) -> list[RawRecord]:
        items: list[RawRecord] = []
        if any(rdf_records.is_rdf(node) for node in found.records):
            described, unread = rdf_records.cut(found.records, self._tally, self._source.base)
            failures.extend(unread)
            return described
        for node in found.records:
            raw = self._raw(node)
            if isinstance(raw, Failure):
                failures.append(raw)
            elif raw is not None:
                items.append(raw)
        return items

    def _raw(self, node: Element) -> RawRecord | Failure | None:
        """Cut one record out, or say what is wrong with it, or count why it is left out."""
        recognised = xml_formats.recognised(node)
        if recognised is None:
            return self._tally.lost(
                f"A record is written in a format that is not read here ({elements.name(node)}).",
                "Choose another `output_schema` for the source.",
            )
        name, root = recognised
        identifier = iso.identifier(root) if name == xml_formats.ISO else elements.word(root, "identifier")
        if not identifier or not identifier.isprintable():
            return self._tally.lost()
        if not self._tally.admit(identifier):
            return Failure.again(identifier)
        if not self._source.all_types and not kinds.is_data(xml_formats.kinds(name, root)):
            self._tally.leave(identifier, "not-a-dataset")
            return None
        stamp = elements.word(root, "dateStamp", "modified") or None
        return RawRecord(RemoteRef(identifier, stamp), name, xml.canonical(root))
