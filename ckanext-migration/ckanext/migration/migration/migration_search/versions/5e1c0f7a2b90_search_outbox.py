"""The search outbox, and the mark that a rebuild runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5e1c0f7a2b90"
down_revision = None
branch_labels = None
depends_on = None

OUTBOX, REBUILD = "migration_search_outbox", "migration_search_rebuild"
CLOCK = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"


def upgrade() -> None:
    """Make both tables; they may be there already where CKAN's own tests emptied the version table."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        OUTBOX,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False, server_default=sa.text(CLOCK)),
        sa.Column("index_id", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("document", sa.Text),
        sa.Column("created_at", instant, nullable=False, server_default=sa.func.now()),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.Text),
        sa.Column("set_aside_at", instant),
        sa.CheckConstraint("operation in ('put', 'remove', 'refresh')", name=f"{OUTBOX}_operation"),
        if_not_exists=True,
    )
    for column in ("index_id", "dataset_id"):
        op.create_index(f"ix_{OUTBOX}_{column}", OUTBOX, [column], if_not_exists=True)
    op.create_table(
        REBUILD,
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("started_at", instant, nullable=False, server_default=sa.func.now()),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop both; the index is then written inside each save again."""
    op.drop_table(OUTBOX)
    op.drop_table(REBUILD)
