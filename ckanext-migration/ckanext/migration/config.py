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


def export_anonymous() -> bool:
    """Whether somebody who is not logged in may download a whole result."""
    return bool(tk.config.get("ckanext.migration.export.anonymous"))


def export_most() -> int:
    """Return how many datasets can be downloaded at once."""
    return max(1, int(tk.config.get("ckanext.migration.export.most_datasets") or 200_000))


def export_at_once() -> int:
    """Return how many downloads one web process serves at the same time."""
    return max(1, int(tk.config.get("ckanext.migration.export.at_once") or 2))
