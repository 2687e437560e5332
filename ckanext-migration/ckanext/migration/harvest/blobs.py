"""What partners sent and what we made of it, each kept once by its hash: nothing is asked for twice."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration.harvest.model import HarvestBlob
from migration_schemas import Record

RECORD_FORMAT = "record"


def digest(body: bytes, kind: str) -> str:
    """Hash bytes together with their format: the same bytes read differently are something else."""
    return hashlib.blake2b(body, digest_size=24, person=kind.encode()[:16]).hexdigest()


def keep(bodies: Mapping[str, tuple[str, bytes]]) -> None:
    """Store what is not stored yet: hash → (format, body). Part of the caller's transaction."""
    if not bodies:
        return
    held = set(model.Session.scalars(sa.select(HarvestBlob.hash).where(HarvestBlob.hash.in_(bodies))))
    rows = [
        {"hash": name, "format": kind, "size": len(body), "body": zlib.compress(body)}
        for name, (kind, body) in bodies.items()
        if name not in held
    ]
    if rows:
        model.Session.execute(insert(HarvestBlob).on_conflict_do_nothing(), rows)


def bodies(hashes: Iterable[str | None]) -> dict[str, tuple[str, bytes]]:
    """Read what is kept: hash → (format, body)."""
    wanted = {name for name in hashes if name}
    if not wanted:
        return {}
    query = sa.select(HarvestBlob.hash, HarvestBlob.format, HarvestBlob.body).where(
        HarvestBlob.hash.in_(wanted)
    )
    return {name: (kind, zlib.decompress(body)) for name, kind, body in model.Session.execute(query)}


def records(hashes: Iterable[str | None]) -> dict[str, Record]:
    """Read mapped records by content hash."""
    return {name: loads(body) for name, (_kind, body) in bodies(hashes).items()}


def dumps(record: Record) -> bytes:
    """Write a record as canonical JSON."""
    whole = {"fields": record.fields, "resources": list(record.resources)}
    return json.dumps(whole, sort_keys=True, ensure_ascii=True, default=list).encode()


def loads(body: bytes) -> Record:
    """Read a record back."""
    whole = json.loads(body)
    return Record(fields=whole["fields"], resources=tuple(whole["resources"]))
