"""Nothing typed is lost: what the form of a dataset could not save is kept with it, for its writer alone.

A form that fails leaves what was typed in the dataset's `plugin_data`, which CKAN shows to nobody by itself;
the record as others see it is not touched. A new dataset whose form fails becomes a draft of what was good.
"""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration import shared
from ckanext.migration.logic import derived, visibility, windows
from migration_schemas.fields import every
from migration_schemas.kinds import DATASET, KINDS, kind_of

__all__ = [
    "migration_draft_discard",
    "migration_draft_keep",
    "migration_draft_list",
    "migration_draft_show",
]

log = logging.getLogger(__name__)

KEY = "migration_typed"
MOST_BYTES = 1024 * 1024
MOST = 100
ASIDE = frozenset({"private", "owner_org", "name"})
"""What the form has beside the fields of the profile."""

PACKAGES = model.Package.__table__


def migration_draft_keep(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Keep what was typed for a dataset without saving it; what was kept before is replaced.

    :param id: id or name of a dataset that the caller may edit
    :param fields: values by field, of any form
    :param errors: messages by field that go with them
    :returns: as `migration_draft_show`
    """
    tk.check_access("migration_draft_keep", context, data_dict)
    fields = tk.get_or_bust(data_dict, "fields")
    if not isinstance(fields, Mapping):
        raise tk.ValidationError({"fields": [tk._("Values by field are expected.")]})
    errors = data_dict.get("errors")
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "fields": _of_the_form(fields),
        "errors": json.loads(json.dumps(errors if isinstance(errors, Mapping) else {}, default=str)),
    }
    if len(json.dumps(entry)) > MOST_BYTES:
        raise tk.ValidationError({"fields": [tk._("This is too large to be kept.")]})
    package = _package(data_dict)
    _put(package.id, _user(context), entry)
    return {"id": package.id, "name": package.name, "kept": entry}


@tk.side_effect_free
def migration_draft_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show what the caller typed for a dataset and could not save.

    :param id: id or name of a dataset that the caller may edit
    :returns: ``id``, ``name``, ``kept``: None, or ``at`` (ISO 8601), ``fields`` and ``errors``
    """
    tk.check_access("migration_draft_show", context, data_dict)
    package = _package(data_dict)
    return {"id": package.id, "name": package.name, "kept": kept(package.id, _user(context))}


def migration_draft_discard(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Throw away what the caller typed for a dataset and could not save.

    :param id: id or name of a dataset that the caller may edit
    :returns: as `migration_draft_show`
    """
    tk.check_access("migration_draft_discard", context, data_dict)
    package = _package(data_dict)
    _put(package.id, _user(context), None)
    return {"id": package.id, "name": package.name, "kept": None}


@tk.side_effect_free
def migration_draft_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """List the caller's drafts, and datasets for which he typed what is not saved; the newest first.

    :param limit: at most 100 (default 20)
    :param offset: datasets skipped
    :returns: ``count`` and ``results``: ``id``, ``name``, ``type``, ``title``, ``organization`` (title),
        ``state``, ``modified``, ``violations`` (points to repair before publishing) and ``kept`` (ISO 8601 or
        None)
    """
    tk.check_access("migration_draft_list", context, data_dict)
    user = _user(context)
    typed = PACKAGES.c.plugin_data[KEY][user.id].astext
    mine = sa.and_(PACKAGES.c.state == "draft", PACKAGES.c.creator_user_id == user.id)
    query = (
        sa.select(PACKAGES.c.id)
        .where(PACKAGES.c.type.in_(KINDS), PACKAGES.c.state != model.State.DELETED)
        .where(sa.or_(mine, typed.isnot(None)))
        .order_by(PACKAGES.c.metadata_modified.desc(), PACKAGES.c.id)
    )
    ids = [found for found in model.Session.scalars(query) if _may_edit(context, found)]
    limit, offset = windows.window(data_dict, 20, MOST)
    page = ids[offset : offset + limit]
    return {"count": len(ids), "results": [_listed(found, user) for found in page]}


def kept(package_id: str, user: Any) -> dict[str, Any] | None:
    """Return what somebody typed for a dataset and could not save: ``at``, ``fields``, ``errors``."""
    query = sa.select(PACKAGES.c.plugin_data).where(PACKAGES.c.id == package_id)
    data = model.Session.execute(query).scalar() or {}
    return copy.deepcopy(data.get(KEY, {}).get(user.id)) if user else None


def forget(package_id: str, user_name: str | None) -> None:
    """Throw away what was typed, because it is saved now."""
    user = model.User.get(user_name) if user_name else None
    if user and kept(package_id, user):
        _put(package_id, user, None)


def after_error(context: Any, data_dict: dict[str, Any], error: tk.ValidationError) -> bool:
    """Keep a form that could not be saved, and say whether that was possible.

    A new dataset becomes a draft first; its id and name go into `data_dict`, for the form to go on.
    """
    asking = {"user": context.get("user"), "auth_user_obj": context.get("auth_user_obj")}
    fields, errors = _of_the_form(data_dict), error.error_dict
    kind = kind_of(data_dict)
    try:
        if not data_dict.get("id"):
            made = _drafted(asking, fields, errors, kind)
            data_dict["id"], data_dict["name"] = made["id"], made["name"]
        given = {"id": data_dict["id"], "fields": fields, "errors": errors}
        tk.get_action("migration_draft_keep")({**asking}, given)
    except (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound) as problem:
        model.Session.rollback()
        log.info("form.not-kept: %s", type(problem).__name__)
        return False
    return True


def _drafted(asking: dict[str, Any], fields: Mapping[str, Any], errors: Mapping[str, Any], kind: str) -> Any:
    """Create the draft; where nobody has checked the form, what is wrong is known after a first attempt."""
    try:
        return tk.get_action("package_create")({**asking, KEY: True}, draft_of(fields, errors, kind))
    except tk.ValidationError as error:
        wrong = {**errors, **error.error_dict}
    return tk.get_action("package_create")({**asking, KEY: True}, draft_of(fields, wrong, kind))


def draft_of(fields: Mapping[str, Any], errors: Mapping[str, Any], kind: str = DATASET) -> dict[str, Any]:
    """Return a draft of what is good in a form: without the fields that have messages, but with a title."""
    good = {name: value for name, value in fields.items() if name not in errors and value not in ("", [], {})}
    if not derived.main_text(good.get("title_translated")):
        good["title_translated"] = {derived.PREFERRED: tk._("Draft without a title")}
    return {**good, "type": kind, "state": "draft"}


def _of_the_form(values: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in every()} | ASIDE
    found = {name: value for name, value in values.items() if name in names}
    return dict(json.loads(json.dumps(found, default=str)))


def _put(package_id: str, user: Any, entry: dict[str, Any] | None) -> None:
    """Store or remove an entry past CKAN's object: it is no change of the dataset, nor of the index."""
    row = PACKAGES.c.id == package_id
    query = sa.select(PACKAGES.c.plugin_data).where(row).with_for_update()
    data = copy.deepcopy(dict(model.Session.execute(query).scalar() or {}))
    entries = {**data.pop(KEY, {}), user.id: entry}
    if left := {key: value for key, value in entries.items() if value}:
        data[KEY] = left
    model.Session.execute(sa.update(PACKAGES).where(row).values(plugin_data=data))
    model.Session.commit()


def _package(data_dict: Mapping[str, Any]) -> Any:
    package = model.Package.get(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset."))
    return package


def _user(context: Any) -> Any:
    user = model.User.get(context.get("user"))
    if user is None:
        raise tk.NotAuthorized(tk._("Log in to keep drafts."))
    return user


def _may_edit(context: Any, package_id: str) -> bool:
    asking = {"user": context["user"], "auth_user_obj": context.get("auth_user_obj")}
    try:
        return bool(tk.check_access("package_update", asking, {"id": package_id}))
    except tk.NotAuthorized:
        return False


def _listed(package_id: str, user: Any) -> dict[str, Any]:
    package = visibility.whole(package_id)
    typed = kept(package_id, user)
    return {
        "id": package["id"],
        "name": package["name"],
        "type": package["type"],
        "title": package.get("title") or package["name"],
        "organization": (package.get("organization") or {}).get("title") or "",
        "state": package["state"],
        "modified": package["metadata_modified"],
        "violations": len(shared.report(package).violations),
        "kept": typed["at"] if typed else None,
    }
