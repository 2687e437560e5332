"""Vectors of records, kept by what they were made of: a record that is indexed again is not embedded again.

The text of a record is its titles and the beginning of its description, public fields all. The table holds
no text, only its hash.
"""

from __future__ import annotations

import array
import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckanext.migration.search.errors import EmbeddingFailed
from ckanext.migration.search.vectors import embedding
from ckanext.migration.search.vectors.embedding import FIELD, Embedder

log = logging.getLogger(__name__)

METADATA = sa.MetaData()
TABLE = sa.Table(
    "migration_search_vector",
    METADATA,
    sa.Column("embedder", sa.Text, primary_key=True),
    sa.Column("text_hash", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
LONGEST = 800
"""Characters of a record that are embedded; a model reads the beginning anyway."""
AT_ONCE = 32
_TITLE, _NOTES, _TAGS = "title", "notes", "tags"

Document = Mapping[str, Any]


def text(document: Document) -> str:
    """Return what a record's vector is made of."""
    titles = [document.get(_TITLE), *(document[name] for name in sorted(document) if _other_title(name))]
    parts = [*titles, document.get(_TAGS), document.get(_NOTES)]
    said = dict.fromkeys(
        word for part in parts for word in (part if isinstance(part, list) else [part]) if word
    )
    return " \u00b7 ".join(map(str, said))[:LONGEST]


def _other_title(name: str) -> bool:
    return name.startswith("title_") and len(name) == len("title_xx")


def without_vector() -> dict[str, Any]:
    """Return the query for datasets that lack a vector."""
    return {
        "bool": {
            "filter": [{"term": {"entity_type": "package"}}],
            "must_not": [{"exists": {"field": FIELD}}],
        }
    }


def attach(connection: sa.Connection, documents: Iterable[Any], *, compute: bool = False) -> list[str]:
    """Give each document (a dict of the index) its vector; return the ids of those that still lack one.

    Without ``compute`` only kept vectors are used: so in the request that saves.
    """
    embedder = embedding.usable()
    if embedder is None or not _installed(connection):
        return []
    hashed = [(document, _hash(text(document))) for document in documents]
    known = _kept(connection, embedder, [key for _document, key in hashed])
    if compute:
        missing = {key: text(document) for document, key in hashed if key not in known}
        known |= _made(connection, embedder, missing)
    for document, key in hashed:
        if key in known:
            document[FIELD] = known[key]
    return [document["id"] for document, key in hashed if key not in known]


def _made(connection: sa.Connection, embedder: Embedder, texts: Mapping[str, str]) -> dict[str, list[float]]:
    """Make what is missing; when the embedder fails, the records go into the index without vectors."""
    found: dict[str, list[float]] = {}
    keys = list(texts)
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        try:
            vectors = embedding.of_texts(embedder, [texts[key] for key in part])
        except EmbeddingFailed as fault:
            log.warning("search.vectors.missing datasets=%s reason=%s", len(keys) - start, fault.message)
            break
        found |= dict(zip(part, vectors, strict=True))
    if found:
        rows = [
            {"embedder": embedder.name, "text_hash": key, "vector": array.array("f", vector).tobytes()}
            for key, vector in found.items()
        ]
        connection.execute(insert(TABLE).on_conflict_do_nothing(), rows)
    return found


def _kept(connection: sa.Connection, embedder: Embedder, keys: Sequence[str]) -> dict[str, list[float]]:
    rows = connection.execute(
        sa.select(TABLE.c.text_hash, TABLE.c.vector).where(
            TABLE.c.embedder == embedder.name, TABLE.c.text_hash.in_(keys)
        )
    )
    return {row.text_hash: array.array("f", bytes(row.vector)).tolist() for row in rows}


def _installed(connection: sa.Connection) -> bool:
    found = connection.execute(sa.text("select to_regclass(:name)"), {"name": TABLE.name}).scalar()
    return found is not None


def _hash(said: str) -> str:
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()
