"""The page of the corrections that were made here to the records of a source."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.harvest.views import PER_PAGE, blueprint, call, guarded, language

SHOWN = ("conflict", "open", "ended")


@blueprint.get("/<name>/corrections")
@guarded
def corrections(name: str) -> str:
    """List the corrections, conflicts first."""
    found = call("source_show", id=name)
    counts = {only: call("correction_list", source=name, only=only, limit=1)["count"] for only in SHOWN}
    chosen = str(tk.request.args.get("show", ""))
    if chosen not in SHOWN:
        chosen = next((only for only in SHOWN if counts[only]), "open")
    page = tk.h.get_page_number(tk.request.args)
    asked = {"only": chosen, "lang": language(), "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    listed = call("correction_list", source=name, **asked)
    extra = {
        "source": found,
        "corrections": listed["results"],
        "counts": counts,
        "chosen": chosen,
        "page": page,
        "more": listed["count"] > page * PER_PAGE,
    }
    return tk.render("migration/harvest/corrections.html", extra)


@blueprint.post("/<name>/corrections/<correction_id>")
@guarded
def settle(name: str, correction_id: str) -> Any:
    """Keep a reason, or decide between ours and theirs."""
    take = str(tk.request.form.get("take", ""))
    try:
        if take:
            call("correction_resolve", id=correction_id, take=take)
        else:
            call("correction_update", id=correction_id, reason=str(tk.request.form.get("reason", "")))
    except tk.ValidationError as error:
        tk.h.flash_error("; ".join(str(text) for text in error.error_summary.values()))
    else:
        tk.h.flash_success(tk._("Kept."))
    return tk.redirect_to("migration_harvest.corrections", name=name, show=tk.request.args.get("show"))
