"""Settings of the root plugin (declared in config_declaration.yaml)."""

from __future__ import annotations

from pathlib import Path

import ckan.plugins.toolkit as tk


def page_size() -> int:
    """Return how many datasets a page of the catalogue feed carries."""
    return max(1, int(tk.config.get("ckanext.migration.catalogue.page_size") or 100))


def vocabularies_folder() -> Path | None:
    """Return the folder of this portal's own code lists, where one is set."""
    folder = str(tk.config.get("ckanext.migration.vocabularies_folder") or "").strip()
    return Path(folder) if folder else None
