"""The page for a partner: how its source stands; all of it for whoever has the private link."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response

from ckanext.migration.harvest.charts import bars
from ckanext.migration.harvest.views import blueprint, call, guarded, language, reasons

# What the address of a private link holds is told to nobody: not to search engines, not to other sites.
KEPT_PRIVATE = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@blueprint.get("/<name>/partner")
@guarded
def partner(name: str) -> Response:
    """Show how the source stands."""
    found, key = _found(name)
    details = found["details"]
    last = details["last_run"] if details else None
    extra = {
        **found,
        "key": key,
        "name": name,
        "chart": bars(details["history"]) if details else None,
        "reasons": reasons(last) if last else [],
    }
    return Response(
        tk.render("migration/harvest/partner.html", extra), headers=KEPT_PRIVATE if details or key else {}
    )


@blueprint.get("/<name>/corrections.atom")
@guarded
def corrections_feed(name: str) -> Response:
    """Offer the corrections that are in force to the partner as an Atom feed."""
    found, _key = _found(name)
    if not found["details"]:
        raise tk.ObjectNotFound
    address = tk.url_for("migration_harvest.partner", name=name, _external=True)
    extra = {**found, "address": address, "rows": found["details"]["corrections"]}
    body = tk.render("migration/harvest/corrections.atom", extra)
    return Response(body, content_type="application/atom+xml; charset=utf-8", headers=KEPT_PRIVATE)


@blueprint.post("/<name>/partner-link")
@guarded
def partner_link(name: str) -> Any:
    """Make a private link and show it once, or make it useless."""
    revoke = bool(tk.request.form.get("revoke"))
    made = call("partner_link", id=name, revoke=revoke)
    if revoke:
        tk.h.flash_success(tk._("The private link no longer opens anything."))
    else:
        words = tk._("Give this link to the partner; it is shown only now:")
        tk.h.flash_success(f"{words} {made['url']}")
    return tk.redirect_to("migration_harvest.source", name=name)


def _found(name: str) -> tuple[dict[str, Any], str]:
    key = str(tk.request.args.get("key", ""))
    return call("partner_show", id=name, key=key, lang=language()), key
