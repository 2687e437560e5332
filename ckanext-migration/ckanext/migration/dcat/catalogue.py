"""The catalogue feed: DCAT-AP with hydra paging, whole at any size (threats EX-05, EX-06).

Pages follow each other by a cursor (``after``, the id of the last dataset), not by counting: records that
come or go while a partner reads make neither gaps nor repeats, and there is no limit at 10,000. ``page`` is
understood too.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckanext.dcat.processors import HYDRA, RDFSerializer
from rdflib import Literal, URIRef
from rdflib.namespace import DCAT, RDF

from ckanext.migration import config
from migration_schemas import rdf
from migration_schemas.errors import MigrationError

log = logging.getLogger(__name__)

Action = Callable[[Any, dict[str, Any]], Any]

CURSOR = re.compile(r"^[0-9a-zA-Z-]{1,100}$")
KEPT = ("q", "fq", "modified_since", "profiles")


@tk.side_effect_free
@tk.chained_action
def dcat_catalog_show(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """Return one page of the public datasets as RDF, whoever asks."""
    tk.check_access("dcat_catalog_show", context, data_dict)
    found, total = _search(data_dict)
    serializer = RDFSerializer(profiles=data_dict.get("profiles"))
    catalogue = serializer.graph_from_catalog()
    size, packages = config.page_size(), found["results"]
    for package in packages[:size]:
        try:
            dataset = serializer.graph_from_dataset(package)
        except MigrationError as error:
            # One record that cannot be written must not cost partners the other ninety-nine.
            log.error("feed.left_out id=%s code=%s", package.get("id"), error.code)
            continue
        serializer.g.add((catalogue, DCAT.dataset, dataset))
    last = packages[size - 1]["id"] if len(packages) > size else None
    _paging(serializer.g, data_dict, total, last)
    syntax = str(data_dict.get("format") or "")
    # Turtle is N3, and the answer to whoever names no syntax.
    return rdf.serialize(serializer.g, syntax if syntax in rdf.FORMATS else "ttl")


@tk.chained_action
def dcat_dataset_show(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """Return a dataset as RDF; a hidden one is as unknown as one that does not exist."""
    try:
        return original(context, data_dict)
    except tk.NotAuthorized as error:
        raise tk.ObjectNotFound from error


def _search(data_dict: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """Return one dataset more than a page holds, from behind the cursor, and how many there are in all."""
    query = {
        "q": data_dict.get("q") or "*:*",
        "fq": data_dict.get("fq") or "",
        "fq_list": ["+dataset_type:dataset", *_since(data_dict.get("modified_since"))],
        "sort": "id asc",
        "rows": config.page_size() + 1,
        "start": (_page(data_dict.get("page")) - 1) * config.page_size(),
    }
    after = tk.request.args.get("after") if _in_request() else None
    if not after:
        found = _public(query)
        return found, found["count"]
    if not CURSOR.match(after):
        raise tk.ValidationError({"after": [tk._("This is not the id of a dataset.")]})
    total = _public({**query, "rows": 0, "start": 0})["count"]
    query["fq_list"] = [*query["fq_list"], f'id:{{"{after}" TO *]']
    return _public({**query, "start": 0}), total


def _public(query: dict[str, Any]) -> dict[str, Any]:
    """Search as somebody who is not signed in: private records never reach a feed."""
    found: dict[str, Any] = tk.get_action("package_search")({"user": "", "auth_user_obj": None}, query)
    return found


def _page(text: Any) -> int:
    try:
        number = int(text or 1)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= 10**6:
        raise tk.ValidationError({"page": [tk._("A page is a number from 1.")]})
    return number


def _since(text: Any) -> list[str]:
    if not text:
        return []
    if not re.match(r"^\d{4}-\d{2}-\d{2}([T ][\d:.]+)?Z?$", str(text)):
        raise tk.ValidationError({"modified_since": [tk._("A date such as 2026-01-31 is expected.")]})
    moment = str(text).replace(" ", "T").rstrip("Z")
    return [f"metadata_modified:[{moment if 'T' in moment else moment + 'T00:00:00'}Z TO *]"]


def _in_request() -> bool:
    try:
        return bool(tk.request.path)
    except RuntimeError:
        return False


def _paging(graph: Any, data_dict: Mapping[str, Any], total: int, last: str | None) -> None:
    """Add hydra's terms: this page, the first, the next, and how many datasets there are."""
    if not _in_request():
        return
    args = tk.request.args
    kept = [(name, args[name]) for name in KEPT if args.get(name)]
    place = [(name, args[name]) for name in ("after", "page") if args.get(name)]
    current = URIRef(_address([*kept, *place]))
    graph.bind("hydra", HYDRA)
    graph.add((current, RDF.type, HYDRA.PagedCollection))
    graph.add((current, HYDRA.totalItems, Literal(total)))
    graph.add((current, HYDRA.itemsPerPage, Literal(config.page_size())))
    steps = {"first": _address(kept)}
    if last:
        steps["next"] = _address([*kept, ("after", last)])
    for name, address in steps.items():
        # Older harvesters read the first name of each pair; hydra's own is the second.
        graph.add((current, HYDRA[f"{name}Page"], Literal(address)))
        graph.add((current, HYDRA[name], URIRef(address)))


def _address(pairs: list[tuple[str, str]]) -> str:
    site = str(tk.config.get("ckan.site_url") or "").rstrip("/")
    path = f"{site}{tk.request.path}"
    return f"{path}?{urlencode(pairs)}" if pairs else path
