"""Runs that wait for a partner who asks to come back later, and for others who read the same host."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b72e5d81c943"
down_revision = "a10f6c2b7d01"
branch_labels = None
depends_on = None

RUN = "migration_harvest_run"


def upgrade() -> None:
    """Add the columns."""
    op.add_column(RUN, sa.Column("host", sa.Text))
    op.add_column(RUN, sa.Column("not_before", sa.DateTime(timezone=True)))
    op.add_column(RUN, sa.Column("postponed", sa.Integer, nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    """Take them away."""
    for name in ("postponed", "not_before", "host"):
        op.drop_column(RUN, name)
