"""Pages of the review: where a dataset stands, and what waits for a reviewer."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.migration import shared
from ckanext.migration.logic import visibility

__all__ = ["migration_review"]

migration_review = Blueprint("migration_review", __name__)

PAGE = 20
DECISIONS = ("submit", "withdraw", "return", "approve")


@migration_review.get("/dataset/<name>/review")
def dataset(name: str) -> Any:
    """Show where a dataset stands, its history, and what the reader may do."""
    return _dataset(name)


def _dataset(name: str, error: str = "", note: str = "", status: int = 200) -> Any:
    try:
        package = tk.get_action("package_show")({"for_view": True}, {"id": name})
        review = tk.get_action("migration_review_show")({}, {"id": package["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Dataset not found or you have no permission to view it"))
    report = shared.report(visibility.whole(package["id"]))
    found = {
        "pkg_dict": package,
        "review": review,
        "may_edit": True,  # nobody else is shown where a dataset stands
        "violations": len(report.violations),
        "warnings": len(report.warnings),
        "error": error,
        "note": note,
    }
    return tk.render("migration/review/dataset.html", found), status


@migration_review.post("/dataset/<name>/review")
def decide(name: str) -> Any:
    """Take one step; a refusal keeps the note that was written."""
    decision, note = tk.request.form.get("decision", ""), tk.request.form.get("note", "")
    if decision not in DECISIONS:
        return tk.abort(400, tk._("There is no such decision."))
    given = {"id": name, "note": note, "version": tk.request.form.get("version")}
    try:
        found = tk.get_action(f"migration_review_{decision}")({}, given)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("Dataset not found or you have no permission to view it"))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    except tk.ValidationError as error:
        return _dataset(name, _words(error), note, 409)
    tk.h.flash_success(_done(decision))
    endpoint = "dataset.read" if decision == "approve" else "migration_review.dataset"
    key = "id" if decision == "approve" else "name"
    return tk.redirect_to(endpoint, **{key: found["name"]})


def _words(error: tk.ValidationError) -> str:
    own = [*error.error_dict.get("message", ()), *error.error_dict.get("note", ())]
    if own:
        return " ".join(own)
    return tk._("The record does not meet the profile yet: see its quality page for what to repair.")


def _done(decision: str) -> str:
    _ = tk._
    return {
        "submit": _("Submitted: the reviewers of the agency see it in their list."),
        "withdraw": _("Taken back: it no longer waits for a review."),
        "return": _("Returned: its editors see your note."),
        "approve": _("The dataset is published."),
    }[decision]


@migration_review.get("/migration/review")
def waiting() -> Any:
    """Show what waits for the reader in all agencies for which he reviews."""
    return _list(None)


@migration_review.get("/organization/<name>/review")
def agency(name: str) -> Any:
    """Show what waits in one agency, and whether the agency wants a review."""
    try:
        group = tk.get_action("organization_show")(
            {}, {"id": name, "include_users": False, "include_groups": False, "include_extras": False}
        )
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such agency."))
    return _list(group)


def _list(group: dict[str, Any] | None) -> Any:
    page = tk.h.get_page_number(tk.request.args)
    given: dict[str, Any] = {"organization": group["id"]} if group else {}
    paged = {**given, "limit": PAGE, "offset": (page - 1) * PAGE}
    try:
        submitted = tk.get_action("migration_review_list")({}, paged)
        returned = tk.get_action("migration_review_list")({}, {**given, "state": "returned", "limit": PAGE})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You do not review for this agency."))
    found = {
        "submitted": submitted,
        "returned": returned,
        "group_dict": group,
        "policy": tk.h.migration_review_policy(group["id"]) if group else None,
        "page": page,
        "more": submitted["count"] > page * PAGE,
    }
    return tk.render("migration/review/list.html", found)


@migration_review.post("/organization/<name>/review")
def policy(name: str) -> Any:
    """Say whether the agency wants a review."""
    given = {"id": name, "required": tk.request.form.get("required") == "true"}
    try:
        found = tk.get_action("migration_review_policy_update")({}, given)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such agency."))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    tk.h.flash_success(
        tk._("From now on the administrators review before anything is public.")
        if found["required"]
        else tk._("From now on editors publish without a review.")
    )
    return tk.redirect_to("migration_review.agency", name=found["name"])
