"""The page between a dataset with terms of use and its data: whoever has not agreed yet reads and agrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, session

import migration_schemas
from ckanext.migration.logic import conditions
from ckanext.migration.logic.publishing import language

__all__ = ["migration_conditions"]

migration_conditions = Blueprint("migration_conditions", __name__)

AGREED = "migration_agreed"
"""What a reader without an account has agreed to, in his session: id of the dataset -> version."""
REMEMBERED = 50
ADDRESS = "/dataset/<name>/terms-of-use/<resource_id>/<any(url,download_url):what>"
NOT_FOUND = "Dataset not found or you have no permission to view it"


def link(package: Mapping[str, Any], resource: Mapping[str, Any], what: str) -> str:
    """Return where a page leads for the data: past the terms of use, where there are any.

    :param what: ``url`` or ``download_url``
    """
    address = str(resource.get(what) or "")
    if not (address and tk.h.is_url(address) and resource.get("id") and conditions.texts(package)):
        return address
    given = {"name": package["name"], "resource_id": resource["id"], "what": what}
    return str(tk.h.url_for("migration_conditions.show", **given))


@migration_conditions.get(ADDRESS)
def show(name: str, resource_id: str, what: str) -> Any:
    """Lead to the data whoever has agreed, or where nothing has to be agreed to; else show the terms."""
    terms, address = _found(name, resource_id, what)
    now = terms["version"]
    held = session.get(AGREED, {}).get(terms["id"])
    if now is None or terms["agreed"] or (not tk.current_user.is_authenticated and held == now):
        return _led(address)
    terms["agreed_before"] = terms["agreed_before"] or bool(held)
    return _page(terms, resource_id, what)


@migration_conditions.post(ADDRESS)
def agree(name: str, resource_id: str, what: str) -> Any:
    """Keep that somebody agreed, and lead him to the data."""
    terms, address = _found(name, resource_id, what)
    given = {"id": terms["id"], "version": tk.request.form.get("version", "")}
    try:
        tk.get_action("migration_conditions_agree")({}, given)
    except tk.ValidationError as error:
        reasons = " ".join(str(text) for text in error.error_summary.values())
        return _page(terms, resource_id, what, reasons), 409
    if not tk.current_user.is_authenticated:
        kept = list(session.get(AGREED, {}).items())[-REMEMBERED + 1 :]
        session[AGREED] = {**dict(kept), terms["id"]: given["version"]}
    return _led(address)


def _found(name: str, resource_id: str, what: str) -> tuple[dict[str, Any], str]:
    """Return the terms and the address of the data, or end as for an unknown dataset."""
    try:
        package = tk.get_action("package_show")({}, {"id": name})
        terms = tk.get_action("migration_conditions_show")({}, {"id": package["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._(NOT_FOUND))
    rows = (row for row in package.get("resources") or () if row["id"] == resource_id)
    address = str(next(rows, {}).get(what) or "")
    if not tk.h.is_url(address):
        return tk.abort(404, tk._(NOT_FOUND))
    return terms, address


def _led(address: str) -> Any:
    response = tk.redirect_to(address)
    response.headers["Cache-Control"] = "no-store"  # the terms may change
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(terms: dict[str, Any], resource_id: str, what: str, problem: str = "") -> str:
    package = tk.get_action("package_show")({"for_view": True}, {"id": terms["id"]})
    extra = {
        "pkg_dict": package,
        "heading": migration_schemas.load("dataset").field(conditions.FIELD).label(language()),
        "terms": terms,
        "text": tk.h.migration_text(terms["texts"]),
        "action": tk.h.url_for(
            "migration_conditions.agree", name=package["name"], resource_id=resource_id, what=what
        ),
        "problem": problem,
    }
    return tk.render("migration/conditions.html", extra)
