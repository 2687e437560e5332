"""Which variant of an address is wanted: the page, or RDF in one of its syntaxes (threats EX-04)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.dcat.utils import CONTENT_TYPES, read_catalog_page, read_dataset_page

HTML = "text/html"
# The first of equals wins: a browser and a client that takes anything get the page.
OFFERED = {
    HTML: None,
    "application/xhtml+xml": None,
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdf",
}
NEGOTIATED = {"dataset.read", "data-need.read", "home.index"}
BY_SUFFIX = {"dcat.read_dataset", "migration_needs.rdf", "dcat.read_catalog", "dcat.read_dataset_series"}


def before_request() -> Any:
    """Answer with RDF where the client prefers it, refuse syntaxes that do not exist."""
    endpoint, view_args = tk.request.endpoint, tk.request.view_args or {}
    if endpoint in BY_SUFFIX and view_args.get("_format") not in CONTENT_TYPES:
        return tk.abort(404, tk._("Dataset not found or you have no permission to view it"))
    if endpoint not in NEGOTIATED or tk.request.method not in {"GET", "HEAD"}:
        return None
    accepted = tk.request.accept_mimetypes
    wanted = accepted.best_match(list(OFFERED), default=None) if accepted else HTML
    if wanted is None:
        return tk.abort(406, tk._("Offered are: {types}").format(types=", ".join(OFFERED)))
    syntax = OFFERED[wanted]
    if syntax is None:
        return None
    if endpoint == "home.index":
        return read_catalog_page(syntax)
    return read_dataset_page(view_args["id"], syntax)


def after_request(response: Any) -> Any:
    """Tell caches what the answer hangs on, and answer 304 where the client has it already."""
    endpoint = tk.request.endpoint
    if endpoint in NEGOTIATED:
        response.vary.add("Accept")
    if endpoint in BY_SUFFIX and response.status_code == 200:
        response.add_etag()
        response.make_conditional(tk.request)
    return response
