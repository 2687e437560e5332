"""The crosswalk of a source: terms that its records use, and what a person decided that they mean.

A decision holds from the next run on; it changes the recipe, so that records are read anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration.harvest.model import HarvestRun, HarvestTerm, new_id
from ckanext.migration.harvest.work import Work, clean
from migration_harvesters.partner_terms import Term
from migration_vocabularies.matching import fold

MAPPED, IGNORED = "mapped", "ignored"
SHOWN_TO_PARTNERS = ("value", "vocabulary_title", "records")
MOST = 5_000  # terms that are kept of one source: free text in a coded field is no list of terms

Decided = Mapping[tuple[str, str], str | None]


def note(run: HarvestRun, met: Mapping[Term, int]) -> None:
    """Keep the terms that a batch of records used; within one run their records are added up."""
    rows = _rows(run, met)
    if not rows:
        return
    known = sa.select(sa.func.count()).where(HarvestTerm.source_id == run.source_id)
    if (model.Session.scalar(known) or 0) >= MOST:
        return
    statement = insert(HarvestTerm)
    same_run = HarvestTerm.last_run == run.id
    change = {
        name: statement.excluded[name] for name in ("field", "value", "code", "confidence", "how", "last_run")
    }
    change["records"] = sa.case(
        (same_run, HarvestTerm.records + statement.excluded.records), else_=statement.excluded.records
    )
    identity = f"{HarvestTerm.__tablename__}_identity"
    model.Session.execute(statement.on_conflict_do_update(constraint=identity, set_=change), rows)


def _rows(run: HarvestRun, met: Mapping[Term, int]) -> list[dict[str, object]]:
    """Put terms as rows; spellings that fold to the same word are one."""
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for term, number in met.items():
        name = key(term.value)
        if not name:
            continue
        row = rows.setdefault(
            (term.vocabulary, name),
            {
                "id": new_id(),
                "source_id": run.source_id,
                "vocabulary": term.vocabulary,
                "key": name,
                "field": term.field,
                "value": clean(term.value),
                "code": term.code,
                "confidence": term.confidence,
                "how": term.how,
                "records": 0,
                "last_run": run.id,
            },
        )
        row["records"] = int(str(row["records"])) + number
    return list(rows.values())


def key(value: str) -> str:
    """Give the name by which spellings of one word are known."""
    return fold(value)[:200]


def decided(source_id: str) -> Decided:
    """Read the decisions for a source."""
    query = sa.select(HarvestTerm.vocabulary, HarvestTerm.key, HarvestTerm.decided_code).where(
        HarvestTerm.source_id == source_id, HarvestTerm.decision.isnot(None)
    )
    return {(vocabulary, key): code for vocabulary, key, code in model.Session.execute(query)}


def digest(decisions: Decided) -> str:
    """Identify the decisions in force; empty without any, so that nothing is read anew for nothing."""
    if not decisions:
        return ""
    whole = json.dumps(sorted([*key, code] for key, code in decisions.items()))
    return hashlib.blake2b(whole.encode(), digest_size=12).hexdigest()


def heed(work: Work) -> None:
    """Let the decisions for its source hold for a run: they are a part of how its records are read."""
    work.decided = decided(work.origin.id)
    work.recipe = f"{work.recipe}{digest(work.decided)}"
    model.Session.rollback()


def decide(term: HarvestTerm, code: str | None, *, by: str | None, at: datetime) -> None:
    """Let a term mean a concept, or nothing where `code` is None."""
    term.decision, term.decided_code = (MAPPED if code else IGNORED), code
    term.decided_by, term.decided_at = by, at


def forget(term: HarvestTerm) -> None:
    """Take a decision back: the matcher judges again."""
    term.decision = term.decided_code = term.decided_by = term.decided_at = None


def unknown(met: Mapping[Term, int]) -> list[dict[str, object]]:
    """List the terms that have no concept here, those of most records first."""
    found = sorted((term for term in met if term.code is None), key=lambda term: (-met[term], term.value))
    return [
        {"value": clean(term.value), "field": term.field, "vocabulary": term.vocabulary, "records": met[term]}
        for term in found
    ]
