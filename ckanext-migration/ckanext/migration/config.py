"""Settings of the root plugin (declared in config_declaration.yaml)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def page_size() -> int:
    """Return how many datasets a page of the catalogue feed carries."""
    return max(1, int(tk.config.get("ckanext.migration.catalogue.page_size") or 100))
