"""Records that are near in meaning and that the words do not find (an addition, see ``beyond``).

Found by ``search.hybrid`` where an embedder is configured and the words find little. Told under
``related``: ``[{"id", "name", "title"}, …]``, nearest first; in no total and in no facet.
"""

from __future__ import annotations

from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.query.request import Request

KEY = "related"


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Nothing to read: the setting of the portal decides."""


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Nothing to change: the search by meaning is a request of its own."""


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Hand over name and title, in the reader's language where the record has it."""
    found = [hit["_source"] for hit in answer.get("related", ())]
    if found:
        asked.told[KEY] = [
            {
                "id": source["id"],
                "name": source.get("name"),
                "title": source.get(f"title_{asked.language}") or source.get("title") or source.get("name"),
            }
            for source in found
        ]
