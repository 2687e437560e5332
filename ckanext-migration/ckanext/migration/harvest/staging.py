"""Phase two: raw replies become records, are checked against the profile, and compared with what we hold.

Nothing is written to the catalogue here. A raw reply that is the same as last time, read by the same code
under the same agreement, is unchanged without a second look.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import blobs, curation, terms
from ckanext.migration.harvest.crashpoints import crashpoint
from ckanext.migration.harvest.decisions import Arrived, Known, Outcome, decide, visibility
from ckanext.migration.harvest.model import HarvestRecord, HarvestSnapshot
from ckanext.migration.harvest.work import Work, clean, public, spent
from migration_harvesters import partner_terms
from migration_harvesters.errors import MappingError
from migration_harvesters.records import RawRecord, RemoteRef
from migration_schemas import Record, Report
from migration_schemas.errors import MigrationError

log = logging.getLogger(__name__)

TOO_COSTLY = 3
SPOKEN = ("en", "fr")  # the languages of the interface; findings are kept in words
SHOWN = ("code", "field", "resource", "severity", "value")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One raw record that was listed and is to be looked at."""

    remote_id: str
    url: str | None
    raw_hash: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record mapped and checked; `confirmed` is False where nobody said how sensitive it is."""

    remote_id: str
    record: Record
    confirmed: bool
    report: Report


@dataclass(frozen=True, slots=True)
class Held:
    """What we hold of it: the ledger's row and what CKAN says about the dataset."""

    state: str
    package_id: str
    content_hash: str | None
    private: bool
    package_state: str | None
    package_private: bool | None

    @property
    def known(self) -> Known:
        """Put it as the decisions need it."""
        return Known(
            state=self.state,
            content_hash=self.content_hash,
            private=bool(self.package_private),
            package="active" if self.package_state in ("active", "draft") else "deleted",
        )


def stage(work: Work) -> None:
    """Look at every listed record, batch by batch; each batch is committed with its decisions."""
    _pass_unchanged(work)
    while batch := _next(work):
        started = time.monotonic()
        held = _held(work, [item.remote_id for item in batch])
        with partner_terms.using(work.decided) as terms_met:
            records, values = _mapped(work, batch)
        reports = work.check([record for record, _confirmed in records.values()])
        crashpoint("batch-validated")
        before = blobs.records(held[name].content_hash for name in records if name in held)
        model.Session.rollback()
        for (name, (record, confirmed)), report in zip(records.items(), reports, strict=True):
            entry = held.get(name)
            old = before.get(entry.content_hash or "") if entry else None
            values.append(_judged(Candidate(name, record, confirmed, report), entry, old))
            work.checked(values[-1]["content_hash"], report)
        _commit(work, values, [record for record, _confirmed in records.values()], started, terms_met.met)
        crashpoint("batch-committed")
    with work.step() as run:
        run.phase = "decide"


def _pass_unchanged(work: Work) -> None:
    """Settle in one statement what cannot have changed: same bytes, same recipe, and the dataset is there."""
    started = time.monotonic()
    held, package = HarvestRecord, model.Package
    count = {name: held.report[name].as_integer() for name in ("violations", "warnings")}
    unchanged = (
        sa.update(HarvestSnapshot)
        .where(
            HarvestSnapshot.run_id == work.held.run_id,
            HarvestSnapshot.outcome == Outcome.WAITING,
            held.source_id == work.origin.id,
            held.remote_id == HarvestSnapshot.remote_id,
            held.raw_hash == HarvestSnapshot.raw_hash,
            held.recipe == work.recipe,
            held.state.in_(("current", "missing")),
            package.id == held.package_id,
            package.state == "active",
        )
        .values(
            outcome=sa.case((held.state == "current", Outcome.UNCHANGED), else_=Outcome.RESTORED),
            package_id=held.package_id,
            content_hash=held.content_hash,
            previous_hash=held.content_hash,
            private=package.private,
            confirmed=held.confirmed,
            title=held.report["title"].as_string(),
            violations=sa.func.coalesce(count["violations"], 0),
            warnings=sa.func.coalesce(count["warnings"], 0),
        )
        .execution_options(synchronize_session=False)
    )
    with work.step() as run:
        model.Session.execute(unchanged)
        run.timings = spent(run, "validate", started)


def _next(work: Work) -> list[Waiting]:
    """Take the next records and count the attempt; one that ended its worker comes last and alone (FI-07)."""
    with work.step() as run:
        mine = (HarvestSnapshot.run_id == run.id, HarvestSnapshot.outcome == Outcome.WAITING)
        error = MappingError("Reading this record ended the worker several times.", code="too-costly")
        costly = sa.update(HarvestSnapshot).where(*mine, HarvestSnapshot.attempts >= TOO_COSTLY)
        model.Session.execute(costly.values(outcome=Outcome.FAILED, stage="map", error=public(error)))
        query = sa.select(HarvestSnapshot).where(*mine)
        query = query.order_by(HarvestSnapshot.attempts, HarvestSnapshot.position, HarvestSnapshot.remote_id)
        rows = list(model.Session.scalars(query.limit(work.batch)))
        untried = [row for row in rows if not row.attempts]
        taken = untried or rows[:1]
        for row in taken:
            row.attempts += 1
        return [Waiting(row.remote_id, row.url, row.raw_hash or "") for row in taken]


def _held(work: Work, remote_ids: Sequence[str]) -> dict[str, Held]:
    """Look up what we hold of these records, datasets included, in one query."""
    package = model.Package
    query = (
        sa.select(HarvestRecord, package.state, package.private)
        .outerjoin(package, package.id == HarvestRecord.package_id)
        .where(HarvestRecord.source_id == work.origin.id, HarvestRecord.remote_id.in_(remote_ids))
    )
    found = {
        record.remote_id: Held(
            state=record.state,
            package_id=record.package_id,
            content_hash=record.content_hash,
            private=record.private,
            package_state=state,
            package_private=private,
        )
        for record, state, private in model.Session.execute(query)
    }
    model.Session.rollback()
    return found


def _mapped(
    work: Work, items: Sequence[Waiting]
) -> tuple[dict[str, tuple[Record, bool]], list[dict[str, Any]]]:
    """Map raw replies; a record that cannot be mapped fails alone."""
    bodies = blobs.bodies(item.raw_hash for item in items)
    model.Session.rollback()
    records: dict[str, tuple[Record, bool]] = {}
    failed: list[dict[str, Any]] = []
    for item in items:
        kind, body = bodies[item.raw_hash]
        raw = RawRecord(RemoteRef(item.remote_id, None, item.url), kind, body)
        try:
            record = work.mapper(kind)(raw, work.partner)
            records[item.remote_id] = work.terms.complete(record)
        except MigrationError as error:
            log.info("harvest.unmapped run=%s: %s", work.held.run_id, error.detail or error.code)
            failed.append(_failure(item.remote_id, "map", error))
        except Exception:
            log.exception("harvest.mapper-broke run=%s", work.held.run_id)
            broke = MappingError("The record could not be read because of an error in this portal.")
            failed.append(_failure(item.remote_id, "map", broke))
    return records, failed


def _failure(remote_id: str, stage_name: str, error: MigrationError) -> dict[str, Any]:
    return {"remote_id": remote_id, "outcome": Outcome.FAILED, "stage": stage_name, "error": public(error)}


def _judged(new: Candidate, held: Held | None, before: Record | None) -> dict[str, Any]:
    """Decide what a mapped and checked record means."""
    record, report, confirmed = new.record, new.report, new.confirmed
    violations, warnings = len(report.violations), len(report.warnings)
    private = visibility(
        violations=violations,
        confirmed=confirmed,
        set_by_us=held.private if held and held.state != "archived" else None,
        now_private=held.package_private if held else None,
    )
    content = record.content_hash()
    title = clean(record.title("en"))[:300]
    return {
        "remote_id": new.remote_id,
        "outcome": decide(Arrived(content_hash=content, private=private), held.known if held else None),
        "package_id": held.package_id if held else None,
        "content_hash": content,
        "previous_hash": held.content_hash if held else None,
        "private": private,
        "confirmed": confirmed,
        "violations": violations,
        "warnings": warnings,
        "title": title,
        "report": storable(report, title),
        "changed": list(changed_fields(before, record)) if before else None,
    }


def changed_fields(before: Record, after: Record) -> tuple[str, ...]:
    """Name the fields that differ between two records; resources count as one."""
    old = {**before.fields, "resources": list(before.resources)}
    return curation.changed(old, {**after.fields, "resources": list(after.resources)})


def storable(report: Report, title: str) -> dict[str, Any]:
    """Put a report as it is stored and shown: counts first, findings in words."""
    counts = {"violations": len(report.violations), "warnings": len(report.warnings), "title": title}
    findings = []
    for finding in report.findings:
        words = {key: _clean(value) for key, value in finding.as_dict("en").items() if key in SHOWN}
        for key, speak in (("message", finding.message), ("field_label", finding.field_label)):
            words[key] = {lang: _clean(speak(lang)) for lang in SPOKEN}
        findings.append(words)
    return {"findings": findings, **counts}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [_clean(item) for item in value]
    return value


def _commit(
    work: Work,
    values: list[dict[str, Any]],
    records: Sequence[Record],
    started: float,
    met: Mapping[partner_terms.Term, int],
) -> None:
    """Write the decisions of one batch, the records they speak of, and the terms that these used."""
    with work.step() as run:
        terms.note(run, met)
        blobs.keep({record.content_hash(): (blobs.RECORD_FORMAT, blobs.dumps(record)) for record in records})
        _write(run.id, values)
        run.timings = spent(run, "validate", started)


def _write(run_id: str, values: Sequence[Mapping[str, Any]]) -> None:
    """Write decisions into the snapshot, with one prepared statement for rows of the same kind."""
    table = HarvestSnapshot.__table__
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in values:
        names = tuple(name for name in row if name != "remote_id")
        alike.setdefault(names, []).append({"of_record": row["remote_id"], **{n: row[n] for n in names}})
    for names, rows in alike.items():
        where = (table.c.run_id == run_id, table.c.remote_id == sa.bindparam("of_record"))
        statement = sa.update(table).where(*where).values({name: sa.bindparam(name) for name in names})
        model.Session.execute(statement, rows)
