"""My drafts; and the form of somebody whose log-in ended while he wrote, which is kept."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ckanext.migration.logic import drafts, forms, publishing
from migration_schemas.kinds import KINDS

__all__ = ["migration_drafts"]

migration_drafts = Blueprint("migration_drafts", __name__)

PAGE = 20
FORMS = frozenset(f"{kind}.{page}" for kind in KINDS for page in ("new", "edit"))
WRITTEN_BY = "migration_written_by"
SECONDS = 12 * 3600


@migration_drafts.get("/migration/drafts")
def mine() -> Any:
    """Show the reader's drafts."""
    page = tk.h.get_page_number(tk.request.args)
    try:
        found = tk.get_action("migration_draft_list")({}, {"limit": PAGE, "offset": (page - 1) * PAGE})
    except tk.NotAuthorized:
        return tk.redirect_to("user.login", came_from=tk.h.url_for("migration_drafts.mine"))
    more = found["count"] > page * PAGE
    return tk.render("migration/drafts.html", {"drafts": found, "page": page, "more": more})


@migration_drafts.post("/dataset/<name>/typed/discard")
def discard(name: str) -> Any:
    """Throw away what the reader typed and could not save."""
    try:
        found = tk.get_action("migration_draft_discard")({}, {"id": name})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Dataset not found or you have no permission to view it"))
    tk.h.flash_notice(tk._("What you had typed is gone; the form shows the record as it is saved."))
    return tk.redirect_to("dataset.edit", id=found["name"])


def is_form() -> bool:
    """Whether the form of a dataset is being sent."""
    try:
        return tk.request.method == "POST" and tk.request.endpoint in FORMS
    except RuntimeError:
        return False


def overlay(context: Any, package: dict[str, Any]) -> None:
    """Show in the form what the reader typed last; the page of the dataset shows what is saved."""
    user = model.User.get(context.get("user")) if publishing.is_page() else None
    if user and (typed := drafts.kept(package["id"], user)):
        package.update(typed["fields"])


def token() -> str:
    """Return what proves who wrote a form, for the form; nothing where nobody is logged in."""
    user = tk.current_user
    return str(_serializer().dumps(user.id)) if user.is_authenticated else ""


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(tk.config["SECRET_KEY"], salt=WRITTEN_BY)


def before_request() -> Any:
    """Keep a form that comes without a log-in but with the proof of who wrote it, then ask for the log-in.

    Runs before CKAN's check of the CSRF token, which ended together with the session. The proof allows one
    thing: to add to what its owner himself can read and throw away.
    """
    if not is_form() or tk.current_user.is_authenticated:
        return None
    user = _writer(tk.request.form.get(WRITTEN_BY, ""))
    if user is None:
        return None
    typed: dict[str, Any] = {}
    for name in tk.request.form:
        values = tk.request.form.getlist(name)
        typed[name] = values if len(values) > 1 else values[0]
    package_id = (tk.request.view_args or {}).get("id") or typed.get("pkg_name")
    typed["id"] = package_id or None
    typed["type"] = kind = str(tk.request.endpoint).partition(".")[0]
    forms.structure(typed)
    context = {"user": user.name, "auth_user_obj": user}
    if not drafts.after_error(context, typed, tk.ValidationError({})):
        return None
    address = tk.h.url_for(f"{kind}.edit", id=typed["id"])
    return tk.redirect_to("user.login", came_from=address)


def _writer(signed: str) -> Any:
    try:
        user = model.User.get(_serializer().loads(signed, max_age=SECONDS))
    except BadSignature:
        return None
    return user if user and user.state == model.State.ACTIVE else None
