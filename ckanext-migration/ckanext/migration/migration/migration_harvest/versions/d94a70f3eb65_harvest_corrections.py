"""Corrections of stewards, beside what the partners say; a link of their own for partners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "d94a70f3eb65"
down_revision = "c83f6e92da54"
branch_labels = None
depends_on = None

CORRECTION = "migration_harvest_correction"
SOURCE = "migration_harvest_source"


def upgrade() -> None:
    """Make the table and the columns."""
    source = sa.ForeignKey(f"{SOURCE}.id", ondelete="CASCADE")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        CORRECTION,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("source_id", sa.Text, source, nullable=False),
        sa.Column("remote_id", sa.Text, nullable=False),
        sa.Column("package_id", sa.Text, nullable=False, index=True),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("value", JSONB),
        sa.Column("upstream", JSONB),
        sa.Column("incoming", JSONB),
        sa.Column("author", sa.Text),
        sa.Column("reason", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("created_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", moment, nullable=False, server_default=sa.func.now()),
    )
    op.create_index(
        f"{CORRECTION}_one_in_force",
        CORRECTION,
        ["source_id", "remote_id", "field"],
        unique=True,
        postgresql_where=sa.text("state in ('open', 'conflict')"),
    )
    op.add_column(SOURCE, sa.Column("partner_key", sa.Text))
    op.add_column(SOURCE, sa.Column("public", sa.Boolean, nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    """Take them away."""
    op.drop_column(SOURCE, "public")
    op.drop_column(SOURCE, "partner_key")
    op.drop_table(CORRECTION)
