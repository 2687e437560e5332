"""Terms of partners, and what a person decided that they mean."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c83f6e92da54"
down_revision = "b72e5d81c943"
branch_labels = None
depends_on = None

TERM = "migration_harvest_term"


def upgrade() -> None:
    """Make the table."""
    source = sa.ForeignKey("migration_harvest_source.id", ondelete="CASCADE")
    op.create_table(
        TERM,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("source_id", sa.Text, source, nullable=False),
        sa.Column("vocabulary", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("confidence", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.Column("how", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("records", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("last_run", sa.Text),
        sa.Column("decision", sa.Text),
        sa.Column("decided_code", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("source_id", "vocabulary", "key", name=f"{TERM}_identity"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TERM)
