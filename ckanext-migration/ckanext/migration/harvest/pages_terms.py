"""The page of a source's crosswalk."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.harvest.views import blueprint, guarded, language, settled, sorted_list
from migration_vocabularies import get

SHOWN = ("unmapped", "uncertain", "decided")


@blueprint.get("/<name>/terms")
@guarded
def terms(name: str) -> str:
    """List the words of a partner that nobody understood yet, or not for certain."""
    shown = sorted_list("term_list", name, SHOWN, otherwise=SHOWN[0])
    lists = {row["vocabulary"]: _choices(row["vocabulary"]) for row in shown["rows"]}
    return tk.render("migration/harvest/terms.html", {**shown, "lists": lists})


def _choices(vocabulary: str) -> list[tuple[str, str]]:
    lang = language()
    return sorted(
        ((one.code, one.label(lang)) for one in get(vocabulary)), key=lambda pair: pair[1].casefold()
    )


@blueprint.post("/<name>/terms/<term_id>")
@guarded
def decide(name: str, term_id: str) -> Any:
    """Keep what a person says that a word means."""
    form, said = tk.request.form, tk._("Kept. The next run reads the records accordingly.")
    given = {"decision": str(form.get("decision") or "mapped"), "code": str(form.get("code", ""))}
    return settled(name, "terms", said, "term_decide", id=term_id, **given)
