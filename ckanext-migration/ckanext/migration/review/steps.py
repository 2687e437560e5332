"""The steps of a review as they are kept: the newest of a dataset is its state, all of them its history."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.migration.review.model import POLICY, STEP

SUBMITTED, RETURNED = "submitted", "returned"
WITHDRAWN, APPROVED, PUBLISHED = "withdrawn", "approved", "published"
OPEN = (SUBMITTED, RETURNED)
"""After the other steps nothing waits for anybody."""


def required(organization_id: str | None) -> bool:
    """Whether an agency wants its datasets reviewed before they are public."""
    if not organization_id:
        return False
    query = sa.select(POLICY.c.required).where(POLICY.c.organization_id == organization_id)
    return bool(model.Session.execute(query).scalar())


def require(organization_id: str, wanted: bool, user_id: str | None) -> None:
    """Keep what an agency wants; the caller commits."""
    values = {"required": wanted, "changed_by": user_id, "changed_at": sa.func.now()}
    changed = model.Session.execute(
        sa.update(POLICY).where(POLICY.c.organization_id == organization_id).values(values)
    )
    if not changed.rowcount:
        model.Session.execute(sa.insert(POLICY).values(organization_id=organization_id, **values))


def lock(package_id: str) -> None:
    """Hold a dataset until the end of the transaction, so that two decisions come one after the other."""
    packages = model.Package.__table__
    model.Session.execute(sa.select(packages.c.id).where(packages.c.id == package_id).with_for_update())


def add(package: Any, step: str, user_id: str | None, note: str = "") -> None:
    """Add a step; the caller commits."""
    version = package.metadata_modified.isoformat() if package.metadata_modified else None
    model.Session.execute(
        sa.insert(STEP).values(
            package_id=package.id, step=step, user_id=user_id, note=note or None, version=version
        )
    )


def forget(package_id: str) -> None:
    """Remove all steps of a dataset that is purged, with their notes; the caller commits."""
    model.Session.execute(sa.delete(STEP).where(STEP.c.package_id == package_id))


def history(package_id: str) -> list[dict[str, Any]]:
    """Return all steps of a dataset, the oldest first, with the names of those who took them."""
    users = model.User.__table__
    rows = model.Session.execute(
        sa.select(STEP, users.c.name, users.c.fullname)
        .join(users, users.c.id == STEP.c.user_id, isouter=True)
        .where(STEP.c.package_id == package_id)
        .order_by(STEP.c.id)
    ).mappings()
    return [_shown(row) for row in rows]


def newest(package_id: str) -> str | None:
    """Return the newest step of a dataset."""
    query = sa.select(STEP.c.step).where(STEP.c.package_id == package_id).order_by(STEP.c.id.desc()).limit(1)
    return model.Session.execute(query).scalar()


def waiting(
    organizations: Collection[str] | None, states: Collection[str], limit: int, offset: int
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many datasets are in one of these states, and a page of them, the longest waiting first.

    :param organizations: ids of the agencies to look in; None: all
    """
    users, packages, groups = model.User.__table__, model.Package.__table__, model.Group.__table__
    last = (
        sa.select(STEP).distinct(STEP.c.package_id).order_by(STEP.c.package_id, STEP.c.id.desc()).subquery()
    )
    query = (
        sa.select(
            last,
            users.c.name,
            users.c.fullname,
            packages.c.name.label("package_name"),
            packages.c.title,
            packages.c.metadata_modified,
            groups.c.id.label("organization_id"),
            groups.c.name.label("organization_name"),
            groups.c.title.label("organization_title"),
        )
        .join(packages, packages.c.id == last.c.package_id)
        .join(groups, groups.c.id == packages.c.owner_org, isouter=True)
        .join(users, users.c.id == last.c.user_id, isouter=True)
        .where(last.c.step.in_(states), packages.c.state != model.State.DELETED)
    )
    if organizations is not None:
        query = query.where(packages.c.owner_org.in_(organizations))
    count = model.Session.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = model.Session.execute(query.order_by(last.c.id).limit(limit).offset(offset)).mappings()
    return count, [_listed(row) for row in rows]


def _shown(row: Any) -> dict[str, Any]:
    return {
        "step": row["step"],
        "by": row["fullname"] or row["name"] or "",
        "at": row["at"].isoformat(),
        "note": row["note"] or "",
        "version": row["version"],
    }


def _listed(row: Any) -> dict[str, Any]:
    modified = row["metadata_modified"].isoformat() if row["metadata_modified"] else None
    return {
        **_shown(row),
        "id": row["package_id"],
        "name": row["package_name"],
        "title": row["title"] or row["package_name"],
        "changed_since": row["version"] != modified,
        "organization": {
            "id": row["organization_id"],
            "name": row["organization_name"],
            "title": row["organization_title"] or row["organization_name"],
        },
    }
