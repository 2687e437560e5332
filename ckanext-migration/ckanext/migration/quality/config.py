"""The settings of the quality ledger."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

_PREFIX = "ckanext.migration.quality."


def links_hours() -> int:
    """Return after how many hours an address is tried again."""
    return int(tk.config[_PREFIX + "links_hours"])


def allow_private_links() -> bool:
    """Whether the link check may ask inner addresses."""
    return bool(tk.asbool(tk.config[_PREFIX + "allow_private_links"]))
