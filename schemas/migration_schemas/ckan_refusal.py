"""What CKAN says of a dataset that it does not take, as one sentence for each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 2000
"""Characters; a resource can be wrong in hundreds of ways."""


def sentences(errors: Mapping[str, Any]) -> str:
    """Put an ``error_dict`` of CKAN's ``ValidationError`` into words; empty where it gives no reason.

    A field has a list of texts, a repeated field a list of such dictionaries, one for each part.
    """
    reasons = {name: list(_texts(given)) for name, given in errors.items() if name != "__type"}
    return " · ".join(f"{name}: {'; '.join(texts)}" for name, texts in reasons.items() if texts)[:LONGEST]


def _texts(given: Any) -> Iterator[str]:
    if isinstance(given, Mapping):
        for name, reasons in given.items():
            yield from (f"{name}: {reason}" for reason in _texts(reasons))
    elif isinstance(given, list | tuple):
        for reason in given:
            yield from _texts(reason)
    elif given:
        yield str(given)
