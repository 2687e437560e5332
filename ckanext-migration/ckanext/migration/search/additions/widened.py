"""What a widened search asks for: any of the words (an addition, see ``beyond``).

``ext_words=any`` is in the address of the page, so that a widened result can be sorted, paged and sent
to a colleague. A wider place or period is an ordinary one (see ``places`` and ``periods``).
"""

from __future__ import annotations

from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import ParameterError
from ckanext.migration.search.query.request import Request

ANY = "any"


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Read the parameter; another word is refused."""
    if words := asked.text("ext_words"):
        if words != ANY:
            raise ParameterError("ext_words", f"is not {ANY!r}")
        params["mm"] = "1"


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Nothing to change: the words are in the query already."""


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Nothing to tell."""
