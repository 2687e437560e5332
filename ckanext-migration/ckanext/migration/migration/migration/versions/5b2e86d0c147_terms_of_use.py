"""Who agreed to which terms of use, and what these terms said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "5b2e86d0c147"
down_revision = "1f4c7a90be35"
branch_labels = None
depends_on = None

TEXTS, AGREED = "migration_conditions_text", "migration_conditions_agreed"


def _instant(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def upgrade() -> None:
    """Make the tables; they may be there already where CKAN's own tests emptied the version table."""
    op.create_table(
        TEXTS,
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("texts", JSONB, nullable=False),
        _instant("since"),
        if_not_exists=True,
    )
    op.create_table(
        AGREED,
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        _instant("first"),
        _instant("last"),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop them: nobody has agreed to anything afterwards."""
    op.drop_table(AGREED)
    op.drop_table(TEXTS)
