"""Who is told by mail when a source's standing changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e05b81a4fc76"
down_revision = "d94a70f3eb65"
branch_labels = None
depends_on = None

SOURCE = "migration_harvest_source"


def upgrade() -> None:
    """Add the column."""
    op.add_column(SOURCE, sa.Column("notify", sa.Text))


def downgrade() -> None:
    """Take it away."""
    op.drop_column(SOURCE, "notify")
