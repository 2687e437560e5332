"""OAI-PMH 2.0, read strictly: a cut reply, a token that comes back and a short list are never a whole list.

The kept clients (sickle, oaipmh-scythe) parse with repair and follow a token without end, so that a list that
broke off looks finished; here each page is parsed as it is, tokens are remembered, and the size that the
repository promises is counted (OA-01 to OA-08). Where a page of records fails, what the list still lacks is
asked for record by record (`oai_singly`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from migration_harvesters import (
    elements,
    moments,
    oai_records,
    oai_replies,
    oai_singly,
    options,
    text,
    urls,
    xml_formats,
)
from migration_harvesters.errors import (
    HarvestError,
    PartnerConfigError,
    PayloadError,
    SourceRefused,
    SourceUnavailable,
)
from migration_harvesters.oai_replies import OaiReply, Refusal
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
from migration_harvesters.xml import Element

MAX_PAGES = 100_000
SECONDS = "YYYY-MM-DDThh:mm:ssZ"


class OaiPmhSource:
    """Reads one repository."""

    TITLE: ClassVar[Texts] = {"en": "OAI-PMH repository", "fr": "Entrepôt OAI-PMH"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The base address of the repository, without the verb.",
        "fr": "L'adresse de base de l'entrepôt, sans le verbe.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(
            name="metadata_prefix",
            label={"en": "Format", "fr": "Format"},
            help={
                "en": "The metadataPrefix; without it the richest format that is read here.",
                "fr": "Le metadataPrefix ; sinon le format le plus riche qui est lu ici.",
            },
            example="oai_datacite",
        ),
        Option(name="set", label={"en": "Only this set", "fr": "Seulement cet ensemble"}),
        Option(name="from", label={"en": "Changed since", "fr": "Modifiées depuis"}, example="2020-01-01"),
        Option(name="until", label={"en": "Changed until", "fr": "Modifiées jusqu'à"}, example="2030-12-31"),
        options.WHOLE_LISTS,
        options.all_types(
            {
                "en": "Otherwise only what the repository calls a dataset.",
                "fr": "Sinon seulement ce que l'entrepôt appelle un jeu de données.",
            }
        ),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._base = urls.canonical(config.url).partition("?")[0]
        # A repository may keep the address of its records in a query (`…/csw?mode=oaipmh`).
        self._fixed = oai_replies.fixed_arguments(config.url)
        self._headers = config.authorization()
        self._options = config.options
        self._said: Element | None = None
        self.tells_changes = not options.WHOLE_LISTS.of(config.options)
        self.all_types = bool(config.options.get("all_types", False))

    def listing(self, resume: str | None = None) -> Listing:
        """All records of the repository or of its set; `resume` is the cursor of an earlier page."""
        return Listing(lambda tally: _Walk(self, tally).pages(resume))

    def changes(self, since: datetime, resume: str | None = None) -> Listing:
        """List what the repository has dated since then or a little before, and what it calls deleted."""
        return Listing(lambda tally: _Walk(self, tally, since).pages(resume))

    def ask(self, arguments: Mapping[str, str]) -> OaiReply:
        """One request; raises `Refusal` where the repository says no in the words of the protocol."""
        reply = oai_replies.fetch(self._http, self._base, {**self._fixed, **arguments}, self._headers)
        return oai_replies.read(reply, arguments["verb"])

    def selection(self, since: datetime | None = None) -> dict[str, str]:
        """Arguments of the first request: which records, in which format, as the repository can tell them."""
        self._said = self.ask({"verb": "Identify"}).root
        chosen = {"metadataPrefix": self._prefix()}
        seconds = elements.word(self._said, "Identify/granularity").upper() == SECONDS.upper()
        for name in ("from", "until"):
            if moment := text.cleaned(self._options.get(name)):
                chosen[name] = _moment(name, moment, seconds=seconds)
        if since is not None:
            begin = moments.begin(since, moments.SECOND if seconds else moments.DAY)
            chosen["from"] = max(chosen.get("from", begin), begin)
        if name := text.cleaned(self._options.get("set")):
            chosen["set"] = name
        return chosen

    def identified(self) -> Element:
        """Give what the repository says about itself: its answer to `Identify`, asked for once."""
        if self._said is None:
            self._said = self.ask({"verb": "Identify"}).root
        return self._said

    def _prefix(self) -> str:
        """Choose the format: as agreed, or the one that says most of those that can be read here."""
        if agreed := text.cleaned(self._options.get("metadata_prefix")):
            return agreed
        offered: dict[str, str | None] = {}
        for row in elements.find(
            self.ask({"verb": "ListMetadataFormats"}).root, "ListMetadataFormats/metadataFormat"
        ):
            space = elements.word(row, "metadataNamespace") or elements.word(row, "schema")
            offered[elements.word(row, "metadataPrefix")] = xml_formats.announced(space)
        for name in xml_formats.PREFERRED:
            same = [prefix for prefix, known in offered.items() if prefix and known == name]
            if same:
                # Of several versions of a format the repository's newest has the highest number.
                return max(same, key=lambda prefix: (not prefix.startswith("oai_"), prefix))
        names = ", ".join(sorted(offered)) or "none"
        raise PartnerConfigError(
            f"The repository offers no format that is read here; it has: {names}.",
            code="unknown-format",
            remedy="Ask the partner for Dublin Core (oai_dc), DataCite, DDI Codebook or ISO 19139.",
        )


class _Walk:
    """One reading of the whole list, from token to token."""

    def __init__(self, source: OaiPmhSource, tally: Tally, since: datetime | None = None) -> None:
        self._source = source
        self._tally = tally
        self._since = since
        self._tokens: set[str] = set()
        self._begun_again = False

    def pages(self, resume: str | None) -> Iterator[Page]:
        """Follow the tokens to the end, or to the first reason not to go on."""
        token = self._begin(resume)
        arguments = {"resumptionToken": token} if token else self._selection()
        while True:
            try:
                reply = self._asked(arguments)
            except Refusal as refusal:
                if refusal.oai_code == "noRecordsMatch" and "resumptionToken" not in arguments:
                    self._tally.expected = 0
                    return
                if not self._may_begin_again(refusal, arguments):
                    raise
                arguments = self._selection()
                continue
            except (SourceRefused, SourceUnavailable) as error:
                if not oai_singly.broken(error):
                    raise
                yield from self._singly(error)
                break
            if self._since is not None:
                moments.check(elements.words(reply.root, "ListRecords/record/header/datestamp"), self._since)
            self._tally.expect(reply.size)
            known = self._tally.count
            items, failures = self._records(reply.root)
            following = self._next(reply.token, moved=self._tally.count > known)
            yield Page(tuple(items), tuple(failures), self._cursor(following))
            if following is None:
                break
            arguments = {"resumptionToken": following}
        self._tally.close()

    def _asked(self, arguments: Mapping[str, str]) -> OaiReply:
        """Ask for a page of records; once more where it came broken, for that may have been the way here."""
        question = {"verb": "ListRecords", **arguments}
        try:
            return self._source.ask(question)
        except SourceRefused as error:
            if isinstance(error, Refusal) or not oai_singly.broken(error):
                raise
        return self._source.ask(question)

    def _selection(self) -> dict[str, str]:
        chosen = self._source.selection(self._since)
        # The repository's clock before its list is read; a list that is begun again keeps the first one.
        self._tally.mark = self._tally.mark or oai_replies.moment(self._source.identified())
        return chosen

    def _singly(self, error: HarvestError) -> Iterator[Page]:
        singly = oai_singly.Singly(
            self._source.ask, self._tally, all_types=self._source.all_types, deleted=self._deleted
        )
        return singly.pages(self._selection(), error)

    def _deleted(self, name: str) -> None:
        """Note a deleted record; for good only where the repository keeps such notes for ever (OA-07)."""
        self._tally.leave(name, "deleted", final=oai_replies.keeps_deletions(self._source.identified()))

    # Tokens

    def _begin(self, resume: str | None) -> str | None:
        if resume is None:
            return None
        token = self._tally.resume(resume)
        self._tokens.add(token)
        return token

    def _cursor(self, token: str | None) -> str | None:
        # After a second beginning the counts belong to two walks, so no other may go on from here.
        if token is None or self._begun_again:
            return None
        return self._tally.cursor(token)

    def _may_begin_again(self, refusal: Refusal, arguments: Mapping[str, str]) -> bool:
        """Begin once more from the first page where a token is not accepted any more (OA-05)."""
        lost = refusal.oai_code == "badResumptionToken" and "resumptionToken" in arguments
        if not lost or self._begun_again:
            return False
        self._begun_again = True
        self._tokens.clear()
        if self._tally.before:
            # What was seen before the cursor comes again and is counted again.
            self._tally.before, self._tally.expected = 0, None
        return True

    def _next(self, token: str | None, *, moved: bool) -> str | None:
        if not token:
            return None
        if token in self._tokens:
            self._tally.shake("The repository sends a token again that was used: its list goes round.")
            return None
        if not moved and not self._begun_again:
            self._tally.shake("The repository sends the same page again.")
            return None
        if len(self._tokens) >= MAX_PAGES:
            self._tally.cut(f"The list has more than {MAX_PAGES:,} pages.")
            return None
        self._tokens.add(token)
        return token

    # Records

    def _records(self, root: Element) -> tuple[list[RawRecord], list[Failure]]:
        items: list[RawRecord] = []
        failures: list[Failure] = []
        for record in elements.find(root, "ListRecords/record"):
            header = next(iter(elements.find(record, "header")), record)
            name = oai_records.identifier(header)
            if name is None:
                failures.append(self._tally.lost())
                continue
            if not self._tally.admit(name):
                if not self._begun_again:
                    failures.append(Failure.again(name))
                continue
            if oai_records.deleted(header):
                self._deleted(name)
                continue
            try:
                raw = oai_records.content(record, name, all_types=self._source.all_types)
            except PayloadError as error:
                failures.append(Failure(name, "read", error))
                continue
            if raw is None:
                self._tally.leave(name, "not-a-dataset")
            else:
                items.append(raw)
        return items, failures


def _moment(name: str, said: str, *, seconds: bool) -> str:
    """Write a date as finely as the repository takes it."""
    day = text.day(said)
    if day is None or len(day) != len("YYYY-MM-DD"):
        raise PartnerConfigError(f"The option “{name}” must be a date such as 2020-01-31.")
    if not seconds:
        return day
    return f"{day}T00:00:00Z" if name == "from" else f"{day}T23:59:59Z"
