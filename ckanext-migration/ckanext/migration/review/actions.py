"""Actions of the review. The pages do nothing that these do not."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration import shared
from ckanext.migration.logic import visibility, windows
from ckanext.migration.logic.publishing import as_errors
from ckanext.migration.review import auth, mails, steps

__all__ = [
    "migration_review_approve",
    "migration_review_list",
    "migration_review_policy_show",
    "migration_review_policy_update",
    "migration_review_return",
    "migration_review_show",
    "migration_review_submit",
    "migration_review_withdraw",
]

MOST = 100
NOTE_LENGTH = 2000
STATES = (*steps.OPEN, steps.WITHDRAWN, steps.APPROVED, steps.PUBLISHED)


def migration_review_submit(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Submit a draft or private dataset for review; it must meet the profile.

    :param id: id or name of the dataset
    :param note: what the reviewers should know
    :returns: as `migration_review_show`
    """
    package = _begun("migration_review_submit", context, data_dict)
    if not steps.required(package.owner_org):
        raise _invalid(tk._("This agency publishes without a review: publish the dataset."))
    if _public(package):
        raise _invalid(tk._("This dataset is public already."))
    if steps.newest(package.id) == steps.SUBMITTED:
        raise _invalid(tk._("This dataset is waiting for its review already."))
    errors = as_errors(shared.report(visibility.whole(package.id)))
    if errors:
        raise tk.ValidationError(errors)
    _step(context, package, steps.SUBMITTED, _note(data_dict))
    mails.submitted(package)
    return _shown(context, package)


def migration_review_withdraw(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take a submitted dataset back.

    :param id: id or name of the dataset
    :returns: as `migration_review_show`
    """
    package = _begun("migration_review_withdraw", context, data_dict)
    _must_wait(package)
    _step(context, package, steps.WITHDRAWN, _note(data_dict))
    return _shown(context, package)


def migration_review_return(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Give a submitted dataset back to those who work on it.

    :param id: id or name of the dataset
    :param note: what has to be done before it can be published; needed
    :returns: as `migration_review_show`
    """
    package = _begun("migration_review_return", context, data_dict)
    _must_wait(package)
    note = _note(data_dict)
    if not note:
        raise tk.ValidationError({"note": [tk._("Say what has to be done before it can be published.")]})
    _step(context, package, steps.RETURNED, note)
    mails.decided(package)
    return _shown(context, package)


def migration_review_approve(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Approve a submitted dataset and make it public.

    :param id: id or name of the dataset
    :param note: a word to those who work on it
    :param version: `version` of `migration_review_show` when the reviewer read the dataset; refused where it
        was changed since
    :returns: as `migration_review_show`
    """
    package = _begun("migration_review_approve", context, data_dict)
    _must_wait(package)
    seen = data_dict.get("version")
    if seen and seen != _version(package):
        raise _invalid(tk._("The dataset was changed after you opened it. Read it again, then decide."))
    steps.add(package, steps.APPROVED, _user_id(context), _note(data_dict))
    asking = {"user": context.get("user"), "auth_user_obj": context.get("auth_user_obj")}
    try:  # CKAN's action commits the step and the dataset together
        tk.get_action("package_patch")(asking, {"id": package.id, "state": "active", "private": False})
    except Exception:
        model.Session.rollback()
        raise
    mails.decided(package)
    return _shown(context, package)


@tk.side_effect_free
def migration_review_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show where a dataset stands in the review.

    :param id: id or name of the dataset
    :returns: ``id``, ``name``, ``required`` (its agency wants a review), ``state`` (submitted, returned
        or None), ``public``, ``may_decide`` (the caller reviews it), ``version``, ``changed_since`` (the
        newest step), and ``history``: of each step ``step``, ``by``, ``at`` (ISO 8601), ``note``, ``version``
    """
    tk.check_access("migration_review_show", context, data_dict)
    return _shown(context, _package(data_dict))


@tk.side_effect_free
def migration_review_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """List the datasets that wait for a review by the caller, the longest waiting first.

    :param organization: id or name of one agency (default: all for which the caller reviews)
    :param state: `submitted` (default) or `returned`
    :param limit: at most 100 (default 50)
    :param offset: datasets skipped
    :returns: ``count`` and ``results``: ``id``, ``name``, ``title``, ``organization``, ``step``, ``by``,
        ``at``, ``note`` and ``changed_since``
    """
    tk.check_access("migration_review_list", context, data_dict)
    state = str(data_dict.get("state") or steps.SUBMITTED)
    if state not in steps.OPEN:
        raise tk.ValidationError({"state": [tk._("One of: {names}").format(names=", ".join(steps.OPEN))]})
    if data_dict.get("organization"):
        agencies = [model.Group.get(data_dict["organization"]).id]
    else:
        agencies = auth.agencies(context)
    count, rows = steps.waiting(agencies, [state], *windows.window(data_dict, 50, MOST))
    return {"count": count, "results": rows}


@tk.side_effect_free
def migration_review_policy_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tell whether an agency wants its datasets reviewed before they are public.

    :param id: id or name of the agency
    :returns: ``id``, ``name`` and ``required``
    """
    tk.check_access("migration_review_policy_show", context, data_dict)
    return _policy(model.Group.get(data_dict["id"]))


def migration_review_policy_update(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say whether an agency wants its datasets reviewed before they are public.

    :param id: id or name of the agency
    :param required: true or false
    :returns: as `migration_review_policy_show`
    """
    tk.check_access("migration_review_policy_update", context, data_dict)
    group = model.Group.get(data_dict["id"])
    if group is None or not group.is_organization:
        raise tk.ObjectNotFound(tk._("There is no such agency."))
    try:
        wanted = tk.asbool(tk.get_or_bust(data_dict, "required"))
    except ValueError as error:
        raise tk.ValidationError({"required": [tk._("Give true or false.")]}) from error
    steps.require(group.id, wanted, _user_id(context))
    model.Session.commit()
    return _policy(group)


def _policy(group: Any) -> dict[str, Any]:
    return {"id": group.id, "name": group.name, "required": steps.required(group.id)}


def _package(data_dict: dict[str, Any]) -> Any:
    package = model.Package.get(tk.get_or_bust(data_dict, "id"))
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset."))
    return package


def _begun(action: str, context: Any, data_dict: dict[str, Any]) -> Any:
    """Check the permission, hold the dataset, and return it as it is now."""
    tk.check_access(action, context, data_dict)
    package = _package(data_dict)
    if package.state == model.State.DELETED:
        raise tk.ObjectNotFound(tk._("There is no such dataset."))
    steps.lock(package.id)
    model.Session.refresh(package)
    return package


def _must_wait(package: Any) -> None:
    if _public(package) or steps.newest(package.id) != steps.SUBMITTED:
        raise _invalid(tk._("This dataset is not waiting for a review."))


def _step(context: Any, package: Any, step: str, note: str) -> None:
    steps.add(package, step, _user_id(context), note)
    model.Session.commit()


def _invalid(message: str) -> tk.ValidationError:
    model.Session.rollback()  # lets go of the dataset
    return tk.ValidationError({"message": [message]})


def _public(package: Any) -> bool:
    return package.state == "active" and not package.private


def _note(data_dict: dict[str, Any]) -> str:
    note = str(data_dict.get("note") or "").strip()
    if len(note) > NOTE_LENGTH:
        message = tk._("At most {number} characters.").format(number=NOTE_LENGTH)
        raise tk.ValidationError({"note": [message]})
    return note


def _user_id(context: Any) -> str | None:
    user = model.User.get(context.get("user"))
    return user.id if user else None


def _version(package: Any) -> str | None:
    return package.metadata_modified.isoformat() if package.metadata_modified else None


def _shown(context: Any, package: Any) -> dict[str, Any]:
    history = steps.history(package.id)
    last = history[-1] if history else None
    state = last["step"] if last and last["step"] in steps.OPEN and not _public(package) else None
    return {
        "id": package.id,
        "name": package.name,
        "required": steps.required(package.owner_org),
        "state": state,
        "public": _public(package),
        "may_decide": auth.reviews(context, package.owner_org),
        "version": _version(package),
        "changed_since": bool(last) and last["version"] != _version(package),
        "history": history,
    }
