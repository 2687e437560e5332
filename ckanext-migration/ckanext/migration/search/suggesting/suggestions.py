"""Suggestions while a reader types: concepts, places, agencies and datasets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk

from ckanext.migration import facets
from ckanext.migration.search.additions import choices, suggest
from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.suggesting import candidates
from ckanext.migration.search.suggesting.candidates import (
    AGENCIES,
    CONCEPTS,
    MOST_COUNTED,
    PLACES,
    Asked,
    Candidate,
)
from ckanext.migration.search.words import beginnings
from ckanext.migration.search.words.thesaurus import LANGUAGES
from migration_vocabularies.matching import fold

DATASETS = "datasets"
LIMITS = {CONCEPTS: 4, PLACES: 3, DATASETS: 5, AGENCIES: 3}
"""Suggestions of each group, in the order in which a page shows the groups."""
_TITLES = ("title", *(f"title_{language}" for language in (*LANGUAGES, "other")), "alternative_title")
_SHOWN = ("id", "name", "dataset_type", "organization", *_TITLES)


@tk.side_effect_free
def migration_suggest(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say what may be meant by a text that is still being typed: concepts, places, agencies, datasets.

    Labels of concepts and places are known in six languages, by the beginning of any of their words; so are
    titles. Nothing is suggested that a search of the same caller would not find, and every count is the
    total of the search that the suggestion leads to.

    :param q: the text, at most 100 characters; too short a one has no suggestions
    :param ext_any_of: facet filters in force, as for ``package_search``; its other ``ext_…`` parameters
        narrow the suggestions too
    :returns: ``q``; ``count``; ``message``: the count in words; ``groups``, each with ``name``, ``title`` and
        ``suggestions``. A suggestion has ``label``, ``url`` and, in the group ``datasets``, ``id``, ``name``,
        ``lang``, ``typed`` (another title, where that one was meant) and ``agency``; in the others ``field``,
        ``field_title``, ``value``, ``typed`` (another label, likewise), ``before`` (words that stay words),
        ``count`` and ``parameters`` (pairs for the address of the discovery page)
    """
    tk.check_access("migration_suggest", context, data_dict)
    asked = _read(data_dict)
    agencies = candidates.agencies()
    before, possible = candidates.possible(asked, agencies)
    groups: dict[str, list[dict[str, Any]]] = {}
    if possible or len(fold(asked.text).replace(" ", "")) >= beginnings.least(asked.text):
        found = _search(context, asked, before, possible)
        groups = _filters(asked, before, possible, found[suggest.KEY])
        groups[DATASETS] = [_dataset(each, asked, agencies) for each in found["results"]]
    titles = _group_titles()
    told = [
        {"name": name, "title": titles[name], "suggestions": groups[name]}
        for name in LIMITS
        if groups.get(name)
    ]
    count = sum(len(group["suggestions"]) for group in told)
    message = tk.ungettext("{number} suggestion", "{number} suggestions", count).format(number=count)
    return {"q": asked.text, "count": count, "message": message, "groups": told}


def _read(data_dict: Mapping[str, Any]) -> Asked:
    """Read the parameters; raises ``ValidationError`` that names the wrong one."""
    text = data_dict.get("q") or ""
    if not isinstance(text, str):
        raise tk.ValidationError({"q": [tk._("One text is expected.")]})
    if len(text) > beginnings.MAX_LENGTH:
        message = tk._("At most {number} characters.").format(number=beginnings.MAX_LENGTH)
        raise tk.ValidationError({"q": [message]})
    extras = {name: value for name, value in data_dict.items() if name.startswith("ext_")}
    try:
        chosen = choices.parsed(extras.pop(choices.PARAMETER, None) or {})
    except QuerySyntaxError as fault:
        raise tk.ValidationError({choices.PARAMETER: [fault.message]}) from None
    extras.pop(suggest.PARAMETER, None)
    return Asked(" ".join(text.split()), chosen, extras, str(tk.h.lang() or "en")[:2])


def _group_titles() -> dict[str, str]:
    return {
        CONCEPTS: tk._("Subjects and methods"),
        PLACES: tk._("Places"),
        DATASETS: tk._("Datasets"),
        AGENCIES: tk._("Agencies"),
    }


# -- searching ----------------------------------------------------------------------------------


def _search(context: Any, asked: Asked, before: str, possible: Sequence[Candidate]) -> dict[str, Any]:
    """Search as the same caller, in the way of the discovery page."""
    typed = suggest.Typed(
        asked.text,
        {
            str(number): {"bool": {"filter": candidates.in_force(asked, each)}}
            for number, each in enumerate(possible)
        },
        tuple(candidates.in_force(asked)),
    )
    own = {key: context[key] for key in ("user", "auth_user_obj", "ignore_auth") if key in context}
    found: dict[str, Any] = tk.get_action("package_search")(
        own,
        {
            "q": before,
            "fq": "+dataset_type:dataset",
            "fl": list(_SHOWN),
            "rows": LIMITS[DATASETS],
            "facet": "false",
            "include_private": tk.config.get("ckan.search.default_include_private"),
            **asked.extras,
            suggest.PARAMETER: typed,
        },
    )
    return found


# -- answers ------------------------------------------------------------------------------------


def _filters(
    asked: Asked, before: str, possible: Sequence[Candidate], counts: Mapping[str, int]
) -> dict[str, list[dict[str, Any]]]:
    """Return the suggestions that find something, by group; what the text begins first, then the frequent."""
    counted = [(each, counts.get(str(number), 0)) for number, each in enumerate(possible)]
    # sorting keeps what is equal in the order of the candidates
    kept = sorted((pair for pair in counted if pair[1]), key=lambda pair: (pair[0].inside, -pair[1]))
    groups: dict[str, list[dict[str, Any]]] = {group: [] for group in MOST_COUNTED}
    for candidate, count in kept:
        if len(groups[candidate.group]) < LIMITS[candidate.group]:
            groups[candidate.group].append(_filter(asked, before, candidate, count))
    return groups


def _filter(asked: Asked, before: str, candidate: Candidate, count: int) -> dict[str, Any]:
    words = [("q", before)] if before else []
    parameters = [*words, *asked.parameters(), (candidate.name, candidate.value)]
    return {
        "label": candidate.label,
        "typed": candidate.typed,
        "field": candidate.name,
        "field_title": facets.titles().get(candidate.name, candidate.name),
        "value": candidate.value,
        "before": before,
        "count": count,
        "parameters": parameters,
        "url": f"{tk.h.url_for('dataset.search')}?{urlencode(parameters)}",
    }


def _dataset(found: Mapping[str, Any], asked: Asked, agencies: Mapping[str, str]) -> dict[str, Any]:
    titles = {name.removeprefix("title_"): _texts(found.get(name)) for name in _TITLES}
    main = next(iter(titles["title"]), str(found["name"]))
    own = next(iter(titles.get(asked.language, ())), main)
    typed = next((each for each in _every(titles) if _begins(each, asked.text)), own)
    name = str(found["name"])
    return {
        "label": own,
        "lang": next((tag for tag in LANGUAGES if own in titles[tag]), ""),
        "typed": "" if _begins(own, asked.text) else typed if typed != own else "",
        "id": found["id"],
        "name": name,
        "agency": agencies.get(str(found.get("organization") or ""), ""),
        "url": tk.h.url_for(f"{found.get('dataset_type') or 'dataset'}.read", id=name),
    }


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []


def _every(titles: Mapping[str, Iterable[str]]) -> list[str]:
    return [title for each in titles.values() for title in each]


def _begins(title: str, text: str) -> bool:
    """Whether every word of the text begins a word of the title."""
    return all(beginnings.has(title, word) for word in beginnings.key(text).split())
