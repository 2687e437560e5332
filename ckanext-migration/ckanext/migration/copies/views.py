"""The page of the copies: proposals with both records side by side, and what was decided."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.migration.copies.model import STATES

__all__ = ["migration_copies"]

migration_copies = Blueprint("migration_copies", __name__)

PAGE = 10


@migration_copies.get("/migration/copies")
def index() -> Any:
    """List proposals, or what was decided."""
    chosen = str(tk.request.args.get("show", ""))
    try:
        counts = {each: _list(state=each, limit=0)["count"] for each in STATES}
        chosen = chosen if chosen in STATES else next((each for each in STATES if counts[each]), STATES[0])
        page = tk.h.get_page_number(tk.request.args)
        listed = _list(state=chosen, limit=PAGE, offset=(page - 1) * PAGE)
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    for pair in listed["results"]:
        pair["records"] = [tk.get_action("package_show")({}, {"id": each["id"]}) for each in pair["datasets"]]
    extra = {
        "pairs": listed["results"],
        "counts": counts,
        "chosen": chosen,
        "page": page,
        "more": listed["count"] > page * PAGE,
    }
    return tk.render("migration/copies/index.html", extra)


@migration_copies.post("/migration/copies/<pair_id>")
def decide(pair_id: str) -> Any:
    """Keep what a person decided, or take it back."""
    form = tk.request.form
    decision = str(form.get("decision", ""))
    try:
        if decision == "undo":
            tk.get_action("migration_copies_undo")({}, {"id": pair_id})
        else:
            given = {"id": pair_id, "decision": decision, "lead": form.get("lead")}
            tk.get_action("migration_copies_decide")({}, given)
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    except tk.ValidationError as error:
        tk.h.flash_error("; ".join(str(text) for text in error.error_summary.values()))
    else:
        tk.h.flash_success(_done(decision))
    return tk.redirect_to("migration_copies.index", show=tk.request.args.get("show"))


def _done(decision: str) -> str:
    _ = tk._
    return {
        "same": _("Kept. A search shows both as one dataset."),
        "derived": _("Kept. The pages of both name each other."),
        "different": _("Kept. The pair is not proposed again."),
        "undo": _("Taken back: both records stand alone again."),
    }[decision]


def _list(**asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = tk.get_action("migration_copies_list")({}, asked)
    return found
