"""Names that datasets had before, and an index by which datasets are found by their identifier."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1f4c7a90be35"
down_revision = None
branch_labels = None
depends_on = None

NAMES, IDENTIFIERS = "migration_former_name", "migration_package_identifier"


def upgrade() -> None:
    """Make them; they may be there already where CKAN's own tests emptied the version table."""
    op.create_table(
        NAMES,
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("package_id", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        if_not_exists=True,
    )
    op.create_index(f"{NAMES}_of_package", NAMES, ["package_id"], if_not_exists=True)
    # By hash: an identifier may be longer than what a tree holds.
    op.execute(f"create index if not exists {IDENTIFIERS} on package using hash ((extras ->> 'identifier'))")


def downgrade() -> None:
    """Drop them; former addresses lead nowhere afterwards."""
    op.execute(f"drop index if exists {IDENTIFIERS}")
    op.drop_table(NAMES)
