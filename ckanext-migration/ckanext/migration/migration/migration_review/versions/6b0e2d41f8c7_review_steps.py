"""Which agencies want a review, and its steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6b0e2d41f8c7"
down_revision = None
branch_labels = None
depends_on = None

PREFIX = "migration_review"


def _instant(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def upgrade() -> None:
    """Make the tables; they may be there already where CKAN's own tests emptied the version table."""
    op.create_table(
        f"{PREFIX}_policy",
        sa.Column("organization_id", sa.Text, primary_key=True),
        sa.Column("required", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.Text),
        _instant("changed_at"),
        if_not_exists=True,
    )
    op.create_table(
        f"{PREFIX}_step",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("version", sa.Text),
        _instant("at"),
        if_not_exists=True,
    )
    op.create_index(f"{PREFIX}_step_of_package", f"{PREFIX}_step", ["package_id", "id"], if_not_exists=True)


def downgrade() -> None:
    """Drop them, with the history of all decisions."""
    for name in ("policy", "step"):
        op.drop_table(f"{PREFIX}_{name}")
