"""One dataset, shown and shaped for the index by CKAN itself and all plugins' hooks: judge of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ckan import logic, model

from ckanext.migration.search.delivery import capture


def document(dataset: str) -> Mapping[str, Any] | None:
    """Return a dataset's document; None for what CKAN does not want in the index."""
    with capture.listening() as caught:
        logic.index_update_package({"ignore_auth": True}, dataset)
    return caught.documents[0] if caught.documents else None


def again(_sender: object, *, ids: Sequence[str]) -> None:
    """Index datasets again, inside the transaction of what changed about them."""
    for dataset in ids:
        package = model.Package.get(dataset)
        if package is not None and package.state == model.State.ACTIVE:
            logic.index_update_package({"ignore_auth": True}, package.id)
