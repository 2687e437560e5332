"""The tables of the review: which agencies want it, and every step of every dataset."""

from __future__ import annotations

import sqlalchemy as sa

PREFIX = "migration_review"
METADATA = sa.MetaData()

POLICY = sa.Table(
    f"{PREFIX}_policy",
    METADATA,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("required", sa.Boolean, nullable=False),
    sa.Column("changed_by", sa.Text),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
"""A table and not an extra of the organisation: CKAN's edit of an agency drops extras that it is not sent."""

STEP = sa.Table(
    f"{PREFIX}_step",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("package_id", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("version", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Index(f"{PREFIX}_step_of_package", "package_id", "id"),
)
"""Steps are only added. The newest of a dataset is its state; `version` is the dataset's `metadata_modified`
at that moment, by which a later change is seen."""
