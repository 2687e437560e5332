"""How much of a list somebody asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

FARTHEST = 1_000_000
"""Entries that may be skipped."""


def number(data_dict: Mapping[str, Any], name: str, usual: int, least: int, most: int) -> int:
    """Return a number of the arguments of an action; raise ValidationError outside of its bounds."""
    given = data_dict.get(name)
    try:
        found = int(given) if given not in (None, "") else usual
    except (TypeError, ValueError):
        found = least - 1
    if not least <= found <= most:
        text = tk._("Give a whole number from {least} to {most}").format(least=least, most=most)
        raise tk.ValidationError({name: [text]})
    return found


def window(data_dict: Mapping[str, Any], usual: int, most: int, least: int = 0) -> tuple[int, int]:
    """Return ``limit`` and ``offset`` of the arguments of an action."""
    return number(data_dict, "limit", usual, least, most), number(data_dict, "offset", 0, 0, FARTHEST)
