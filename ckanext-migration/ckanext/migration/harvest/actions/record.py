"""Actions on records."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import access, blobs, present
from ckanext.migration.harvest.actions.run import window
from ckanext.migration.harvest.decisions import NOT_LISTED, PROBLEMS, WRITES, Outcome
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot

FILTERS = {
    "failed": HarvestSnapshot.outcome.in_(PROBLEMS),
    "invalid": HarvestSnapshot.violations > 0,
    "warnings": sa.and_(HarvestSnapshot.warnings > 0, HarvestSnapshot.violations == 0),
    "written": HarvestSnapshot.outcome.in_(WRITES),
    "gone": HarvestSnapshot.outcome.in_(NOT_LISTED),
}


@tk.side_effect_free
def migration_harvest_record_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """List the records of a run.

    :param run: id of the run
    :param only: (optional) ``failed``, ``invalid``, ``warnings``, ``written``, ``gone`` or an outcome
    :param lang: (optional) language of the findings, two letters
    :param limit: (optional) default 20, at most 100
    :param offset: (optional) default 0
    :returns: ``count`` and ``results``
    """
    tk.check_access("migration_harvest_record_list", context, data_dict)
    run = access.run(tk.get_or_bust(data_dict, "run"))
    query = model.Session.query(HarvestSnapshot).filter_by(run_id=run.id)
    only = data_dict.get("only")
    if only:
        if only not in FILTERS and only not in set(Outcome):
            raise tk.ValidationError({"only": [tk._("Unknown selection.")]})
        query = query.filter(FILTERS.get(only, HarvestSnapshot.outcome == only))
    limit, offset = window(data_dict)
    lang = str(data_dict.get("lang") or "en")[:2]
    rows = (
        query.order_by(HarvestSnapshot.position, HarvestSnapshot.remote_id).limit(limit).offset(offset).all()
    )
    reports = _standing(run, [row.remote_id for row in rows if row.report is None])
    return {"count": query.count(), "results": [present.record(row, reports, lang) for row in rows]}


def _standing(run: HarvestRun, remote_ids: list[str]) -> dict[tuple[str, str | None], Any]:
    """Find the reports of records that a run did not check anew because nothing had changed."""
    if not remote_ids:
        return {}
    query = model.Session.query(HarvestRecord).filter_by(source_id=run.source_id)
    held = query.filter(HarvestRecord.remote_id.in_(remote_ids))
    return {(record.remote_id, record.content_hash): record.report for record in held}


@tk.side_effect_free
def migration_harvest_record_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show what is held of one remote record, the partner's reply as text included.

    :param source: id or name of the source
    :param remote_id: the partner's identifier
    """
    tk.check_access("migration_harvest_record_show", context, data_dict)
    owner = access.source(tk.get_or_bust(data_dict, "source"))
    remote_id = tk.get_or_bust(data_dict, "remote_id")
    row = model.Session.query(HarvestRecord).filter_by(source_id=owner.id, remote_id=remote_id).one_or_none()
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such record."))
    kind, body = blobs.bodies([row.raw_hash]).get(row.raw_hash or "", ("", b""))
    return {
        "source": owner.name,
        "remote_id": row.remote_id,
        "package_id": row.package_id,
        "state": row.state,
        "private": row.private,
        "confirmed": row.confirmed,
        "missing_since": row.missing_since.isoformat() if row.missing_since else None,
        "findings": present.findings(row.report),
        "format": kind,
        "raw": body.decode("utf-8", "replace"),
    }
