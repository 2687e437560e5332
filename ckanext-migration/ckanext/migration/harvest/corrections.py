"""The overlay: what a person here corrected in a partner's record, kept apart from what the partner says.

A correction is in force as long as it is `open`, or in `conflict` because the partner has changed the same
field since. It ends as `adopted` when the partner says the same, or as `withdrawn` when a person gives it up.
The dataset itself carries the corrected value; the three-way merge of each run (`curation`) keeps it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import blobs, curation
from ckanext.migration.harvest.comparing import comparable, held_fields
from ckanext.migration.harvest.model import HarvestCorrection, HarvestRecord
from migration_schemas import Record
from migration_schemas import record as records

OPEN, CONFLICT, ADOPTED, WITHDRAWN = "open", "conflict", "adopted", "withdrawn"
IN_FORCE = (OPEN, CONFLICT)


def observe(package_id: str, *, author: str | None) -> None:
    """Compare a dataset that a person has saved with the partner's record, and note what differs.

    Nothing is committed here: the corrections become true with the edit, or not at all.
    """
    held = model.Session.query(HarvestRecord).filter_by(package_id=package_id).one_or_none()
    if held is None or held.content_hash is None:
        return
    base = blobs.records([held.content_hash]).get(held.content_hash)
    if base is None:
        return
    context = {"ignore_auth": True, "user": author or "", "model": model, "session": model.Session}
    current = tk.get_action("package_show")(context, {"id": package_id})
    upstream, here = held_fields(base, current)
    differing = set(curation.changed(upstream, here))
    rows = _in_force(held.source_id, held.remote_id)
    for name in sorted(differing):
        row = rows.pop(name, None)
        if row is None:
            model.Session.add(_new(held, name, here.get(name), upstream.get(name), author))
        elif not curation.same(row.value, here.get(name)):
            row.value, row.author = here.get(name), author
    for row in rows.values():
        row.state, row.incoming = WITHDRAWN, None


def meet(held: HarvestRecord, incoming: Record, kept: Iterable[str], current: Mapping[str, Any]) -> None:
    """Bring corrections in line with what a run brought: who keeps what, who agrees now, where both changed.

    `kept` are the fields in which the dataset (`current`) differs from the partner's new record.
    """
    rows = _in_force(held.source_id, held.remote_id)
    theirs, here = comparable(incoming), comparable(records.from_package(current))
    for name in kept:
        row = rows.pop(name, None)
        if row is None:
            model.Session.add(_new(held, name, here.get(name), theirs.get(name), None))
        elif curation.same(theirs.get(name), row.upstream):
            row.state, row.incoming = OPEN, None
        else:
            row.state, row.incoming = CONFLICT, theirs.get(name)
    for name, row in rows.items():
        row.state = ADOPTED if curation.same(theirs.get(name), row.value) else WITHDRAWN
        row.incoming = None


def keep_ours(row: HarvestCorrection) -> None:
    """Settle a conflict in favour of the correction: what the partner says now is what it corrects."""
    row.state, row.upstream, row.incoming = OPEN, row.incoming, None


def forget(package_id: str) -> None:
    """Remove what people said of a dataset that is purged, and its report; the caller commits.

    That the partner's record became this dataset stays known: the next run must not bring it again.
    """
    session, held = model.Session, HarvestRecord
    session.execute(sa.delete(HarvestCorrection).where(HarvestCorrection.package_id == package_id))
    session.execute(sa.update(held).where(held.package_id == package_id).values(report=None))


def theirs(row: HarvestCorrection) -> dict[str, Any]:
    """Give the partner's value in the form of a dataset, to be patched in its place."""
    value = row.incoming if row.state == CONFLICT else row.upstream
    if row.field == "resources":
        record = Record(fields={}, resources=tuple(value or ()))
        return {"resources": records.to_package(record).get("resources", [])}
    if value in (None, "", [], {}):
        return {row.field: ""}
    return {row.field: records.to_package(Record(fields={row.field: value}, resources=()))[row.field]}


def _in_force(source_id: str, remote_id: str) -> dict[str, HarvestCorrection]:
    query = model.Session.query(HarvestCorrection).filter_by(source_id=source_id, remote_id=remote_id)
    return {row.field: row for row in query.filter(HarvestCorrection.state.in_(IN_FORCE))}


def _new(held: HarvestRecord, name: str, value: Any, upstream: Any, author: str | None) -> HarvestCorrection:
    return HarvestCorrection(
        source_id=held.source_id,
        remote_id=held.remote_id,
        package_id=held.package_id,
        field=name,
        state=OPEN,
        value=value,
        upstream=upstream,
        author=author,
    )


def selected(source_id: str, states: Iterable[str]) -> sa.Select[Any]:
    """Select corrections of a source in these states, the newest first."""
    return (
        sa.select(HarvestCorrection)
        .where(HarvestCorrection.source_id == source_id, HarvestCorrection.state.in_(tuple(states)))
        .order_by(HarvestCorrection.updated_at.desc(), HarvestCorrection.field)
    )
