"""Described data needs beside datasets: which data meet a need, and which needs some data meet.

A need and a dataset find each other in two ways: the need names the data (`answered_by`), or the data say
that they address it (`qualified_relation` with the role `addresses-need`). Both count; what the caller may
not read is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

import ckan.plugins.toolkit as tk
from ckan.plugins import plugin_loaded

from ckanext.migration.logic import identity
from migration_schemas.kinds import DATASET, NEED, kind_of

__all__ = ["migration_dataset_needs", "migration_need_answers"]

ADDRESSES = "addresses-need"
ANSWERS = "answered_by"
RELATIONS = "extras_qualified_relation__relation"
"""Under which name the index holds the addresses of related datasets and needs."""
MOST = 100
_SAID = re.compile(r"\bdataset_type\b")
_UNQUOTABLE = re.compile(r'["\\\s]')


def set_aside(asked: dict[str, Any]) -> dict[str, Any]:
    """Leave needs out of a search for datasets: of each that does not say which type of record it wants."""
    told = [asked.get("q"), asked.get("fq"), *(asked.get("fq_list") or ())]
    if any(_SAID.search(str(text)) for text in told if text):
        return asked
    return {**asked, "fq_list": [*(asked.get("fq_list") or ()), f"-dataset_type:{NEED}"]}


def refuse_resources(package: Mapping[str, Any]) -> None:
    """Raise ValidationError for a need with resources: it describes what does not exist yet."""
    if kind_of(package) == NEED and package.get("resources"):
        text = tk._("A data need has no resources. Name the data that meet it under “answered_by”.")
        raise tk.ValidationError({"resources": [text]})


@tk.side_effect_free
def migration_need_answers(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the data that meet a need or a part of it.

    :param id: the id or name of a need that the caller may read
    :returns: ``datasets``: those of this registry that the caller may read, at most 100; ``elsewhere``: the
        other addresses that the need names
    """
    package_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("migration_need_answers", context, {"id": package_id})
    own = _own(context)
    need = _of_type(own, package_id, NEED)
    named = [str(address) for address in need.get(ANSWERS) or ()]
    datasets, elsewhere = _resolved(own, named, DATASET)
    claiming = _found(own, RELATIONS, addresses(need), DATASET)
    found = {each["id"]: each for each in datasets}
    for each in claiming:
        if set(_addressed(each)) & set(addresses(need)):
            found.setdefault(each["id"], each)
    return {"datasets": list(found.values()), "elsewhere": elsewhere}


@tk.side_effect_free
def migration_dataset_needs(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the described needs that a dataset meets, at least in part.

    :param id: the id or name of a dataset that the caller may read
    :returns: ``needs``: those that the caller may read, at most 100
    """
    package_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("migration_dataset_needs", context, {"id": package_id})
    own = _own(context)
    dataset = _of_type(own, package_id, DATASET)
    needs, _ = _resolved(own, _addressed(dataset), NEED)
    found = {each["id"]: each for each in needs}
    for each in _found(own, ANSWERS, addresses(dataset), NEED):
        found.setdefault(each["id"], each)
    return {"needs": list(found.values())}


def addresses(package: Mapping[str, Any]) -> list[str]:
    """Return the addresses by which others may name a record: of its page by id and name, and its own."""
    kind = str(package.get("type") or DATASET)
    pages = [f"{_site()}/{kind}/{package[key]}" for key in ("id", "name")]
    identifier = str(package.get("identifier") or "")
    return list(dict.fromkeys([*pages, *([identifier] if identifier.startswith("http") else [])]))


def _own(context: Any) -> dict[str, Any]:
    return {key: context[key] for key in ("user", "auth_user_obj", "ignore_auth") if key in context}


def _of_type(own: Mapping[str, Any], package_id: str, kind: str) -> dict[str, Any]:
    package: dict[str, Any] = tk.get_action("package_show")(dict(own), {"id": package_id})
    if package.get("type") != kind:
        raise tk.ObjectNotFound
    return package


def _addressed(dataset: Mapping[str, Any]) -> list[str]:
    """Return the addresses of the needs that a dataset says it addresses."""
    rows = dataset.get("qualified_relation")
    return [
        str(row["relation"])
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping) and row.get("role") == ADDRESSES and row.get("relation")
    ]


def _resolved(own: Mapping[str, Any], named: list[str], kind: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the records of this registry among addresses, and the addresses of none.

    An address here of a record that the caller may not read is neither: it would tell that it exists.
    """
    by_identifier = {row["identifier"]: row["id"] for row in identity.rows(named)} if kind == DATASET else {}
    found, elsewhere = [], []
    for address in named[:MOST]:
        key = _local(address, kind) or by_identifier.get(address)
        if key is None:
            elsewhere.append(address)
        elif (package := _readable(own, key)) and package.get("type") == kind:
            found.append(package)
    return found, elsewhere


def _readable(own: Mapping[str, Any], key: str) -> dict[str, Any] | None:
    try:
        package: dict[str, Any] = tk.get_action("package_show")(dict(own), {"id": key})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    return package if package.get("state") == "active" else None


def _local(address: str, kind: str) -> str | None:
    """Return the id or name in the address of a page here, in whatever language the page is."""
    here = re.match(rf"{re.escape(_site())}(?:/[a-zA-Z_]{{2,11}})?/{kind}/([^/?#]+)", address)
    return unquote(here[1]) if here else None


def _site() -> str:
    return str(tk.config.get("ckan.site_url") or "").rstrip("/")


def _found(own: Mapping[str, Any], field: str, named: Iterable[str], kind: str) -> list[dict[str, Any]]:
    """Return the records that name one of some addresses in a field of the index."""
    quoted = [f'"{each}"' for each in named if not _UNQUOTABLE.search(each)]
    if not quoted or not plugin_loaded("migration_search"):
        return []
    asked = {
        "fq": f"+dataset_type:{kind} +{field}:({' OR '.join(quoted)})",
        "include_private": True,
        "facet": "false",
        "rows": MOST,
    }
    found: list[dict[str, Any]] = tk.get_action("package_search")(dict(own), asked)["results"]
    return found
