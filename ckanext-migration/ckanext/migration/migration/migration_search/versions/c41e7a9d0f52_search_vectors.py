"""Vectors of records, kept by the hash of their text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c41e7a9d0f52"
down_revision = "8b2f4d17c6a3"
branch_labels = None
depends_on = None

TABLE = "migration_search_vector"


def upgrade() -> None:
    """Make the table; it may be there already where CKAN's own tests emptied the version table."""
    op.create_table(
        TABLE,
        sa.Column("embedder", sa.Text, primary_key=True),
        sa.Column("text_hash", sa.Text, primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop it; vectors can be made again."""
    op.drop_table(TABLE)
