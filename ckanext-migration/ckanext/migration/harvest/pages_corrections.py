"""The page of the corrections that were made here to the records of a source."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.harvest.views import blueprint, guarded, settled, sorted_list

SHOWN = ("conflict", "open", "ended")


@blueprint.get("/<name>/corrections")
@guarded
def corrections(name: str) -> str:
    """List the corrections, conflicts first."""
    return tk.render(
        "migration/harvest/corrections.html", sorted_list("correction_list", name, SHOWN, otherwise="open")
    )


@blueprint.post("/<name>/corrections/<correction_id>")
@guarded
def settle(name: str, correction_id: str) -> Any:
    """Keep a reason, or decide between ours and theirs."""
    form, said = tk.request.form, tk._("Kept.")
    if take := str(form.get("take", "")):
        return settled(name, "corrections", said, "correction_resolve", id=correction_id, take=take)
    reason = str(form.get("reason", ""))
    return settled(name, "corrections", said, "correction_update", id=correction_id, reason=reason)
