"""What templates of the root plugin may ask for."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.pages import form


def migration_quality_of(package_id: str) -> dict[str, Any]:
    """Return the scores of a dataset for its page, each repair with its place in the form."""
    found = tk.get_action("migration_quality_show")({}, {"id": package_id})
    fields = {
        field["field_name"]: field
        for field in (tk.h.scheming_get_dataset_schema("dataset") or {}).get("dataset_fields", ())
    }
    for scale in ("migdcat", "mqa"):
        metrics = {metric["name"]: metric for metric in found[scale]["metrics"]}
        for metric in metrics.values():
            field = None if metric["of_resource"] else fields.get(metric["field"] or "")
            metric["target"] = form.target(field) if field else ""
        for repair in found[scale]["repairs"]:
            repair.update(metrics[repair["name"]])
    return found


def migration_quality_band(band: str) -> str:
    """Return what a band is called."""
    _ = tk._
    return {
        "excellent": _("Excellent"),
        "good": _("Good"),
        "sufficient": _("Sufficient"),
        "weak": _("Weak"),
    }[band]
