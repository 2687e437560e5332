"""Names that datasets had before: an address that was cited once leads to the dataset for good (R-1.1-i).

A name in use counts before one that was in use, and a name leads to the dataset that had it last.
"""

from __future__ import annotations

import logging

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

log = logging.getLogger(__name__)

METADATA = sa.MetaData()
NAME = sa.Table(
    "migration_former_name",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("package_id", sa.Text, nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Index("migration_former_name_of_package", "package_id"),
)


def renamed(package_id: str, before: str, now: str) -> None:
    """Note that a dataset has another name; the caller commits."""
    values = {"package_id": package_id, "until": sa.func.now()}
    keep = insert(NAME).values(name=before, **values)
    try:
        with model.Session.begin_nested():
            model.Session.execute(sa.delete(NAME).where(NAME.c.name == now))
            model.Session.execute(keep.on_conflict_do_update(index_elements=["name"], set_=values))
    except sa.exc.ProgrammingError:
        log.warning("former-names.missing: run `ckan db upgrade -p migration`; %s is forgotten", before)


def holder(name: str) -> str | None:
    """Return the id of the dataset that had a name last, where no dataset has it now."""
    query = sa.select(NAME.c.package_id).where(NAME.c.name == name)
    in_use = sa.exists().where(model.Package.__table__.c.name == name)
    try:
        with model.Session.begin_nested():
            return model.Session.scalar(query.where(~in_use))
    except sa.exc.ProgrammingError:  # as above
        return None


def forget(package_id: str) -> None:
    """Forget the names of a dataset that is purged; the caller commits."""
    model.Session.execute(sa.delete(NAME).where(NAME.c.package_id == package_id))
