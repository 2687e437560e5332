"""What other plugins may implement to have a say in the root plugin."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

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
