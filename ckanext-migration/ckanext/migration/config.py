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


def validate_bytes() -> int:
    """Return how large a document for the open validator may be."""
    return max(1, int(tk.config.get("ckanext.migration.validate.max_bytes") or 5 * 1024 * 1024))


def validate_seconds() -> int:
    """Return how long reading, fetching and checking such a document may take, each."""
    return max(1, int(tk.config.get("ckanext.migration.validate.seconds") or 20))


def validate_at_once() -> int:
    """Return how many such documents one web process checks at the same time."""
    return max(1, int(tk.config.get("ckanext.migration.validate.at_once") or 2))


def bulk_bytes() -> int:
    """Return how large a spreadsheet with records may be."""
    return max(1, int(tk.config.get("ckanext.migration.bulk.max_bytes") or 2 * 1024 * 1024))


def bulk_rows() -> int:
    """Return how many records a spreadsheet may hold."""
    return max(1, int(tk.config.get("ckanext.migration.bulk.most_rows") or 200))


def validate_links() -> bool:
    """Whether the open validator fetches a document of which somebody gives the address."""
    return bool(tk.config.get("ckanext.migration.validate.links"))
