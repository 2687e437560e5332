"""The ledger of the harvest: what is true about sources, runs and records stands in these tables.

Redis and the job workers only wake somebody up; a worker that dies leaves nothing that is not written here.
Identity is (source, remote id) and nothing else, kept by a unique constraint: a source cannot reach a dataset
that it did not bring.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

PREFIX = "migration_harvest"
ACTIVE_STATES = ("queued", "running")

_json = JSONB(none_as_null=True)
_instant = sa.DateTime(timezone=True)
_now = sa.func.now()


def new_id() -> str:
    """Make an identifier that nobody can guess or claim."""
    return str(uuid.uuid4())


class HarvestSource(tk.BaseModel):
    """A partner portal and what was agreed with it."""

    __tablename__ = f"{PREFIX}_source"

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.Text, unique=True)
    title: Mapped[str] = mapped_column(sa.Text)
    url: Mapped[str] = mapped_column(sa.Text)
    protocol: Mapped[str] = mapped_column(sa.Text)
    owner_org: Mapped[str] = mapped_column(sa.Text)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    credential: Mapped[str | None] = mapped_column(sa.Text)
    allow_private: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    state: Mapped[str] = mapped_column(sa.Text, default="active")
    notify: Mapped[str | None] = mapped_column(sa.Text)
    partner_key: Mapped[str | None] = mapped_column(sa.Text)
    public: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(_instant, server_default=_now)
    updated_at: Mapped[datetime] = mapped_column(_instant, server_default=_now, onupdate=_now)


class HarvestRun(tk.BaseModel):
    """One transaction with a partner: resumable, held until approved where it looks wrong, reversible."""

    __tablename__ = f"{PREFIX}_run"
    __table_args__ = (
        sa.Index(
            f"{PREFIX}_run_one_active",
            "source_id",
            unique=True,
            postgresql_where=sa.text("state in ('queued', 'running')"),
        ),
        sa.UniqueConstraint("source_id", "number", name=f"{PREFIX}_run_number"),
    )

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    source_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey(f"{PREFIX}_source.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(sa.Integer)
    kind: Mapped[str] = mapped_column(sa.Text, default="harvest")
    target_id: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default="queued")
    phase: Mapped[str] = mapped_column(sa.Text, default="list")
    stop_requested: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # who works on it: a lease, and an epoch that shuts out a worker which lost it
    epoch: Mapped[int] = mapped_column(sa.Integer, default=0)
    worker: Mapped[str | None] = mapped_column(sa.Text)
    lease_until: Mapped[datetime | None] = mapped_column(_instant)
    heartbeat_at: Mapped[datetime | None] = mapped_column(_instant)
    # how far the listing came, and whether it may be trusted
    cursor: Mapped[str | None] = mapped_column(sa.Text)
    pages: Mapped[int] = mapped_column(sa.Integer, default=0)
    expected: Mapped[int | None] = mapped_column(sa.Integer)
    complete: Mapped[bool | None] = mapped_column(sa.Boolean)
    stable: Mapped[bool | None] = mapped_column(sa.Boolean)
    agreement: Mapped[str | None] = mapped_column(sa.Text)
    condition: Mapped[dict[str, Any] | None] = mapped_column(_json)
    reading: Mapped[dict[str, Any] | None] = mapped_column(_json)
    # what came of it
    guard: Mapped[dict[str, Any] | None] = mapped_column(_json)
    counters: Mapped[dict[str, Any] | None] = mapped_column(_json)
    timings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    problems: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    error: Mapped[dict[str, Any] | None] = mapped_column(_json)
    # whom it reads, and when it may go on where the partner asked us to come back later
    host: Mapped[str | None] = mapped_column(sa.Text)
    not_before: Mapped[datetime | None] = mapped_column(_instant)
    postponed: Mapped[int] = mapped_column(sa.Integer, default=0)
    requested_by: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(_instant, server_default=_now)
    started_at: Mapped[datetime | None] = mapped_column(_instant)
    finished_at: Mapped[datetime | None] = mapped_column(_instant)


class HarvestRecord(tk.BaseModel):
    """What we hold of one remote record: the dataset it became and what it looked like when last applied."""

    __tablename__ = f"{PREFIX}_record"
    __table_args__ = (sa.UniqueConstraint("source_id", "remote_id", name=f"{PREFIX}_record_identity"),)

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    source_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey(f"{PREFIX}_source.id", ondelete="CASCADE"))
    remote_id: Mapped[str] = mapped_column(sa.Text)
    package_id: Mapped[str] = mapped_column(sa.Text, unique=True)
    state: Mapped[str] = mapped_column(sa.Text, default="current")
    private: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    confirmed: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    raw_hash: Mapped[str | None] = mapped_column(sa.Text)
    content_hash: Mapped[str | None] = mapped_column(sa.Text)
    recipe: Mapped[str | None] = mapped_column(sa.Text)
    report: Mapped[dict[str, Any] | None] = mapped_column(_json)
    missing_since: Mapped[datetime | None] = mapped_column(_instant)
    missing_runs: Mapped[int] = mapped_column(sa.Integer, default=0)
    first_seen_run: Mapped[str | None] = mapped_column(sa.Text)
    last_seen_run: Mapped[str | None] = mapped_column(sa.Text, index=True)
    updated_at: Mapped[datetime] = mapped_column(_instant, server_default=_now, onupdate=_now)


class HarvestSnapshot(tk.BaseModel):
    """One record in one run: what arrived, what was decided, what was done, and what went wrong."""

    __tablename__ = f"{PREFIX}_snapshot"
    __table_args__ = (sa.Index(f"{PREFIX}_snapshot_todo", "run_id", "outcome", "applied"),)

    run_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey(f"{PREFIX}_run.id", ondelete="CASCADE"), primary_key=True
    )
    remote_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    title: Mapped[str | None] = mapped_column(sa.Text)
    url: Mapped[str | None] = mapped_column(sa.Text)
    package_id: Mapped[str | None] = mapped_column(sa.Text)
    raw_hash: Mapped[str | None] = mapped_column(sa.Text)
    content_hash: Mapped[str | None] = mapped_column(sa.Text)
    previous_hash: Mapped[str | None] = mapped_column(sa.Text)
    outcome: Mapped[str] = mapped_column(sa.Text, default="listed")
    applied: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    private: Mapped[bool | None] = mapped_column(sa.Boolean)
    confirmed: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    changed: Mapped[list[Any] | None] = mapped_column(_json)
    kept: Mapped[list[Any] | None] = mapped_column(_json)
    violations: Mapped[int] = mapped_column(sa.Integer, default=0)
    warnings: Mapped[int] = mapped_column(sa.Integer, default=0)
    report: Mapped[dict[str, Any] | None] = mapped_column(_json)
    stage: Mapped[str | None] = mapped_column(sa.Text)
    error: Mapped[dict[str, Any] | None] = mapped_column(_json)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)


class HarvestTerm(tk.BaseModel):
    """A word of a partner for a code list: what it was taken for, and what a person decided it means."""

    __tablename__ = f"{PREFIX}_term"
    __table_args__ = (sa.UniqueConstraint("source_id", "vocabulary", "key", name=f"{PREFIX}_term_identity"),)

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    source_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey(f"{PREFIX}_source.id", ondelete="CASCADE"))
    vocabulary: Mapped[str] = mapped_column(sa.Text)
    key: Mapped[str] = mapped_column(sa.Text)
    field: Mapped[str] = mapped_column(sa.Text)
    value: Mapped[str] = mapped_column(sa.Text)
    code: Mapped[str | None] = mapped_column(sa.Text)
    confidence: Mapped[float] = mapped_column(sa.Float, default=0.0)
    how: Mapped[str] = mapped_column(sa.Text, default="")
    records: Mapped[int] = mapped_column(sa.Integer, default=0)
    last_run: Mapped[str | None] = mapped_column(sa.Text)
    decision: Mapped[str | None] = mapped_column(sa.Text)
    decided_code: Mapped[str | None] = mapped_column(sa.Text)
    decided_by: Mapped[str | None] = mapped_column(sa.Text)
    decided_at: Mapped[datetime | None] = mapped_column(_instant)


class HarvestCorrection(tk.BaseModel):
    """What a person here says in a field of a partner's record, beside what the partner says."""

    __tablename__ = f"{PREFIX}_correction"
    __table_args__ = (
        sa.Index(
            f"{PREFIX}_correction_one_in_force",
            "source_id",
            "remote_id",
            "field",
            unique=True,
            postgresql_where=sa.text("state in ('open', 'conflict')"),
        ),
    )

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=new_id)
    source_id: Mapped[str] = mapped_column(sa.Text, sa.ForeignKey(f"{PREFIX}_source.id", ondelete="CASCADE"))
    remote_id: Mapped[str] = mapped_column(sa.Text)
    package_id: Mapped[str] = mapped_column(sa.Text, index=True)
    field: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, default="open")
    value: Mapped[Any] = mapped_column(_json)
    upstream: Mapped[Any] = mapped_column(_json)
    incoming: Mapped[Any] = mapped_column(_json)
    author: Mapped[str | None] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(_instant, server_default=_now)
    updated_at: Mapped[datetime] = mapped_column(_instant, server_default=_now, onupdate=_now)


class HarvestBlob(tk.BaseModel):
    """Raw replies and mapped records, each kept once, by content hash, compressed."""

    __tablename__ = f"{PREFIX}_blob"

    hash: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    format: Mapped[str] = mapped_column(sa.Text)
    size: Mapped[int] = mapped_column(sa.Integer)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime] = mapped_column(_instant, server_default=_now)
