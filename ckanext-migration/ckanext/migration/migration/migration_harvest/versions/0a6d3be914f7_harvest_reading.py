"""What of a partner's list a run reads: all of it, or what changed since an earlier run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0a6d3be914f7"
down_revision = "f17c4d0a8e32"
branch_labels = None
depends_on = None

RUN = "migration_harvest_run"


def upgrade() -> None:
    """Add the column."""
    op.add_column(RUN, sa.Column("reading", JSONB))


def downgrade() -> None:
    """Take it away."""
    op.drop_column(RUN, "reading")
