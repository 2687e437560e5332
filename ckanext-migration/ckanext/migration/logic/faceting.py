"""All values of one facet of a search, to look through and to search in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import facets
from ckanext.migration.logic import windows
from ckanext.migration.logic.publishing import language
from migration_vocabularies import get as vocabulary
from migration_vocabularies.matching import fold

USUAL, MOST = 50, 500
_OWN = frozenset(
    {
        "facet",
        "find",
        "limit",
        "offset",
        "facet.field",
        "facet.limit",
        "facet.mincount",
        "rows",
        "start",
        "sort",
    }
)


@tk.side_effect_free
def migration_facet_values(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """List the values of a facet in a search, those that are used most first.

    Takes the parameters of ``package_search`` (``q``, ``fq``, ``ext_…``), whose permissions and counts
    these are: a value of records that the caller may not see is not among them.

    :param facet: the name of a facet of the discovery page
    :param find: words; only values are listed whose name has a word that begins with each of them, in
        any language of the code list (accents and case do not count), or whose code it is
    :param limit: values in the answer, 1 to 500 (default: 50)
    :param offset: values left out before them (default: 0)
    :returns: ``facet``, ``total`` (values that match) and ``values``: ``name``, ``label`` in the caller's
        language, ``count`` of records under the choices of the other facets, ``chosen``, and ``added``:
        by how many records this value would enlarge the result (None where the facet has no choice yet)
    """
    tk.check_access("migration_facet_values", context, data_dict)
    facet = str(tk.get_or_bust(data_dict, "facet"))
    if facet not in facets.titles():
        raise tk.ValidationError({"facet": [tk._("There is no facet of this name")]})
    limit, offset = windows.window(data_dict, USUAL, MOST, least=1)
    own = {key: context[key] for key in ("user", "auth_user_obj", "ignore_auth") if key in context}
    asked = {name: value for name, value in data_dict.items() if name not in _OWN}
    answer = tk.get_action("package_search")(
        own, {**asked, "rows": 0, "facet.field": [facet], "facet.limit": -1}
    )
    choice = (answer.get("choices") or {}).get(facet) or {}
    items = (answer["search_facets"].get(facet) or {}).get("items") or []
    values = [_value(facet, item, choice) for item in items]
    wanted = fold(str(data_dict.get("find") or "")).split()
    found = [value for value in values if all(_has(facet, value, word) for word in wanted)]
    found.sort(key=lambda value: (not value["chosen"], -value["count"], value["label"]))
    return {"facet": facet, "total": len(found), "values": found[offset : offset + limit]}


def _value(facet: str, item: Mapping[str, Any], choice: Mapping[str, Any]) -> dict[str, Any]:
    name = str(item["name"])
    chosen = name in choice.get("chosen", ())
    further = bool(choice) and not chosen and facet not in facets.ALL_OF
    return {
        "name": name,
        "label": facets.label(facet, name, language()) or str(item.get("display_name") or name),
        "count": item["count"],
        "chosen": chosen,
        "added": choice["added"].get(name, 0) if further else None,
    }


def _has(facet: str, value: Mapping[str, Any], word: str) -> bool:
    spellings = [value["label"], value["name"]]
    terms = vocabulary(facets.VOCABULARIES[facet]) if facet in facets.VOCABULARIES else None
    concept = terms.get(value["name"]) if terms else None
    if concept is not None:
        spellings += [*concept.labels.values(), *concept.notations]
        spellings += [label for labels in concept.alt_labels.values() for label in labels]
    return any(part.startswith(word) for spelling in spellings for part in _parts(spelling))


def _parts(spelling: str) -> list[str]:
    """Return the words of a name, and the whole name for scripts that do not part words."""
    folded = fold(spelling)
    return [folded, *folded.split()]
