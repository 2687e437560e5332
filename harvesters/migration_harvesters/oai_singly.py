"""Records of OAI-PMH one by one, for a repository whose `ListRecords` fails.

Many repositories write a whole page of records in one go: one record that their export cannot write takes
its page, and with it the rest of the list, away. `ListIdentifiers` still names every record, and `GetRecord`
gives each that is not broken; the broken ones are named.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping

from migration_harvesters import elements, oai_records
from migration_harvesters.errors import HarvestError, PayloadError, SourceRefused, SourceUnavailable
from migration_harvesters.oai_replies import OaiReply, Refusal
from migration_harvesters.records import Failure, Page, RawRecord, Tally
from migration_harvesters.walks import split
from migration_harvesters.xml import Element

log = logging.getLogger(__name__)

MAX_PAGES = 100_000
AT_ONCE = 10
AWAY = 10
"""So many records in a row that the server fails on mean that it is the server, not the records."""

Ask = Callable[[Mapping[str, str]], OaiReply]


def broken(error: HarvestError) -> bool:
    """Say whether a page of records could not be had although the repository is there."""
    if isinstance(error, Refusal):
        return False
    if isinstance(error, SourceUnavailable):
        return error.status is not None and error.retry_after is None
    return error.code in ("unexpected-content", "reply-too-large")


class Singly:
    """One reading of what a list still lacks, named by its headers."""

    def __init__(self, ask: Ask, tally: Tally, *, all_types: bool, deleted: Callable[[str], None]) -> None:
        self._ask = ask
        self._tally = tally
        self._deleted = deleted
        self._all_types = all_types
        self._failing, self._came = 0, False
        self._cause: HarvestError | None = None

    def pages(self, selection: Mapping[str, str], cause: HarvestError) -> Iterator[Page]:
        """Ask for every record of the selection that has not come; `cause` is why `ListRecords` ended.

        Raises the cause where `ListIdentifiers` or `GetRecord` fails as well.
        """
        log.info("oai-pmh: records are asked for one by one: %s", cause.detail or cause.message)
        self._cause = cause
        # The sizes of two lists are not compared, and what came before a cursor comes again.
        self._tally.before, self._tally.expected = 0, None
        for names in self._headers(selection, cause):
            for first in range(0, len(names), AT_ONCE):
                some = names[first : first + AT_ONCE]
                yield Page(*split(self._record(name, selection["metadataPrefix"]) for name in some))

    def _headers(self, selection: Mapping[str, str], cause: HarvestError) -> Iterator[list[str]]:
        """Walk through the names of all records, page by page."""
        named: set[str] = set()
        tokens: set[str] = set()
        arguments = dict(selection)
        while True:
            try:
                reply = self._ask({"verb": "ListIdentifiers", **arguments})
            except (SourceRefused, SourceUnavailable) as error:
                raise cause if not tokens else error from cause
            self._tally.expect(reply.size)
            known = len(named)
            yield self._wanted(elements.find(reply.root, "ListIdentifiers/header"), named)
            token = reply.token
            if not token:
                return
            if token in tokens or len(named) == known:
                self._tally.shake("The repository sends the same names again: its list goes round.")
                return
            if len(tokens) >= MAX_PAGES:
                self._tally.cut(f"The list has more than {MAX_PAGES:,} pages.")
                return
            tokens.add(token)
            arguments = {"resumptionToken": token}

    def _wanted(self, headers: list[Element], named: set[str]) -> list[str]:
        """Find the records that have not come; deleted ones are counted and not asked for."""
        wanted = []
        for header in headers:
            name = oai_records.identifier(header)
            if name is None:
                self._tally.cut("A record has no identifier.")
                continue
            named.add(name)
            if not self._tally.admit(name):
                continue
            if oai_records.deleted(header):
                self._deleted(name)
            else:
                wanted.append(name)
        return wanted

    def _record(self, name: str, prefix: str) -> RawRecord | Failure | None:
        """Ask for one record; what is wrong with it costs only itself."""
        try:
            reply = self._ask({"verb": "GetRecord", "identifier": name, "metadataPrefix": prefix})
        except Refusal as refusal:
            return Failure(name, "read", _of_record(refusal))
        except (SourceRefused, SourceUnavailable) as error:
            self._failing += 1
            if self._failing >= AWAY and not self._came and self._cause is not None:
                raise self._cause from error
            if self._failing >= AWAY or not broken(error):
                raise
            return Failure(name, "read", _of_record(error))
        self._failing, self._came = 0, True
        record = next(iter(elements.find(reply.root, "GetRecord/record")), None)
        try:
            if record is None:
                raise PayloadError(
                    "The repository lists this record, but shows nothing.", code="record-missing"
                )
            if oai_records.deleted(next(iter(elements.find(record, "header")), record)):
                self._deleted(name)
                return None
            raw = oai_records.content(record, name, all_types=self._all_types)
        except PayloadError as error:
            return Failure(name, "read", error)
        if raw is None:
            self._tally.leave(name, "not-a-dataset")
        return raw


def _of_record(error: HarvestError) -> PayloadError:
    return PayloadError(
        f"The repository names this record, but cannot send it: {error.message}",
        code="record-unreadable",
        detail=error.detail,
        remedy="Ask the partner to repair the record: it breaks the repository's own list.",
    )
