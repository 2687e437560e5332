"""The settings of the review."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def mails() -> bool:
    """Whether people are told by mail."""
    return bool(tk.asbool(tk.config["ckanext.migration.review.mails"]))
