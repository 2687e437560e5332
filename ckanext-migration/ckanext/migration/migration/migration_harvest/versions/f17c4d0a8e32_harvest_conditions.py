"""How to ask a partner for the same list again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "f17c4d0a8e32"
down_revision = "e05b81a4fc76"
branch_labels = None
depends_on = None

RUN = "migration_harvest_run"


def upgrade() -> None:
    """Add the column."""
    op.add_column(RUN, sa.Column("condition", JSONB))


def downgrade() -> None:
    """Take it away."""
    op.drop_column(RUN, "condition")
