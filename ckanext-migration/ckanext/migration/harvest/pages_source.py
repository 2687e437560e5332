"""The pages on which a source is set up, and on which a feed is tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.harvest import access, forms
from ckanext.migration.harvest.views import blueprint, call, guarded, language


@blueprint.get("/new")
@guarded
def new() -> str:
    """Show the form of a new source; first the protocol is chosen."""
    organizations = _organizations()
    if not organizations:
        raise tk.NotAuthorized
    protocol = str(tk.request.args.get("protocol", ""))
    return _form({"protocol": protocol, "default_sensitivity": ""}, None, organizations)


@blueprint.post("/new")
@guarded
def create() -> Any:
    """Register a source."""
    return _save("source_create", None)


@blueprint.get("/<name>/edit")
@guarded
def edit(name: str) -> str:
    """Show the settings of a source as a form; the key of the partner is not among them."""
    found = call("source_show", id=name)
    if not tk.h.check_access("migration_harvest_source_update", {"id": name}):
        raise tk.NotAuthorized
    values = forms.filled(found, _options(found["protocol"]))
    return _form(values, found, _organizations())


@blueprint.post("/<name>/edit")
@guarded
def change(name: str) -> Any:
    """Keep the changed settings of a source."""
    return _save("source_update", call("source_show", id=name))


@blueprint.get("/test")
@guarded
def trial() -> str:
    """Show the form on which a feed is tried."""
    given = {"protocol": str(tk.request.args.get("protocol", ""))}
    return _trial(given, None, "")


@blueprint.post("/test")
@guarded
def tried() -> str:
    """Try a feed and say what would come of it; nothing is stored."""
    form = tk.request.form.to_dict()
    result, problem = None, ""
    try:
        data = forms.read(form, _options(form.get("protocol", "")))
        asked = {key: data.get(key) or "" for key in ("protocol", "url")}
        result = call(
            "feed_test", **asked, text=form.get("text", ""), options=data["options"], lang=language()
        )
    except tk.ValidationError as error:
        problem = _words(error)
    except ValueError as error:
        problem = _line(error)
    return _trial(form, result, problem)


def _trial(given: Mapping[str, Any], result: Any, problem: str) -> str:
    protocols = call("protocol_list", lang=language())
    extra = {"given": given, "result": result, "problem": problem, "protocols": protocols}
    extra["options"] = _options(str(given.get("protocol") or ""))
    return str(tk.render("migration/harvest/test.html", extra))


def _save(action: str, held: dict[str, Any] | None) -> Any:
    form = tk.request.form.to_dict()
    protocol = form.get("protocol") or (held or {}).get("protocol", "")
    key = {"id": held["name"]} if held else {}
    try:
        data = forms.read(form, _options(protocol))
        if held:
            data.pop("name", None)
            data = _without_unsaid_keys(data)
        saved = call(action, **key, **data)
    except tk.ValidationError as error:
        return _form(form, held, _organizations(), problem=_words(error))
    except tk.NotAuthorized as error:
        if not tk.current_user.is_authenticated or not str(error):
            raise
        return _form(form, held, _organizations(), problem=str(error))
    except ValueError as error:
        return _form(form, held, _organizations(), problem=_line(error))
    tk.h.flash_success(tk._("The settings are kept."))
    return tk.redirect_to("migration_harvest.source", name=saved["name"])


def _without_unsaid_keys(data: dict[str, Any]) -> dict[str, Any]:
    """Leave the credential as it is where nothing was typed: it is never shown, so it cannot be sent back."""
    return {key: value for key, value in data.items() if key != "credential" or value}


def _form(
    values: Mapping[str, Any],
    held: dict[str, Any] | None,
    organizations: list[dict[str, Any]],
    *,
    problem: str = "",
) -> str:
    protocol = str(values.get("protocol") or "")
    protocols = call("protocol_list", lang=language())
    chosen = next((one for one in protocols if one["name"] == protocol), None)
    extra = {
        "values": values,
        "source": held,
        "organizations": organizations,
        "protocols": protocols,
        "chosen": chosen,
        "options": (chosen or {}).get("options") or [],
        "levels": forms.levels(language()),
        "problem": problem,
        "everything": access.organizations({"user": tk.current_user.name}, access.MANAGE) is None,
    }
    return str(tk.render("migration/harvest/source_form.html", extra))


def _organizations() -> list[dict[str, Any]]:
    """List the organisations for which the reader may register sources."""
    found = tk.get_action("organization_list_for_user")(
        {"user": tk.current_user.name}, {"permission": access.MANAGE}
    )
    return sorted(found, key=lambda one: str(one["display_name"]).casefold())


def _options(protocol: str) -> list[dict[str, Any]]:
    found = (one["options"] for one in call("protocol_list", lang=language()) if one["name"] == protocol)
    return next(found, None) or []


def _words(error: tk.ValidationError) -> str:
    return "; ".join(str(text) for text in error.error_summary.values())


def _line(error: ValueError) -> str:
    return str(tk._("This line is not of the form “name = value”: {line}")).format(line=error)
