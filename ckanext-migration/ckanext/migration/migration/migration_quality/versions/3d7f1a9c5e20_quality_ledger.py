"""Scores, their history, and checks of links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "3d7f1a9c5e20"
down_revision = None
branch_labels = None
depends_on = None

PREFIX = "migration_quality"


def _measured() -> list[sa.Column]:
    return [
        sa.Column("profile_version", sa.Text, nullable=False),
        sa.Column("conformance", sa.Text, nullable=False),
        sa.Column("earned", sa.Float, nullable=False),
        sa.Column("possible", sa.Integer, nullable=False),
        sa.Column("percent", sa.SmallInteger, nullable=False),
        sa.Column("mqa", sa.Float, nullable=False),
    ]


def _instant(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def upgrade() -> None:
    """Make the tables; they may be there already where CKAN's own tests emptied the version table."""
    op.create_table(
        f"{PREFIX}_score",
        sa.Column("package_id", sa.Text, primary_key=True),
        *_measured(),
        *(sa.Column(name, JSONB, nullable=False) for name in ("dimensions", "repairs", "findings")),
        _instant("computed_at"),
        if_not_exists=True,
    )
    op.create_table(
        f"{PREFIX}_history",
        sa.Column("package_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        *_measured(),
        if_not_exists=True,
    )
    op.create_table(
        f"{PREFIX}_check",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        _instant("checked_at"),
        sa.Column("answers", sa.Boolean, nullable=False),
        sa.Column("status", sa.SmallInteger),
        sa.Column("problem", sa.Text),
        if_not_exists=True,
    )
    op.create_index(
        f"{PREFIX}_check_of_url", f"{PREFIX}_check", [sa.text("md5(url)"), "id"], if_not_exists=True
    )


def downgrade() -> None:
    """Drop them; scores can be computed again, the history cannot."""
    for name in ("score", "history", "check"):
        op.drop_table(f"{PREFIX}_{name}")
