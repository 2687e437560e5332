"""A feed is tried: some of its records are read, mapped and checked; nothing of it is stored.

The partner is asked through the same guard as in a harvest, and not at an address inside our own network,
unless a system administrator allows that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.migration.harvest import agreement, staging, terms
from ckanext.migration.harvest.work import public
from migration_harvesters import http, options, partner_terms, registry
from migration_harvesters.errors import PartnerConfigError, SourceUnavailable
from migration_harvesters.http import Http
from migration_harvesters.records import Asks, Listing, RawRecord, SourceConfig
from migration_harvesters.replies import Reply
from migration_schemas import Record, Report
from migration_schemas.errors import MigrationError

log = logging.getLogger(__name__)

MOST = 20  # records
PASTED = "https://pasted.invalid/"
LARGEST = 5 * 1024 * 1024  # bytes that may be pasted
PATIENCE = http.Limits(connect=5, read=15, total=30, body=20 * 1024 * 1024, attempts=1, longest_wait=0, gap=0)

Checker = Callable[[list[Record]], list[Report]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What is tried: an address or a pasted text, the protocol and its options."""

    protocol: str
    url: str = ""
    text: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    allow_private: bool = False
    credential: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Trial:
    """What came of it: records with their reports, failures in words, and terms that nobody knows."""

    expected: int | None = None
    ended: dict[str, Any] | None = None
    problems: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    terms: list[dict[str, Any]] = field(default_factory=list)


class Pasted:
    """Answers every question with the text that somebody pasted, so that no connection is opened."""

    def __init__(self, text: str) -> None:
        self._body = text.encode("utf-8", "replace")

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Give the text, whatever is asked."""
        return Reply(200, url, {}, self._body)

    def post(self, url: str, _body: bytes, **_told: Any) -> Reply:
        """Give the text, whatever is asked."""
        return self.get(url)


def attempt(feed: Feed, check: Checker) -> Trial:
    """Read up to 20 records of a feed, at its address or as pasted text; raise PartnerConfigError (CF-01)."""
    try:
        agreed = agreement.read(feed.options)
    except ValueError as exc:
        raise PartnerConfigError(str(exc)) from exc
    read = options.check(registry.known_options(feed.protocol), agreed.partner_options)
    config = SourceConfig(
        url=feed.url or PASTED,
        protocol=feed.protocol,
        options=read,
        allow_private=feed.allow_private,
        credential=feed.credential,
    )
    guarded = Http(allow_private=feed.allow_private, limits=PATIENCE)
    client: Asks = Pasted(feed.text) if feed.text else guarded
    trial = Trial()
    listing = registry.source(feed.protocol)(config, client).listing()
    raws = _listed(listing, trial)
    trial.expected = listing.expected
    if not feed.text:
        trial.problems = [public(problem) for problem in listing.problems]
    with partner_terms.using({}) as met:
        read_records = [(raw, _mapped(raw, config, agreed, trial)) for raw in raws]
    mapped = [(raw, record) for raw, record in read_records if record is not None]
    reports = check([record for _raw, record in mapped])
    for (raw, record), report in zip(mapped, reports, strict=True):
        title = record.title("en")[:300]
        shown = staging.storable(report, title)
        trial.records.append({"remote_id": raw.ref.id, "url": raw.ref.url, "error": None, **shown})
    trial.terms = terms.unknown(met.met)
    return trial


def _listed(listing: Listing, trial: Trial) -> list[RawRecord]:
    """Read pages until there are enough records; how the list ended early is told, and costs nothing else."""
    raws: list[RawRecord] = []
    try:
        for page in listing:
            raws += page.items
            for failure in page.failures:
                trial.records.append(_failed(failure.remote_id, failure.error))
            if len(raws) >= MOST or len(trial.records) >= MOST:
                break
    except MigrationError as error:
        trial.ended = public(error)
        log.info("harvest.trial-ended code=%s %s", error.code, error.detail or "")
        if not raws and isinstance(error, SourceUnavailable):
            trial.ended = {**public(error), "remedy": ""}
    del trial.records[MOST:]
    return raws[:MOST]


def _mapped(raw: RawRecord, config: SourceConfig, agreed: agreement.Agreement, trial: Trial) -> Record | None:
    try:
        record: Record = registry.mapper(raw.format)(raw, config)
    except MigrationError as error:
        trial.records.append(_failed(raw.ref.id, error))
        return None
    return agreed.complete(record)[0]


def _failed(remote_id: str | None, error: MigrationError) -> dict[str, Any]:
    return {
        "remote_id": remote_id,
        "url": None,
        "title": remote_id,
        "violations": 0,
        "warnings": 0,
        "findings": [],
        "error": public(error),
    }
