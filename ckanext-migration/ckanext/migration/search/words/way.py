"""Names of the ways in which a dataset can match, so that the engine tells which of them a hit took.

Elasticsearch gives the ``_name`` of every clause that a hit matches back as ``matched_queries``. A
name holds what is needed to tell a reader why: the kind of way, the words that were typed, and the
concept that they mean. Pure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

MAX_WORDS = 200


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a dataset can match.

    ``kind`` is ``exact`` (title, other title, identifier or address), ``concept`` (the concept's own code),
    ``narrower`` (a code below it), ``label`` (another of its names) or ``typed`` (the words themselves).
    """

    kind: str
    words: str
    vocabulary: str = ""
    code: str = ""


def name(kind: str, words: str, vocabulary: str = "", code: str = "") -> str:
    """Return the name of a way."""
    return json.dumps([kind, words[:MAX_WORDS], vocabulary, code], ensure_ascii=False)


def read(text: str) -> Way | None:
    """Read a name; None for one that is not of ours."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, list) or len(found) != 4 or not all(isinstance(part, str) for part in found):
        return None
    return Way(*found)
