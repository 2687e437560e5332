"""Comparisons of the index with the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d7f30b6e9a14"
down_revision = "c41e7a9d0f52"
branch_labels = None
depends_on = None

TABLE = "migration_search_proof"
COUNTS = ("compared", "missing", "surplus", "different", "left")


def upgrade() -> None:
    """Make the table; it may be there already where CKAN's own tests emptied the version table."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("deep", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in COUNTS),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop it; the health page then says that nothing was compared."""
    op.drop_table(TABLE)
