"""Pairs of records that may be the same dataset, and what was decided on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "4c9e02b7d1a6"
down_revision = None
branch_labels = None
depends_on = None

PREFIX = "migration_copies"


def upgrade() -> None:
    """Make the tables; they may be there already where CKAN's own tests emptied the version table."""
    op.create_table(
        f"{PREFIX}_pair",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("one", sa.Text, nullable=False),
        sa.Column("other", sa.Text, nullable=False, index=True),
        sa.Column("state", sa.Text, nullable=False, server_default="proposed"),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("lead", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.UniqueConstraint("one", "other", name=f"{PREFIX}_pair_of_two"),
        if_not_exists=True,
    )
    op.create_table(
        f"{PREFIX}_member",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("lead", sa.Text, nullable=False, index=True),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop them, with all decisions."""
    for name in ("member", "pair"):
        op.drop_table(f"{PREFIX}_{name}")
