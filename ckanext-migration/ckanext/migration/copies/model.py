"""The tables of the copies: pairs of records with what was decided on them, and who stands behind whom."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

PREFIX = "migration_copies"
METADATA = sa.MetaData()
PROPOSED, SAME, DERIVED, DIFFERENT = "proposed", "same", "derived", "different"
STATES = (PROPOSED, SAME, DERIVED, DIFFERENT)

PAIR = sa.Table(
    f"{PREFIX}_pair",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("one", sa.Text, nullable=False),
    sa.Column("other", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False, server_default=PROPOSED),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("reasons", JSONB, nullable=False),
    sa.Column("lead", sa.Text),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("found_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.UniqueConstraint("one", "other", name=f"{PREFIX}_pair_of_two"),
)
"""Two datasets, the smaller id first. A decided pair is never proposed again; `lead` is the original of two
that are the same, or the one that the other was made from."""

MEMBER = sa.Table(
    f"{PREFIX}_member",
    METADATA,
    sa.Column("package_id", sa.Text, primary_key=True),
    sa.Column("lead", sa.Text, nullable=False, index=True),
)
"""Every dataset that is the same as another, with the original of its group; follows from the decisions."""
