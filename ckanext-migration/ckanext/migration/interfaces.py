"""What plugins may implement to have a say in others of ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.plugins import Interface


class IPublishing(Interface):
    """A further condition for making a dataset public, beside the profile."""

    def why_not_publish(self, context: Any, owner_org: str | None) -> str | None:
        """Say in words why the caller may not make a dataset of this agency public, or return None.

        :param context: of the action that saves; `user` is the caller, `ignore_auth` the portal itself
        :param owner_org: id of the agency in whose name the dataset would be public
        """
        return None


class ICatalogueIndex(Interface):
    """Follows the catalogue, and can take in many datasets with one look at the database."""

    def index_datasets(self, ids: Sequence[str]) -> Collection[str]:
        """Note what the index has to learn of datasets that the present transaction has written.

        Nothing reaches the index before the transaction is committed, and nothing if it is rolled back.

        :param ids: of datasets whose rows stand in the database (flushed, not committed)
        :returns: those that have to be handed over one by one, as CKAN does it
        """
        return ids

    def index_new_dataset(self, dataset: str, context: Any) -> dict[str, Any]:
        """Note a dataset that the present transaction has made, and return it as `package_create` answers it.

        There is no neutral answer, so every implementation has this one.

        :param dataset: its id; its rows stand in the database (flushed, not committed)
        :param context: of the call of `package_create`
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dataset stands in a folded search.

    :param entry: what all datasets of one entry have in common
    :param first: the dataset is shown before the others of its entry, where it is found
    :param series: the series of the entry, where it is one
    """

    entry: str
    first: bool = False
    series: str | None = None


class IEntries(Interface):
    """A say in which datasets are one entry of a search, beside the rounds of a series."""

    def entries(self, ids: Sequence[str]) -> Mapping[str, Place]:
        """Return the places of those of these datasets that stand in an entry with others.

        Asked whenever datasets are indexed. When places change, send their ids by `regrouped`, inside the
        transaction of the change.
        """
        return {}


regrouped = tk.signals.ckanext.signal("migration:regrouped")
"""Sent with ``ids``: datasets whose places have changed, to be indexed again."""

outdated = tk.signals.ckanext.signal("migration:outdated")
"""Sent with ``ids``: datasets about which something that is kept elsewhere has changed. They may be many, so
they are indexed again by the search worker, after the transaction."""
