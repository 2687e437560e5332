"""Whether another spelling may be told (an addition, see ``beyond``).

``ext_spelling=off`` leaves the words as they were typed. What is told, ``{"text", "count", "words"}`` under
``spelling``, is found by ``search.second_pass``, after the search itself.
"""

from __future__ import annotations

from typing import Any

from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.errors import ParameterError
from ckanext.migration.search.query.request import Request

KEY = "spelling"
PARAMETER, OFF = "ext_spelling", "off"


def read(asked: Asked, params: dict[str, Any]) -> None:
    """Read the parameter."""
    given = asked.text(PARAMETER)
    if given not in ("", OFF):
        raise ParameterError(PARAMETER, f"is not {OFF!r}")
    asked.state[KEY] = not given


def shape(asked: Asked, request: Request, body: dict[str, Any]) -> None:
    """Nothing to change: the second pass makes requests of its own."""


def tell(asked: Asked, request: Request, answer: dict[str, Any]) -> None:
    """Nothing to read: only what the search found decides whether there is a second pass."""
