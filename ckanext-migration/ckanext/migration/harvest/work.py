"""What every phase of a run needs: the claim, the source, the agreement, and what comes from outside."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ckan import model

from ckanext.migration.harvest import agreement, config, runs
from ckanext.migration.harvest.agreement import Agreement
from ckanext.migration.harvest.decisions import Limits
from ckanext.migration.harvest.model import HarvestRun, HarvestSource
from migration_harvesters import http, registry
from migration_harvesters.conditional import Conditional
from migration_harvesters.errors import PartnerConfigError
from migration_harvesters.http import Http
from migration_harvesters.records import Mapper, Source, SourceConfig
from migration_schemas import Record, Report
from migration_schemas.errors import MigrationError

Checker = Callable[[Sequence[Record]], Sequence[Report]]
REPORTS_AT_HAND = 2_000
"""Reports that a run keeps for the writing: each has some 8 KB, and another one takes a millisecond."""
RECIPE_PACKAGES = ("migration_harvesters", "migration_schemas", "migration_vocabularies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A source as a run sees it, free of any database session."""

    id: str
    name: str
    owner_org: str
    url: str
    protocol: str
    options: Mapping[str, Any]
    allow_private: bool
    credential: str | None

    @classmethod
    def of(cls, source: HarvestSource) -> Origin:
        """Copy what a run needs out of the database row."""
        return cls(
            id=source.id,
            name=source.name,
            owner_org=source.owner_org,
            url=source.url,
            protocol=source.protocol,
            options=dict(source.options or {}),
            allow_private=source.allow_private,
            credential=source.credential,
        )

    @property
    def agreement_hash(self) -> str:
        """Identify the settings under which a run works."""
        return agreement.digest(self.url, self.protocol, self.options)


@dataclass(slots=True, kw_only=True)
class Work:
    """One run in the hands of one worker."""

    held: runs.Claim
    origin: Origin
    terms: Agreement
    partner: SourceConfig
    asks: Conditional
    reader: Callable[[], Source]
    mapper: Callable[[str], Mapper]
    check: Checker
    limits: Limits
    batch: int
    clock: Callable[[], datetime] = runs.now
    recipe: str = field(default="")
    decided: Mapping[tuple[str, str], str | None] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)

    def checked(self, content_hash: str, report: Report) -> None:
        """Keep a fresh report at hand for the write that follows: the first ones, which are written first."""
        if len(self.reports) < REPORTS_AT_HAND:
            self.reports[content_hash] = report

    def step(self) -> AbstractContextManager[HarvestRun]:
        """Open one fenced transaction of this run."""
        return runs.transaction(self.held)


def prepare(held: runs.Claim, check: Checker) -> Work:
    """Put together what a run needs; raise PartnerConfigError where the settings of the source are wrong."""
    with _reading():
        source = model.Session.get(HarvestSource, held.source_id)
        if source is None:
            raise PartnerConfigError("The source was deleted.")
        origin = Origin.of(source)
    try:
        terms = agreement.read(origin.options)
    except ValueError as exc:
        raise PartnerConfigError(f"The options of the source are wrong: {exc}.") from exc
    partner = SourceConfig(
        url=origin.url,
        protocol=origin.protocol,
        options=terms.partner_options,
        allow_private=origin.allow_private,
        credential=secret(origin.credential),
    )
    asks = Conditional(_http(origin))
    return Work(
        held=held,
        origin=origin,
        terms=terms,
        partner=partner,
        asks=asks,
        reader=lambda: registry.source(origin.protocol)(partner, asks),
        mapper=registry.mapper,
        check=check,
        limits=config.limits(),
        batch=config.batch_size(),
        recipe=_recipe(origin.agreement_hash),
    )


def _http(origin: Origin) -> Http:
    return Http(allow_private=origin.allow_private, limits=http.Limits(gap=config.request_gap()))


def secret(variable: str | None) -> str | None:
    """Read a credential from the environment; the source only knows the name of the variable (CF-02).

    Raises PartnerConfigError where it is not set.
    """
    if not variable:
        return None
    value = os.environ.get(variable)
    if not value:
        raise PartnerConfigError(
            f"The environment variable {variable} that holds the credential is not set.",
            remedy="Set it for the job workers and start them again.",
        )
    return value


def _recipe(agreement_hash: str) -> str:
    """Identify everything that turns a raw reply into a record: code, profile, code lists and agreement.

    While it stays the same, the same bytes give the same record and need no second look.
    """
    return hashlib.blake2b(f"{_code()}{agreement_hash}".encode(), digest_size=12).hexdigest()


@cache
def _code() -> str:
    digest = hashlib.blake2b(digest_size=12)
    for package in RECIPE_PACKAGES:
        for path, body in _walk(files(package), package):
            digest.update(path.encode() + b"\0" + body + b"\0")
    return digest.hexdigest()


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _walk(entry, f"{path}/{entry.name}")
        else:
            yield f"{path}/{entry.name}", entry.read_bytes()


@contextmanager
def _reading() -> Iterator[None]:
    """Leave no open transaction behind after a look at the database."""
    try:
        yield
    finally:
        model.Session.rollback()


def public(error: MigrationError) -> dict[str, Any]:
    """Keep what may be shown of an error: `detail` stays in the log."""
    words = {
        "code": error.code,
        "message": clean(str(error.message)),
        "remedy": clean(str(error.remedy or "")),
    }
    return {name: text for name, text in words.items() if text}


def clean(text: str) -> str:
    """Take out what PostgreSQL cannot store."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def spent(run: HarvestRun, phase: str, started: float) -> dict[str, float]:
    """Add the time since `started` to what a phase took so far."""
    timings = dict(run.timings or {})
    timings[phase] = round(timings.get(phase, 0.0) + time.monotonic() - started, 3)
    return timings
