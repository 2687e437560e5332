"""One dataset, shown and shaped for the index by CKAN itself and all plugins' hooks: judge of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import logic

from ckanext.migration.search.delivery import capture


def document(dataset: str) -> Mapping[str, Any] | None:
    """Return a dataset's document; None for what CKAN does not want in the index."""
    with capture.listening() as caught:
        logic.index_update_package({"ignore_auth": True}, dataset)
    return caught.documents[0] if caught.documents else None
