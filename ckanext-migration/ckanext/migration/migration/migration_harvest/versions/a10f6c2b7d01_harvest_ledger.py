"""The harvest ledger: sources, runs, records, snapshots and what the partners sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "a10f6c2b7d01"
down_revision = None
branch_labels = None
depends_on = None

PREFIX = "migration_harvest"


def _text(name: str, *, null: bool = False, **options: object) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=null, **options)


def _instant(name: str, *, now: bool = False) -> sa.Column:
    default = sa.func.now() if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not now, server_default=default)


def _flag(name: str, default: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Boolean, nullable=null, server_default=None if null else sa.text(default))


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))


def _json(name: str, default: str | None = None) -> sa.Column:
    server = sa.text(default) if default else None
    return sa.Column(name, JSONB, nullable=default is None, server_default=server)


def _source_key() -> sa.Column:
    key = sa.ForeignKey(f"{PREFIX}_source.id", ondelete="CASCADE")
    return sa.Column("source_id", sa.Text, key, nullable=False)


def _sources() -> None:
    op.create_table(
        f"{PREFIX}_source",
        _text("id", primary_key=True),
        _text("name", unique=True),
        _text("title"),
        _text("url"),
        _text("protocol"),
        _text("owner_org"),
        _json("options", "'{}'::jsonb"),
        _text("credential", null=True),
        _flag("allow_private", "false"),
        _text("state"),
        _instant("created_at", now=True),
        _instant("updated_at", now=True),
    )


def _runs() -> None:
    op.create_table(
        f"{PREFIX}_run",
        _text("id", primary_key=True),
        _source_key(),
        sa.Column("number", sa.Integer, nullable=False),
        _text("kind"),
        _text("target_id", null=True),
        _text("state"),
        _text("phase"),
        _flag("stop_requested", "false"),
        _number("epoch"),
        _text("worker", null=True),
        _instant("lease_until"),
        _instant("heartbeat_at"),
        _text("cursor", null=True),
        _number("pages"),
        sa.Column("expected", sa.Integer),
        _flag("complete", "", null=True),
        _flag("stable", "", null=True),
        _text("agreement", null=True),
        _json("guard"),
        _json("counters"),
        _json("timings", "'{}'::jsonb"),
        _json("problems", "'[]'::jsonb"),
        _json("error"),
        _text("requested_by", null=True),
        _instant("created_at", now=True),
        _instant("started_at"),
        _instant("finished_at"),
        sa.UniqueConstraint("source_id", "number", name=f"{PREFIX}_run_number"),
    )
    op.create_index(
        f"{PREFIX}_run_one_active",
        f"{PREFIX}_run",
        ["source_id"],
        unique=True,
        postgresql_where=sa.text("state in ('queued', 'running')"),
    )


def _records() -> None:
    op.create_table(
        f"{PREFIX}_record",
        _text("id", primary_key=True),
        _source_key(),
        _text("remote_id"),
        _text("package_id", unique=True),
        _text("state"),
        _flag("private", "true"),
        _flag("confirmed", "true"),
        _text("raw_hash", null=True),
        _text("content_hash", null=True),
        _text("recipe", null=True),
        _json("report"),
        _instant("missing_since"),
        _number("missing_runs"),
        _text("first_seen_run", null=True),
        _text("last_seen_run", null=True, index=True),
        _instant("updated_at", now=True),
        sa.UniqueConstraint("source_id", "remote_id", name=f"{PREFIX}_record_identity"),
    )


def _snapshots() -> None:
    op.create_table(
        f"{PREFIX}_snapshot",
        sa.Column("run_id", sa.Text, sa.ForeignKey(f"{PREFIX}_run.id", ondelete="CASCADE"), primary_key=True),
        _text("remote_id", primary_key=True),
        _number("position"),
        _text("title", null=True),
        _text("url", null=True),
        _text("package_id", null=True),
        _text("raw_hash", null=True),
        _text("content_hash", null=True),
        _text("previous_hash", null=True),
        _text("outcome"),
        _flag("applied", "false"),
        _flag("private", "", null=True),
        _flag("confirmed", "true"),
        _json("changed"),
        _json("kept"),
        _number("violations"),
        _number("warnings"),
        _json("report"),
        _text("stage", null=True),
        _json("error"),
        _number("attempts"),
    )
    op.create_index(f"{PREFIX}_snapshot_todo", f"{PREFIX}_snapshot", ["run_id", "outcome", "applied"])


def upgrade() -> None:
    """Create the tables of the harvest ledger."""
    _sources()
    _runs()
    _records()
    _snapshots()
    op.create_table(
        f"{PREFIX}_blob",
        _text("hash", primary_key=True),
        _text("format"),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        _instant("created_at", now=True),
    )


def downgrade() -> None:
    """Drop the harvest ledger; the datasets stay."""
    for name in ("blob", "snapshot", "record", "run", "source"):
        op.drop_table(f"{PREFIX}_{name}")
