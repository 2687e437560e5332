"""The token of each form that a browser sends, also where CKAN has lifted its check (threat DL-08)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import current_app


def before_request() -> None:
    """Check the token of a form.

    CKAN lifts its check from a page for the life of the process once anybody has called that page with an API
    token or without any log-in, so it cannot be relied on alone. Those two need no token: what they send is
    not sent by a browser that is logged in (CKAN marks both alike). What the API does is CKAN's to decide.
    """
    csrf = current_app.extensions.get("csrf")
    if not csrf or not current_app.config["WTF_CSRF_ENABLED"]:
        return
    if tk.request.blueprint == "api" or tk.g.get("login_via_auth_header") or tk.g.get("csrf_valid"):
        return
    csrf.protect()
