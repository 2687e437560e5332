"""What a partner is told about its source: where it stands, what to mend first, what is not understood.

The public part names no record and counts only public datasets; the rest is for the people of the
organisation and for whoever holds the partner's private link.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

import ckan.plugins as p
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import corrections, counting, present, terms
from ckanext.migration.harvest.decisions import PROBLEMS
from ckanext.migration.harvest.model import (
    HarvestCorrection,
    HarvestRecord,
    HarvestRun,
    HarvestSnapshot,
    HarvestSource,
    HarvestTerm,
)
from ckanext.migration.logic import visibility
from migration_vocabularies import get

HISTORY = 30  # runs
TOP = 10  # problems
EXAMPLES = 5  # records named with a problem
PROBLEM_COUNTS = sa.text(
    "select f->>'severity', min(f->>'message'), count(distinct r.remote_id),"
    " (array_agg(distinct coalesce(r.report->>'title', r.remote_id)))[1 : cast(:examples as int)]"
    " from migration_harvest_record r, jsonb_array_elements(r.report->'findings') f"
    " where r.source_id = :source and r.state in ('current', 'missing')"
    " group by f->>'severity', f->>'code', f->>'field'"
    " order by f->>'severity' <> 'violation', count(distinct r.remote_id) desc, f->>'code' limit :most"
)
MEANS = sa.text(
    "select d.key, sum((d.value->>0)::float), sum((d.value->>1)::float)"
    " from migration_quality_score s join migration_harvest_record r on r.package_id = s.package_id,"
    " jsonb_each(s.dimensions) d where r.source_id = :source and r.state = 'current' group by d.key"
)


def new_key() -> tuple[str, str]:
    """Make a key for a private link, and the digest of it that is kept."""
    key = secrets.token_urlsafe(24)
    return key, digest(key)


def digest(key: str) -> str:
    """Give what is kept of a key: a link cannot be read back from the database."""
    return hashlib.sha256(key.encode()).hexdigest()


def opens(source: HarvestSource, key: str) -> bool:
    """Say whether a key is that of the source's private link, in a time that tells nothing."""
    return bool(source.partner_key and key) and hmac.compare_digest(source.partner_key or "", digest(key))


def public_part(source: HarvestSource) -> dict[str, Any]:
    """Give what everybody may know: which portal is read, when it was last whole, how many are public."""
    runs = _runs(source, 1)
    group = model.Group.get(source.owner_org)
    return {
        "name": source.name,
        "title": source.title,
        "url": None if source.allow_private else source.url,
        "protocol": source.protocol,
        "organization": {"name": group.name, "title": group.display_name} if group else None,
        "state": source.state,
        "standing": _standing(runs[0] if runs else None),
        "last_complete": present.instant(_last_complete(source)),
        "public_datasets": _public(source),
    }


def private_part(source: HarvestSource, lang: str) -> dict[str, Any]:
    """Give what concerns the partner: figures, problems in words, terms, corrections, quality, history."""
    runs = _runs(source, HISTORY)
    figures = counting.counters([run.id for run in runs if not run.counters])
    last = runs[0] if runs else None
    open_rows = _told(corrections.selected(source.id, corrections.IN_FORCE).limit(100))
    return {
        "last_run": present.run(last, source) if last else None,
        "problems": _problems(source, lang),
        "failures": _failures(last, source, lang),
        "terms": _terms(source, lang),
        "corrections": [_for_partner(row) for row in present.corrections(open_rows, lang)],
        "quality": _quality(source, lang),
        "history": [
            {
                "number": run.number,
                "finished_at": present.instant(run.finished_at),
                "complete": bool(run.complete),
                **{name: (run.counters or figures[run.id]).get(name, 0) for name in present.SHOWN_FIGURES},
            }
            for run in reversed(runs)
        ],
    }


def _told(query: sa.Select[Any]) -> list[HarvestCorrection]:
    """Leave out corrections of fields that only agencies read: whoever has the link need not be one."""
    rows = list(model.Session.scalars(query))
    packages = model.Package.__table__
    level = sa.select(packages.c.id, packages.c.extras["sensitivity_level"].astext)
    found = model.Session.execute(level.where(packages.c.id.in_({row.package_id for row in rows})))
    hidden = {package_id: visibility.kept_back(of) for package_id, of in found.tuples()}
    return [row for row in rows if row.package_id in hidden and row.field not in hidden[row.package_id]]


def _for_partner(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out who corrected: that is nobody's business outside."""
    return {key: value for key, value in row.items() if key not in ("author", "package_id")}


def _standing(run: HarvestRun | None) -> str:
    if run is None:
        return "never-run"
    return run.state if run.state in ("needs-approval", "failed", "finished") else "under-way"


def _runs(source: HarvestSource, number: int) -> list[HarvestRun]:
    query = model.Session.query(HarvestRun).filter_by(source_id=source.id, kind="harvest")
    ended = query.filter(HarvestRun.state.in_(("finished", "needs-approval", "failed", "rolled-back")))
    return ended.order_by(HarvestRun.number.desc()).limit(number).all()


def _last_complete(source: HarvestSource) -> Any:
    query = sa.select(sa.func.max(HarvestRun.finished_at)).where(
        HarvestRun.source_id == source.id, HarvestRun.kind == "harvest", HarvestRun.complete
    )
    return model.Session.scalar(query)


def _public(source: HarvestSource) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(HarvestRecord)
        .join(model.Package, model.Package.id == HarvestRecord.package_id)
        .where(
            HarvestRecord.source_id == source.id,
            model.Package.state == "active",
            sa.not_(model.Package.private),
        )
    )
    return model.Session.scalar(query) or 0


def _problems(source: HarvestSource, lang: str) -> list[dict[str, Any]]:
    """Count the findings in the catalogue by what is wrong, the gravest and most frequent first."""
    rows = model.Session.execute(PROBLEM_COUNTS, {"source": source.id, "most": TOP, "examples": EXAMPLES})
    return [
        {
            "severity": severity,
            "message": present.in_language(json.loads(message), lang),
            "records": number,
            "examples": named,
        }
        for severity, message, number, named in rows
    ]


def _failures(run: HarvestRun | None, source: HarvestSource, lang: str) -> list[dict[str, Any]]:
    if run is None:
        return []
    query = model.Session.query(HarvestSnapshot).filter_by(run_id=run.id)
    rows = query.filter(HarvestSnapshot.outcome.in_(PROBLEMS)).order_by(HarvestSnapshot.position).limit(20)
    shown = ("remote_id", "title", "url", "error")
    return [
        {key: value for key, value in present.record(row, {}, lang).items() if key in shown} for row in rows
    ]


def _terms(source: HarvestSource, lang: str) -> list[dict[str, Any]]:
    query = model.Session.query(HarvestTerm).filter_by(source_id=source.id, code=None, decision=None)
    rows = query.order_by(HarvestTerm.records.desc(), HarvestTerm.key).limit(20)
    return [
        {key: value for key, value in present.term(row, lang).items() if key in terms.SHOWN_TO_PARTNERS}
        for row in rows
    ]


def _quality(source: HarvestSource, lang: str) -> list[dict[str, Any]]:
    """Give the mean of the scores of the source's datasets by dimension, in per cent."""
    if not p.plugin_loaded("migration_quality"):
        return []
    rows = model.Session.execute(MEANS, {"source": source.id})
    sums = {name: (earned, possible) for name, earned, possible in rows}
    return [
        {"label": concept.label(lang), "percent": int(100 * earned / possible)}
        for concept in get("score-dimension")
        for earned, possible in (sums.get(concept.code, (0, 0)),)
        if possible
    ]
