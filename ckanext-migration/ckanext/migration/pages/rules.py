"""Pages of the rules: what each asks, why, a right and a wrong example, how to mend."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.migration.pages import words
from migration_schemas import shapes

__all__ = ["migration_rules"]

migration_rules = Blueprint("migration_rules", __name__, url_prefix="/migration/rule")


@migration_rules.get("/")
def index() -> Any:
    """Show all rules by layer."""
    found = tk.get_action("migration_rule_list")({}, {"lang": words.profile_language()})
    layers = [
        (layers_of()[layer], [rule for rule in found if rule["layer"] == layer]) for layer in shapes.LAYERS
    ]
    return tk.render("migration/rules/index.html", {"layers": layers})


@migration_rules.get("/<rule_id>")
def rule(rule_id: str) -> Any:
    """Show the guidance to one rule, with the other rules of its field."""
    try:
        found = tk.get_action("migration_rule_show")({}, {"id": rule_id, "lang": words.profile_language()})
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error.message))
    every = tk.get_action("migration_rule_list")({}, {"lang": words.profile_language()})
    place = (found["field"], found["of_resource"])
    others = [
        each for each in every if (each["field"], each["of_resource"]) == place and each["id"] != found["id"]
    ]
    extra = {"rule": found, "others": others, "layer": layers_of()[found["layer"]]}
    return tk.render("migration/rules/rule.html", extra)


def layers_of() -> dict[str, str]:
    """Return what each layer of rules is called."""
    return {
        "core": tk._("Needed to publish"),
        "do-no-harm": tk._("Do no harm"),
        "recommended": tk._("Recommended"),
        "exemplary": tk._("Even better"),
    }
