"""The tables of the quality ledger. What stands in them can be computed again, except the history."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

PREFIX = "migration_quality"
METADATA = sa.MetaData()

SCORE = sa.Table(
    f"{PREFIX}_score",
    METADATA,
    sa.Column("package_id", sa.Text, primary_key=True),
    sa.Column("profile_version", sa.Text, nullable=False),
    sa.Column("conformance", sa.Text, nullable=False),
    sa.Column("earned", sa.Float, nullable=False),
    sa.Column("possible", sa.Integer, nullable=False),
    sa.Column("percent", sa.SmallInteger, nullable=False),
    sa.Column("mqa", sa.Float, nullable=False),
    sa.Column("dimensions", JSONB, nullable=False),
    sa.Column("repairs", JSONB, nullable=False),
    sa.Column("findings", JSONB, nullable=False),
    sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
"""The newest score of each dataset. `dimensions`: name -> [earned, possible]; `repairs`: metric -> points
to be had; `findings`: shape, field, resource and severity of each finding, never a value."""

HISTORY = sa.Table(
    f"{PREFIX}_history",
    METADATA,
    sa.Column("package_id", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("profile_version", sa.Text, nullable=False),
    sa.Column("conformance", sa.Text, nullable=False),
    sa.Column("earned", sa.Float, nullable=False),
    sa.Column("possible", sa.Integer, nullable=False),
    sa.Column("percent", sa.SmallInteger, nullable=False),
    sa.Column("mqa", sa.Float, nullable=False),
)
"""The last score of each day on which it changed."""

CHECK = sa.Table(
    f"{PREFIX}_check",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("answers", sa.Boolean, nullable=False),
    sa.Column("status", sa.SmallInteger),
    sa.Column("problem", sa.Text),
    sa.Index(f"{PREFIX}_check_of_url", sa.text("md5(url)"), "id"),
)
"""The last checks of each address; the index is on a digest, because addresses may be longer than a key."""
