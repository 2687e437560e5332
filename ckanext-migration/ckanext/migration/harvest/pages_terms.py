"""The page of a source's crosswalk."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.harvest.views import PER_PAGE, blueprint, call, guarded, language
from migration_vocabularies import get

SHOWN = ("unmapped", "uncertain", "decided")


@blueprint.get("/<name>/terms")
@guarded
def terms(name: str) -> str:
    """List the words of a partner that nobody understood yet, or not for certain."""
    found = call("source_show", id=name)
    counts = {only: call("term_list", source=name, only=only, limit=1)["count"] for only in SHOWN}
    chosen = str(tk.request.args.get("show", ""))
    if chosen not in SHOWN:
        chosen = next((only for only in SHOWN if counts[only]), SHOWN[0])
    page = tk.h.get_page_number(tk.request.args)
    asked = {"only": chosen, "lang": language(), "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    listed = call("term_list", source=name, **asked)
    extra = {
        "source": found,
        "terms": listed["results"],
        "counts": counts,
        "chosen": chosen,
        "page": page,
        "more": listed["count"] > page * PER_PAGE,
        "lists": {row["vocabulary"]: _choices(row["vocabulary"]) for row in listed["results"]},
    }
    return tk.render("migration/harvest/terms.html", extra)


def _choices(vocabulary: str) -> list[tuple[str, str]]:
    lang = language()
    return sorted(
        ((one.code, one.label(lang)) for one in get(vocabulary)), key=lambda pair: pair[1].casefold()
    )


@blueprint.post("/<name>/terms/<term_id>")
@guarded
def decide(name: str, term_id: str) -> Any:
    """Keep what a person says that a word means."""
    code = str(tk.request.form.get("code", ""))
    decision = str(tk.request.form.get("decision") or "mapped")
    try:
        call("term_decide", id=term_id, decision=decision, code=code)
    except tk.ValidationError as error:
        tk.h.flash_error("; ".join(str(text) for text in error.error_summary.values()))
    else:
        tk.h.flash_success(tk._("Kept. The next run reads the records accordingly."))
    return tk.redirect_to("migration_harvest.terms", name=name, show=tk.request.args.get("show"))
