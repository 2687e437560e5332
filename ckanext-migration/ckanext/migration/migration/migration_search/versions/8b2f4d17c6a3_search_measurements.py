"""Measurements of judged queries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8b2f4d17c6a3"
down_revision = "5e1c0f7a2b90"
branch_labels = None
depends_on = None

TABLE = "migration_search_measurement"


def upgrade() -> None:
    """Make the table; it may be there already where CKAN's own tests emptied the version table."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("serving", sa.Boolean, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop it; the page then says that nothing was measured."""
    op.drop_table(TABLE)
