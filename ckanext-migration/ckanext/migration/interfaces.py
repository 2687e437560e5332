"""What other plugins may implement to have a say in the root plugin."""

from __future__ import annotations

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
