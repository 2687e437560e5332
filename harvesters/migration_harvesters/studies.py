"""A study as archives describe it (DDI Codebook), whichever syntax it came in, → fields of the profile.

The reader of a syntax fills a `Study`; what the parts of a study mean here is said once, below. Statistics of
variables are never read: tables of small groups can name people (DD-02).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from migration_harvesters import access, extents, files, languages, people, text, topics, urls
from migration_harvesters.mapping import Notebook
from migration_harvesters.people import Party
from migration_schemas import dois

Spoken = list[tuple[str, str]]

MAX_VARIABLES = 20_000
# Kinds of data and modes of collection of DDI, NADA (in brackets) and CESSDA → collection-method.
METHODS = {
    "census": "census", "cen": "census", "censusenumerationdata": "census", "samplesurveydata": "survey",
    "ssd": "survey", "surveydata": "survey", "adm": "administrative",
    "administrativerecordsdata": "administrative",
    "cati": "phone-web-survey", "telephone": "phone-web-survey", "telephoneinterview": "phone-web-survey",
    "internet": "phone-web-survey", "int": "phone-web-survey", "webbased": "phone-web-survey",
    "interviewtelephone": "phone-web-survey", "focusgroup": "qualitative", "foc": "qualitative",
    "interviewfacetofaceindepth": "qualitative",
}  # fmt: skip
MICRODATA = frozenset(
    {
        "samplesurveydata",
        "ssd",
        "censusenumerationdata",
        "cen",
        "administrativerecordsdata",
        "adm",
        "microdata",
    }
    | {"surveydata", "eventtransactiondata", "evn", "individuallevel"}
)
_HOUSEHOLD = re.compile(r"\bhouseholds?\b|\[hh", re.I)
_LICENCE = re.compile(
    r"creative\s*commons|\bcc[ -](?:by|0)\b|\bcc0\b|opendatacommons|open data licen[cs]e", re.I
)
_BRACKETS = re.compile(r"\[([^\]]*)\]")


@dataclass(kw_only=True)
class Study:
    """What a study says, by part; texts come with their language, or with none."""

    titles: Spoken = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    """Agency and identifier, the study's own first."""
    abstract: Spoken = field(default_factory=list)
    universe: Spoken = field(default_factory=list)
    sampling: Spoken = field(default_factory=list)
    methods: Spoken = field(default_factory=list)
    quality: Spoken = field(default_factory=list)
    keywords: Spoken = field(default_factory=list)
    authors: list[Party] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    """Producers, funders, collectors and so on, with their roles."""
    distributors: list[Party] = field(default_factory=list)
    contacts: list[Party] = field(default_factory=list)
    nations: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    collected: list[dict[str, str]] = field(default_factory=list)
    periods: list[dict[str, str]] = field(default_factory=list)
    frequency: str = ""
    units: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """Kinds of data and modes of collection, in the words of the archive."""
    access: list[str] = field(default_factory=list)
    """Words about access that may be terms, such as `licensed`."""
    conditions: Spoken = field(default_factory=list)
    licences: list[str] = field(default_factory=list)
    version: str = ""
    series: str = ""
    series_about: str = ""
    publications: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    page: str = ""


def fields(study: Study, notebook: Notebook, default: str, remote_id: str) -> dict[str, Any]:
    """Give the fields of a dataset."""
    page = urls.web_link(study.page)
    own = [identifier for _, identifier in study.identifiers if identifier]
    doi = next((name for name in map(dois.short, own) if name), "")
    publishers = study.distributors or [party for party in study.parties if party.role == "producer"]
    first = next((party for party in [*publishers, *study.authors] if party.name), Party())
    found: dict[str, Any] = {
        "title_translated": languages.texts(study.titles, default),
        "alternative_title": list(dict.fromkeys(filter(None, map(text.line, study.alternatives)))),
        "notes_translated": languages.paragraphs(study.abstract, default),
        "identifier": doi or next(iter(own), remote_id),
        "alternate_identifier": _other_names(study, doi or next(iter(own), "")),
        "publisher": people.agent(first.name, first.page),
        "creator": people.agents((party.name, None) for party in study.authors),
        "qualified_attribution": people.attribution(study.parties),
        "collected_by": people.agents((one.name, None) for one in study.parties if one.role == "collector"),
        "contact": people.contacts(study.contacts, notebook, page),
        "population_coverage_translated": languages.paragraphs(study.universe, default),
        "sampling_translated": languages.paragraphs(study.sampling, default),
        "provenance_translated": languages.paragraphs(study.methods, default),
        "quality_note_translated": languages.paragraphs(study.quality, default),
        "issued": next((day for value in study.issued if (day := text.day(value))), None),
        "version": text.line(study.version, 200),
        "in_series": _series(study),
        "is_referenced_by": _links(study.publications),
        "frequency": notebook.concept("frequency", "frequency", study.frequency, default),
        "url": page,
    }
    return {
        **found,
        **_coverage(study, notebook, default),
        **_content(study, notebook, default),
        **_access(study, notebook, default, page),
    }


def _coverage(study: Study, notebook: Notebook, default: str) -> dict[str, Any]:
    codes: dict[str, None] = {}
    places: list[dict[str, str]] = extents.places("", study.boxes)
    for nation in study.nations:
        quiet = Notebook()
        code = quiet.concept("spatial_coverage", "country", nation, default)
        if code:
            codes[code] = None
            notebook.notes |= quiet.notes
        else:
            places.extend(extents.places(text.line(nation, 300), []))
    for region in study.regions:
        # A sentence about the field work is no place.
        name = text.line(region, 80)
        # Two or three letters are a district as often as a country.
        code = Notebook().concept("spatial_coverage", "country", name, default) if len(name) > 3 else None
        if code:
            codes[code] = None
        elif name:
            places.extend(extents.places(name, []))
    span = study.collected[0] if len(study.collected) == 1 else {}
    return {
        "spatial_coverage": list(codes),
        "places": places[: extents.MAX_PLACES],
        "temporal_coverage": study.periods or study.collected,
        "collection_start": span.get("start"),
        "collection_end": span.get("end"),
    }


def _content(study: Study, notebook: Notebook, default: str) -> dict[str, Any]:
    # Archives list each year of a study as a keyword.
    words = [(lang, word) for lang, word in study.keywords if not word.isdigit()]
    found = topics.fields(languages.lists(words, default), notebook)
    terms = [(value, term) for value in study.kinds for term in _terms(value)]
    methods = {METHODS[term]: value for value, term in terms if term in METHODS}
    micro = next((value for value, term in terms if term in MICRODATA), None)
    if "survey" in methods and any(_HOUSEHOLD.search(words) for words in (*study.units, study.series)):
        methods = {"household-survey" if code == "survey" else code: value for code, value in methods.items()}
    for code, value in methods.items():
        notebook.assumed("collection_method", value, code, "kind of data or mode of collection")
    if micro and "microdata" not in found["statistic_type"]:
        notebook.assumed("statistic_type", micro, "microdata", "kind of data")
        found["statistic_type"] = [*found["statistic_type"], "microdata"]
    found["collection_method"] = list(methods)
    units = [part for value in study.units for part in re.split(r"\band\b|[,;/]", value)]
    found["unit_of_analysis"] = notebook.concepts("unit_of_analysis", "unit-of-analysis", units, default)
    labels = study.variables[:MAX_VARIABLES]
    found["disaggregation"] = notebook.among("disaggregation", "disaggregation", labels, default)
    return found


def _access(study: Study, notebook: Notebook, default: str, page: str | None) -> dict[str, Any]:
    """Read who may have the data; conditions in prose that no list knows make them restricted, never open."""
    conditions = [(lang, words) for lang, words in study.conditions if not names_licence(words)]
    procedure = languages.paragraphs(conditions, default)
    found = access.fields([*study.access, *(words for _, words in study.conditions)], notebook, page=page)
    if not found and procedure:
        words = next(iter(procedure.values()))
        notebook.assumed("access_rights", words, access.RESTRICTED, "conditions of use in prose")
        found = {"access_rights": access.RESTRICTED, "access_url": page}
    if found.get("access_rights") not in (None, access.PUBLIC):
        found["access_procedure_translated"] = procedure
    return found


def names_licence(words: str) -> bool:
    """Say whether a text about use names an open licence; such a text does not restrict access."""
    return bool(_LICENCE.search(words))


def licence(study: Study, notebook: Notebook) -> str | None:
    """Give the licence of the files."""
    return files.licence(study.licences, notebook)


def _other_names(study: Study, own: str) -> list[dict[str, str]]:
    rows = {
        name: {"notation": text.line(name, 500), "agency": text.line(agency, 200)}
        for agency, name in study.identifiers
        if name and name != own and dois.short(name) != own
    }
    return [row for row in rows.values() if row["notation"]]


def _links(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(link for value in values if (link := urls.web_link(value))))[:100]


def _series(study: Study) -> list[dict[str, str]]:
    name = text.line(study.series, 300)
    about = text.markdown(study.series_about)
    return [{"title": name, **({"description": about} if about else {})}] if name else []


def _terms(value: str) -> Iterator[str]:
    """Give the words before a code in brackets, and the code, in letters only."""
    for part in (_BRACKETS.sub("", value), *_BRACKETS.findall(value)):
        yield re.sub(r"[^a-z]", "", part.lower())


def spans(moments: Iterable[tuple[str, str, str]]) -> list[dict[str, str]]:
    """Put beginnings and ends together: (cycle, `start`, `end` or `single`, date)."""
    found: dict[str, dict[str, str]] = {}
    lone: list[dict[str, str]] = []
    for cycle, event, moment in moments:
        whole = text.period(moment.replace(" - ", "/"))
        day = next(iter(whole.values()), None)
        if day is None:
            continue
        if event in ("start", "end"):
            found.setdefault(cycle, {}).setdefault(event, day)
        elif event == "single":
            lone.append({"start": day, "end": day})
        else:
            lone.append(whole)
    return [span for span in found.values() if span] or [
        dict(span) for span in dict.fromkeys(tuple(one.items()) for one in lone)
    ]
