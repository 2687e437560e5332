"""What to try when a search finds nothing: one step wider at a time, nearest to the question first.

Every step is an ordinary search of the same caller, so that its count knows nothing that the caller may
not see.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration import facets
from ckanext.migration.logic.publishing import language
from migration_vocabularies import get as vocabulary

MOST = 5
"""Steps told."""
MOST_FILTERS = 6
"""Filters that are left out one after the other."""
AROUND = (2, 5)
"""Years before and after, in two steps."""
WORLD = "001"
_TERM = re.compile(r'(?<!\S)\+?([A-Za-z_]\w*):"([^"\\]*)"(?!\S)')
_OPERATORS = re.compile(r'["()\[\]{}]|\b(?:AND|OR|NOT)\b|&&|\|\|')
_YEAR = re.compile(r"[0-9]{4}")

AS_TYPED = {"ext_spelling": "off"}
"""Asks ``package_search`` to leave the words as they were typed."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Search:
    """A search taken apart.

    ``filters`` are the facet filters that a step may let go, ``rest`` is the part of ``fq`` that stays,
    ``extras`` are the ``ext_…`` parameters. With ``any_of`` the values of one facet are alternatives.
    """

    q: str
    filters: Pairs
    rest: str
    extras: Pairs
    any_of: bool = False

    def parameters(self) -> list[tuple[str, str]]:
        """Return the parameters of the page's address."""
        return [*([("q", self.q)] if self.q else []), *self.filters, *self.extras]

    def asked(self) -> dict[str, Any]:
        """Return the parameters of ``package_search`` that this search decides."""
        terms = () if self.any_of else tuple(f'{name}:"{value}"' for name, value in self.filters)
        fq = " ".join([*terms, self.rest])
        extras: dict[str, Any] = {}
        for name, value in self.extras:
            extras[name] = [*extras[name], value] if name in extras else [value]
        single = {name: values[0] if len(values) == 1 else values for name, values in extras.items()}
        if self.any_of:
            chosen: dict[str, list[str]] = {}
            for name, value in self.filters:
                chosen.setdefault(name, []).append(value)
            single["ext_any_of"] = chosen
        return {"q": self.q, "fq": fq.strip(), "extras": single}


@dataclass(frozen=True, slots=True)
class Step:
    """A wider search and what is wider about it, in the reader's language."""

    kind: str
    text: str
    search: Search


def read(data_dict: Mapping[str, Any]) -> Search:
    """Take a search apart; a filter in a form that this does not know stays whole."""
    fq = data_dict.get("fq") or ""
    rest = _TERM.sub(lambda match: "" if match.group(1) in facets.titles() else match.group(0), fq)
    terms = [pair for pair in _TERM.findall(fq) if pair[0] in facets.titles()]
    if _OPERATORS.search(_TERM.sub("", fq)):
        rest, terms = fq, []
    given = {**(data_dict.get("extras") or {})}
    given.update({name: value for name, value in data_dict.items() if name.startswith("ext_")})
    for name in AS_TYPED:  # narrows nothing
        given.pop(name, None)
    choices = given.pop("ext_any_of") if isinstance(given.get("ext_any_of"), Mapping) else None
    if choices is not None:
        rest, terms = fq, [(name, str(value)) for name, values in choices.items() for value in values]
    extras = [
        (name, str(value))
        for name, values in given.items()
        for value in (values if isinstance(values, list | tuple) else [values])
    ]
    q = str(data_dict.get("q") or "").strip()
    words = "" if q in ("*", "*:*") else q
    return Search(words, tuple(terms), " ".join(rest.split()), tuple(extras), choices is not None)


def steps(search: Search) -> Iterator[Step]:
    """Return the steps, nearest first."""
    yield from _fewer_words(search)
    yield from _without_a_filter(search)
    yield from _wider_place(search)
    yield from _wider_period(search)
    if search.q and (search.filters or search.extras):
        yield Step(
            "without-words",
            tk._("Only the filters, without the words"),
            _with(search, q="", dropped=("ext_words",)),
        )
        if len(search.filters) + len(search.extras) > 1:
            text = tk._("Only the words, without the filters")
            yield Step("without-filters", text, replace(search, filters=(), extras=()))


def _spelt(search: Search, spelling: Mapping[str, Any] | None) -> Iterator[Step]:
    """Return the search for another spelling of the words, where ``package_search`` has told one."""
    if spelling:
        text = tk._("Near matches for “{words}”").format(words=spelling["text"])
        yield Step("spelling", text, _with(search, q=spelling["text"]))


def _with(
    search: Search,
    q: str | None = None,
    without: Pairs = (),
    more: Mapping[str, str] | None = None,
    dropped: Collection[str] = (),
) -> Search:
    """Return the search with other words, without some filters and extras, with some extras replaced."""
    given = {**(more or {})}
    gone = {*given, *dropped}
    return replace(
        search,
        q=search.q if q is None else q,
        filters=tuple(pair for pair in search.filters if pair not in without),
        extras=(*(pair for pair in search.extras if pair[0] not in gone), *given.items()),
    )


def _fewer_words(search: Search) -> Iterator[Step]:
    plain = ":" not in search.q and not _OPERATORS.search(search.q)
    if plain and len(search.q.split()) > 1 and ("ext_words", "any") not in search.extras:
        text = tk._("With any of the words “{words}”").format(words=search.q)
        yield Step("any-word", text, _with(search, more={"ext_words": "any"}))


def _without_a_filter(search: Search) -> Iterator[Step]:
    lang, titles = language(), facets.titles()
    for name, value in search.filters[::-1][:MOST_FILTERS]:
        label = facets.label(name, value, lang) or _agency(name, value)
        text = tk._("Without “{value}” ({facet})").format(value=label, facet=titles.get(name, name))
        yield Step("without-filter", text, _with(search, without=((name, value),)))


def _agency(name: str, value: str) -> str:
    if name != "organization":
        return value
    quick = {"include_datasets": False, "include_users": False, "include_groups": False}
    try:
        agency = tk.get_action("organization_show")({"ignore_auth": True}, {"id": value, **quick})
    except tk.ObjectNotFound:
        return value
    return str(agency.get("title") or value)


def _wider_place(search: Search) -> Iterator[Step]:
    """Go up from the country to its regions; the world is the search without the country."""
    places, lang = vocabulary("country"), language()
    chosen = [value for name, value in search.filters if name == "country" and value in places]
    regions = [value for name, value in search.extras if name == "ext_place" and value in places]
    if not (chosen or regions):
        return
    place = (regions or chosen)[-1]
    without = tuple(pair for pair in search.filters if pair[0] == "country")
    for region in places.ancestors(place):
        if region != WORLD:
            text = tk._("Anywhere in {region}, not only in {place}").format(
                region=places.label(region, lang), place=places.label(place, lang)
            )
            wider = _with(search, without=without, dropped=("ext_place",))
            yield Step("wider-place", text, replace(wider, filters=(*wider.filters, ("country", region))))
    if ("ext_world", "in") not in search.extras:
        text = tk._("Also data about larger areas than {place}").format(place=places.label(place, lang))
        yield Step("larger-areas", text, _with(search, more={"ext_world": "in"}))
    if regions:
        text = tk._("Anywhere in the world, not only in {place}").format(place=places.label(place, lang))
        yield Step("wider-place", text, _with(search, dropped=("ext_place",)))


def _wider_period(search: Search) -> Iterator[Step]:
    chosen = tuple(pair for pair in search.filters if pair[0] == "reference_year")
    starts = _years((*search.extras, *chosen), ("ext_from", "reference_year"))
    ends = _years((*search.extras, *chosen), ("ext_to", "reference_year"))
    if not (starts or ends):
        return
    known = _span(min(starts, default=None), max(ends, default=None))
    for around in AROUND:
        first = max(min(starts) - around, 1000) if starts else None
        last = min(max(ends) + around, 9999) if ends else None
        text = tk._("Years {years}, not only {known}").format(years=_span(first, last), known=known)
        bounds = {"ext_from": first, "ext_to": last}
        more = {name: str(year) for name, year in bounds.items() if year}
        yield Step("wider-period", text, _with(search, without=chosen, more=more))


def _years(pairs: Pairs, names: Collection[str]) -> list[int]:
    return [int(year) for name, value in pairs if name in names for year in _YEAR.findall(value)]


def _span(first: int | None, last: int | None) -> str:
    return str(first) if first == last else f"{first or ''}–{last or ''}"


@tk.side_effect_free
def migration_search_widen(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say which wider searches find something where a search finds nothing.

    Takes the parameters of ``package_search``. The caller sees in counts and results what a search of
    the caller's own would show.

    :returns: ``count``: what the search itself finds. Where that is 0, ``steps``: at most five, nearest
        first (another spelling of the words before all others), each with ``kind``, ``text`` (what is wider,
        in the reader's language), ``count`` (above 0) and ``parameters`` (pairs for the address of the page);
        and ``results``: datasets of the first step
    """
    tk.check_access("migration_search_widen", context, data_dict)
    search = read(data_dict)
    exact = _found(context, data_dict, search, rows=0)
    answer: dict[str, Any] = {"count": exact["count"], "steps": [], "results": []}
    if exact["count"]:
        return answer
    rows = data_dict.get("rows", 10)
    for step in (*_spelt(search, exact.get("spelling")), *steps(search)):
        found = _found(context, data_dict, step.search, rows=0 if answer["steps"] else rows, more=AS_TYPED)
        if not found["count"]:
            continue
        if not answer["steps"]:
            answer["results"] = found["results"]
        told = {"kind": step.kind, "text": step.text, "count": found["count"]}
        answer["steps"].append({**told, "parameters": step.search.parameters()})
        if len(answer["steps"]) == MOST:
            break
    return answer


def _found(
    context: Any,
    data_dict: Mapping[str, Any],
    search: Search,
    rows: Any,
    more: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Search as the same caller; ``more`` are further ``ext_…`` parameters."""
    own = {key: context[key] for key in ("user", "auth_user_obj", "ignore_auth") if key in context}
    kept = {
        name: deepcopy(value)
        for name, value in data_dict.items()
        if not name.startswith(("ext_", "facet")) and name != "start"
    }
    asked = {**kept, **search.asked(), "rows": rows, "facet": "false"}
    given = {**(data_dict.get("extras") or {}), **data_dict}
    typed = {name: given[name] for name in AS_TYPED if name in given}
    asked["extras"] = {**asked["extras"], **typed, **(more or {})}
    found: dict[str, Any] = tk.get_action("package_search")(own, asked)
    return found
