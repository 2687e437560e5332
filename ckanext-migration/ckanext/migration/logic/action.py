"""Actions of the root plugin; a page shows what an action answers, never more."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.logic import (
    creating,
    derived,
    drafts,
    former,
    forms,
    needs,
    publishing,
    visibility,
)
from ckanext.migration.logic.bulk import migration_bulk_template, migration_bulk_upload
from ckanext.migration.logic.faceting import migration_facet_values
from ckanext.migration.logic.identity import migration_dataset_find
from ckanext.migration.logic.repairing import migration_repair
from ckanext.migration.logic.scanning import migration_search_scan
from ckanext.migration.logic.similar import migration_dataset_similar
from ckanext.migration.logic.validating import migration_validate
from ckanext.migration.logic.widening import migration_search_widen
from ckanext.migration.pages import drafts as draft_pages
from ckanext.migration.pages import moved, rounds

__all__ = [
    "current_package_list_with_resources",
    "dataset_followee_list",
    "migration_bulk_template",
    "migration_bulk_upload",
    "migration_dataset_find",
    "migration_dataset_similar",
    "migration_dataset_validate",
    "migration_facet_values",
    "migration_repair",
    "migration_search_scan",
    "migration_search_widen",
    "migration_validate",
    "package_create",
    "package_search",
    "package_show",
    "package_update",
]

Action = Callable[[Any, dict[str, Any]], Any]


@tk.side_effect_free
def migration_dataset_validate(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Check a dataset against the profile and return the report.

    :param id: the id or name of a dataset that the caller may read
    :param lang: language of the messages, two letters (default: the caller's)
    :returns: ``conforms``, ``findings`` and counts, as ``Report.as_dict``
    """
    package_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("migration_dataset_validate", context, {"id": package_id})
    package = visibility.whole(package_id)
    answer = visibility.report(context, package).as_dict(
        str(data_dict.get("lang") or publishing.language())[:2]
    )
    return {**answer, "id": package["id"], "name": package["name"]}


@tk.chained_action
def package_create(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """Complete what follows from other values, then create and report errors of resources in their place."""
    prepare_new(context, data_dict)
    return _saved(partial(creating.create, original), context, data_dict)


def prepare_new(context: Any, data_dict: dict[str, Any]) -> None:
    """Complete a new dataset in place, and note in the context what its validation has to know."""
    needs.refuse_resources(data_dict)
    forms.structure(data_dict)
    if data_dict.get("state") == "draft":
        # CKAN takes a draft from its own form only, and publishes it else
        context["allow_state_change"] = True
    context[publishing.NEW_ID] = derived.fill(data_dict, None, _taken(context))
    context[publishing.RESOURCE_ERRORS] = {}


@tk.chained_action
def package_update(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """As for creating; remembers what is stored, because CKAN validates only what a save changes."""
    forms.structure(data_dict)
    stored = _stored(context, data_dict)
    if stored is not None:
        needs.refuse_resources({**data_dict, "type": stored.get("type")})
        context["original_package"] = stored
        context[publishing.STORED] = stored
        context[publishing.INCOMING] = data_dict.get("resources")
        derived.fill(data_dict, stored, _taken(context))
    return _saved(original, context, data_dict)


def _saved(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    # CKAN hands a copy of the context to validators: what they say must go into an object that both share.
    context[publishing.RESOURCE_ERRORS] = {}
    of_form = draft_pages.is_form() and not context.pop(drafts.KEY, None)
    try:
        saved = original(context, data_dict)
    except tk.ValidationError as error:
        told = publishing.explain(error, context, data_dict)
        if of_form:
            drafts.after_error(context, data_dict, told)
        raise told from error
    if of_form:
        drafts.forget(str(data_dict.get("id") or ""), context.get("user"))
    return saved


def _stored(context: Any, data_dict: dict[str, Any]) -> dict[str, Any] | None:
    """Return the package before the save, or None where CKAN itself has to say that there is none."""
    known = context.get("original_package")
    if known:
        return known
    try:
        return tk.get_action("package_show")(
            {"user": context.get("user"), "ignore_auth": True, "for_update": True},
            {"id": data_dict.get("id") or data_dict.get("name")},
        )
    except (tk.ObjectNotFound, tk.ValidationError):
        return None


def _taken(context: Any) -> Callable[[str], bool]:
    """Whether a name is in use, or an address with it leads to a dataset."""
    return lambda name: context["model"].Package.get(name) is not None or former.holder(name) is not None


@tk.side_effect_free
@tk.chained_action
def package_show(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """Show a dataset without the fields that the caller may not read."""
    try:
        package = original(context, data_dict)
    except tk.ObjectNotFound:
        package = _by_former_name(original, context, data_dict)
    if context.get("for_edit"):
        draft_pages.overlay(context, package)
    if not visibility.may_read_all(context):
        visibility.trim(package)
    return package


def _by_former_name(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """Show the dataset that had a name before; a page is led to its present address instead."""
    lookup = not (context.get("for_update") or publishing.is_page())
    name = moved.present(str(data_dict.get("id")), dict(context)) if lookup else None
    if name is None:
        raise tk.ObjectNotFound
    return original(context, {**data_dict, "id": name})


@tk.side_effect_free
@tk.chained_action
def current_package_list_with_resources(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """As for searching: CKAN answers this one past the action `package_search`."""
    return _trimmed(original, context, data_dict)


@tk.side_effect_free
@tk.chained_action
def dataset_followee_list(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """As for searching: CKAN shows the datasets that somebody follows past `package_show`."""
    return _trimmed(original, context, data_dict)


def _trimmed(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    packages = original(context, data_dict)
    if not visibility.may_read_all(context):
        visibility.trim_all(packages)
    return packages


@tk.side_effect_free
@tk.chained_action
def package_search(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """Leave out what the caller may not read, and keep what was told beside the hits at hand for the page."""
    with contextlib.suppress(RuntimeError):  # no page, no request
        rounds.ask(context, data_dict)
    answer = original(context, data_dict)
    if not visibility.may_read_all(context):
        visibility.trim_all(answer["results"])
    with contextlib.suppress(RuntimeError):  # as above
        if context.get("for_view"):
            tk.g.migration_results, tk.g.migration_folded = answer["results"], answer.get("folded")
        if answer.get("highlighting"):
            tk.g.migration_highlighting = answer["highlighting"]
        if answer.get("reasons"):
            tk.g.migration_reasons = answer["reasons"]
        if answer.get("choices"):
            tk.g.migration_choices = answer["choices"]
        if "corridors" in answer:
            tk.g.migration_corridors = answer["corridors"]
        if not hasattr(tk.g, "migration_related"):  # of the page's own search, not of wider ones after it
            tk.g.migration_related = answer.get("related") or []
            tk.g.migration_spelling = answer.get("spelling")
    return answer
