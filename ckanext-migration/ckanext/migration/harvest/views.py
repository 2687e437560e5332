"""The pages of the harvest. They show what the actions answer; a source of others is "not found"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.migration.harvest.reasons import in_words

P = ParamSpec("P")

PER_PAGE = 25
TABS = ("failed", "invalid", "warnings", "written", "gone")

blueprint = Blueprint("migration_harvest", __name__, url_prefix="/migration/harvest")


def call(action: str, **data: Any) -> Any:
    """Call an action of the harvest as the reader of the page."""
    return tk.get_action(f"migration_harvest_{action}")({"user": tk.current_user.name}, data)


def guarded(view: Callable[P, Any]) -> Callable[P, Any]:
    """Hide what the caller may not see, and say why an action was refused."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return view(*args, **kwargs)
        except tk.NotAuthorized:
            if tk.current_user.is_anonymous:
                return tk.abort(403, tk._("Log in to see the harvest sources of your organisation."))
            return tk.abort(404, tk._("Not found"))
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("Not found"))

    return wrapped


@blueprint.get("/")
@guarded
def index() -> str:
    """List the sources that the caller may see."""
    may_register = bool(tk.h.check_access("migration_harvest_source_create", {}))
    extra = {"sources": call("source_list"), "may_register": may_register}
    return tk.render("migration/harvest/index.html", extra)


@blueprint.get("/<name>")
@guarded
def source(name: str) -> str:
    """Show one source and its runs."""
    page = tk.h.get_page_number(tk.request.args)
    found = call("source_show", id=name)
    listed = call("run_list", source=name, limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE)
    extra = {
        "source": found,
        "runs": listed[:PER_PAGE],
        "page": page,
        "more": len(listed) > PER_PAGE,
        "may_manage": _may("source_update", name),
    }
    return tk.render("migration/harvest/source.html", extra)


@blueprint.get("/run/<run_id>")
@guarded
def run(run_id: str) -> str:
    """Show one run: progress, figures, failures, findings and changes."""
    found = call("run_show", id=run_id)
    counts = {tab: call("record_list", run=found["id"], only=tab, limit=1)["count"] for tab in TABS}
    chosen = str(tk.request.args.get("show", ""))
    if chosen not in TABS:
        chosen = next((tab for tab in TABS if counts[tab]), "written")
    page = tk.h.get_page_number(tk.request.args)
    records = call(
        "record_list",
        run=found["id"],
        only=chosen,
        limit=PER_PAGE,
        offset=(page - 1) * PER_PAGE,
        lang=language(),
    )
    extra = {
        "run": found,
        "source": call("source_show", id=found["source"]),
        "counts": counts,
        "chosen": chosen,
        "records": records["results"],
        "page": page,
        "more": records["count"] > page * PER_PAGE,
        "may_manage": _may("run_approve", found["id"]),
        "reasons": reasons(found),
    }
    return tk.render("migration/harvest/run.html", extra)


@blueprint.get("/<name>/raw")
@guarded
def raw(name: str) -> Response:
    """Hand out a partner's reply as a file of plain text that no browser will run (CF-04)."""
    found = call("record_show", source=name, remote_id=str(tk.request.args.get("record", "")))
    headers = {
        "Content-Disposition": 'attachment; filename="record.txt"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(found["raw"], content_type="text/plain; charset=utf-8", headers=headers)


@blueprint.post("/<name>/run")
@guarded
def start(name: str) -> Any:
    """Start a harvest."""
    return _done("run_create", tk._("The harvest is queued."), source=name)


@blueprint.post("/run/<run_id>/<any(approve, rollback, stop):what>")
@guarded
def act(run_id: str, what: str) -> Any:
    """Approve a run, stop it, or go back to it."""
    said = {
        "approve": tk._("Approved: what was held back is done now."),
        "rollback": tk._("The roll-back is queued; the source is paused when it is done."),
        "stop": tk._("The run stops after the record at hand."),
    }
    return _done(f"run_{what}", said[what], id=run_id)


def _done(action: str, said: str, **data: Any) -> Any:
    """Do it, say so, and show the run."""
    try:
        found = call(action, **data)
    except tk.ValidationError as error:
        tk.h.flash_error("; ".join(str(text) for text in error.error_summary.values()))
        if "source" in data:
            return tk.redirect_to("migration_harvest.source", name=data["source"])
        return tk.redirect_to("migration_harvest.run", run_id=data["id"])
    tk.h.flash_success(said)
    return tk.redirect_to("migration_harvest.run", run_id=found["id"])


def _may(action: str, key: str) -> bool:
    return bool(tk.h.check_access(f"migration_harvest_{action}", {"id": key}))


def language() -> str:
    """Give the two letters of the language that the reader chose."""
    return str(tk.h.lang() or "en")[:2]


def sorted_list(action: str, name: str, kinds: Sequence[str], otherwise: str) -> dict[str, Any]:
    """Give one page of what an action lists of a source, of one kind, with how many there are of each.

    Without a choice of the reader it is the first kind that there is any of.
    """
    found = call("source_show", id=name)
    counts = {only: call(action, source=name, only=only, limit=1)["count"] for only in kinds}
    chosen = str(tk.request.args.get("show", ""))
    if chosen not in kinds:
        chosen = next((only for only in kinds if counts[only]), otherwise)
    page = tk.h.get_page_number(tk.request.args)
    asked = {"only": chosen, "lang": language(), "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    listed = call(action, source=name, **asked)
    return {
        "source": found,
        "rows": listed["results"],
        "counts": counts,
        "chosen": chosen,
        "page": page,
        "more": listed["count"] > page * PER_PAGE,
    }


def settled(name: str, page: str, said: str, action: str, **given: Any) -> Any:
    """Keep what a person decided on such a list, and go back to it."""
    try:
        call(action, **given)
    except tk.ValidationError as error:
        tk.h.flash_error("; ".join(str(text) for text in error.error_summary.values()))
    else:
        tk.h.flash_success(said)
    return tk.redirect_to(f"migration_harvest.{page}", name=name, show=tk.request.args.get("show"))


def reasons(found: dict[str, Any]) -> list[str]:
    """Say in words why a run asks a person."""
    return in_words(found["guard"] or {})
