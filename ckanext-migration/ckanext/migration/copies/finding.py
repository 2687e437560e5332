"""Looking for copies among all datasets: read, compared where that is worth it, kept as proposals."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration.copies import likeness
from ckanext.migration.copies.likeness import Sketch
from ckanext.migration.copies.model import PAIR, PROPOSED
from migration_schemas import record as records

BATCH = 500
Step = Callable[[str, int, int], None]
"""Told what is done (`reading`, `comparing`), how much of it, and of how much."""


def find(step: Step = lambda _what, _done, _of: None, *, among: set[str] | None = None) -> dict[str, int]:
    """Compare all datasets, or those `among` all, and keep what is proposed; the caller commits.

    What a person has decided stays as it is, and is not proposed again. A proposal that nothing speaks for
    any more goes.
    """
    sketches = {one.id: one for one in _read(step)}
    pairs = list(likeness.candidates(sketches.values(), among=among))
    found: dict[tuple[str, str], likeness.Judgement] = {}
    for number, (first, second) in enumerate(pairs, 1):
        judged = likeness.judge(sketches[first], sketches[second])
        if judged.confidence >= likeness.PROPOSED_FROM:
            found[first, second] = judged
        if number % BATCH == 0 or number == len(pairs):
            step("comparing", number, len(pairs))
    counts = _keep(found, among)
    return {"datasets": len(sketches), "compared": len(pairs), **counts}


def _read(step: Step) -> Iterator[Sketch]:
    package = model.Package.__table__
    wanted = (package.c.type == "dataset") & (package.c.state == "active")
    total = model.Session.scalar(sa.select(sa.func.count()).select_from(package).where(wanted)) or 0
    columns = (package.c.id, package.c.name, package.c.url, package.c.owner_org, package.c.extras)
    home = str(tk.config["ckan.site_url"]).rstrip("/")
    last, done = "", 0
    while True:
        query = sa.select(*columns).where(wanted, package.c.id > last).order_by(package.c.id).limit(BATCH)
        rows = list(model.Session.execute(query))
        for row in rows:
            said = {"url": row.url, **(row.extras or {})}
            own = [f"{home}/dataset/{each}" for each in (row.id, row.name)]
            yield likeness.sketch(row.id, records.from_package(said), own, row.owner_org or "")
        done += len(rows)
        step("reading", done, total)
        if len(rows) < BATCH:
            return
        last = rows[-1].id


def _keep(found: dict[tuple[str, str], likeness.Judgement], among: set[str] | None) -> dict[str, int]:
    known = {
        (row.one, row.other): row.state
        for row in model.Session.execute(sa.select(PAIR.c.one, PAIR.c.other, PAIR.c.state))
        if among is None or row.one in among or row.other in among
    }
    gone = [pair for pair, state in known.items() if state == PROPOSED and pair not in found]
    for first, second in gone:
        model.Session.execute(sa.delete(PAIR).where(PAIR.c.one == first, PAIR.c.other == second))
    rows = [_row(pair, judged) for pair, judged in found.items() if known.get(pair, PROPOSED) == PROPOSED]
    for start in range(0, len(rows), BATCH):
        new = insert(PAIR).values(rows[start : start + BATCH])
        again = {name: new.excluded[name] for name in ("confidence", "reasons")}
        # Somebody may decide while we look: a decision stays.
        model.Session.execute(
            new.on_conflict_do_update(
                index_elements=["one", "other"], set_=again, where=PAIR.c.state == PROPOSED
            )
        )
    return {
        "proposed": len(rows),
        "new": len([pair for pair in found if pair not in known]),
        "decided": len([pair for pair in found if known.get(pair, PROPOSED) != PROPOSED]),
        "withdrawn": len(gone),
    }


def _row(pair: tuple[str, str], judged: likeness.Judgement) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "one": pair[0],
        "other": pair[1],
        "confidence": judged.confidence,
        "reasons": list(judged.reasons),
    }
