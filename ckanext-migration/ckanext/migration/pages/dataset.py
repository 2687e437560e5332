"""The dataset page: what to know before using the data, how to get them, and everything else below."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.plugins import plugin_loaded
from markupsafe import Markup

import migration_schemas
from ckanext.migration import shared
from ckanext.migration.logic import conditions as terms_of_use
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import conditions, needs, rounds, words
from migration_schemas import Field, dois, schema_org
from migration_schemas.kinds import NEED, kind_of

log = logging.getLogger(__name__)

access = words.access

# Fields that the top of the page already shows in a shape of their own.
ABOVE = frozenset(
    {
        "title_translated",
        "notes_translated",
        "summary_translated",
        "intended_use_translated",
        "misuse_translated",
        "publisher",
        "contact",
        "access_procedure_translated",
        "access_url",
    }
)
RESOURCE_ABOVE = frozenset(
    {"url", "name", "description", "download_url", "format", "license", "language", "size", "mimetype"}
)
# Fields of several parts, and how each of their rows is written.
GROUPS = {
    "temporal_coverage": words.periods,
    "retention_period": words.periods,
    "corridors": words.corridors,
}
IDENTITY = "describe"
FORMATS = (("ttl", "Turtle"), ("rdf", "RDF/XML"), ("jsonld", "JSON-LD"))
# Inside a script element these would end it or be read as markup (threats XS-02).
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def view(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the dataset page shows of a package."""
    may_edit = tk.h.check_access("package_update", {"id": package["id"]})
    report = shared.report(package)
    return {
        "may_edit": may_edit,
        "title": tk.h.migration_text(package.get("title_translated") or {"": package.get("title") or ""}),
        "notes": tk.h.migration_text(package.get("notes_translated") or {"": package.get("notes") or ""}),
        "summary": tk.h.migration_text(package.get("summary_translated")),
        "uses": _uses(package),
        "other_titles": words.listed(package.get("alternative_title")),
        "languages": [lang for lang in (package.get("title_translated") or {}) if lang != language()],
        "facts": _facts(package),
        "access": access(package),
        "state": words.update_state(package),
        "sensitivity": next(iter(words.terms("sensitivity-level", package.get("sensitivity_level"))), None),
        "procedure": tk.h.migration_text(package.get("access_procedure_translated")),
        "contacts": [row for row in words.listed(package.get("contact")) if isinstance(row, Mapping)],
        "sections": _sections(package, may_edit),
        "citation": citation(package),
        "formats": [{"name": name, "url": rdf_url(package, suffix)} for suffix, name in FORMATS],
        "violations": len(report.violations),
        "warnings": len(report.warnings),
        "draft": str(package.get("state") or "").startswith("draft"),
        "resources": [resource_view(resource, package) for resource in package.get("resources") or []],
    }


def _uses(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the data were made for, and what they must not be used for, where the agency says so."""
    schema = migration_schemas.load("dataset")
    found = []
    for name in ("intended_use_translated", "misuse_translated"):
        text = tk.h.migration_text(package.get(name))
        if text["text"]:
            label = schema.field(name).label(language())
            found.append({"label": label, "warns": name.startswith("misuse"), **text})
    return found


def similar(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what is similar to a dataset; the panel is quiet, so nothing of it may cost the page."""
    if not plugin_loaded("migration_search"):
        return []
    try:
        found = tk.get_action("migration_dataset_similar")({}, {"id": package["id"]})["results"]
    except Exception:  # the engine away, or a record that nothing can be asked with
        log.warning("page.similar_failed id=%s", package["id"], exc_info=True)
        return []
    return [
        {
            "name": each["dataset"]["name"],
            "title": tk.h.migration_text(
                each["dataset"].get("title_translated") or {"": each["dataset"].get("title") or ""}
            ),
            "source": words.publisher(each["dataset"]),
            "period": words.years(each["dataset"].get("temporal_coverage")),
            "private": bool(each["dataset"].get("private")),
            "why": each["why"],
        }
        for each in found
    ]


def _facts(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the box of key facts: what people ask first of a dataset (threats §4)."""
    places = words.places(package, limit=6)
    where = list(places["names"])
    if places["more"]:
        where.append(tk._("and {number} more").format(number=places["more"]))
    licences = dict.fromkeys(str(r["license"]) for r in package.get("resources") or [] if r.get("license"))
    rows = [
        (tk._("Source"), [words.publisher(package)]),
        (tk._("Method"), words.labels("collection-method", package.get("collection_method"))),
        (tk._("Period"), words.periods(package.get("temporal_coverage"))),
        (tk._("Places"), where),
        (tk._("Population"), words.labels("population-group", package.get("population_group"))),
        (tk._("Updated"), [words.day(package.get("modified") or package.get("issued"))]),
        (tk._("Frequency"), words.labels("frequency", package.get("frequency"))),
        (tk._("Licence"), words.labels("licence", list(licences))),
    ]
    return [{"label": label, "values": [value for value in values if value]} for label, values in rows]


def _sections(package: Mapping[str, Any], may_edit: bool) -> list[dict[str, Any]]:
    """Return every other field, step by step as in the form; what is not public only to those who edit."""
    schema, lang = migration_schemas.load(kind_of(package)), language()
    above = ABOVE | (needs.ABOVE if schema.kind == NEED else frozenset())
    found: dict[str, list[dict[str, Any]]] = {}
    for field in schema.fields:
        hidden = field.tier(sensitive=shared.as_record(package).sensitive) != "public" and not may_edit
        if field.name in above or hidden or not package.get(field.name):
            continue
        shown = display(field, package[field.name])
        if field.name == "in_series" and (entry := rounds.entry(package)):
            asked = {rounds.FILTER: entry, rounds.PARAMETER: rounds.EACH}
            shown["values"][0]["url"] = str(tk.h.url_for("dataset.search", **asked))
        if shown:
            found.setdefault(field.group, []).append(
                {"name": field.name, "label": field.label(lang), **shown}
            )
    headings = {name: labels.get(lang) or labels.get("en") for name, labels in schema.groups.items()}
    # What identifies the record comes last: the page began with what a reader wants of it.
    headings[IDENTITY] = tk._("Identification")
    order = [*(name for name in headings if name != IDENTITY), IDENTITY]
    return [{"name": name, "label": headings[name], "rows": found[name]} for name in order if found.get(name)]


def display(field: Field, value: Any) -> dict[str, Any]:
    """Return a value as terms with links to a search, as links, as texts or as prose."""
    if field.vocabulary:
        return {"kind": "terms", "values": _terms(field, value)}
    if field.rdf_value == "translated":
        return {"kind": "prose", "values": tk.h.migration_text(value)}
    if field.rdf_value == "translated_list":
        rows = [{"text": word, "lang": lang} for lang, found in value.items() for word in words.listed(found)]
        return {"kind": "keywords", "values": rows}
    if field.rdf_value == "iri":
        return {"kind": "links", "values": [str(one) for one in words.listed(value)]}
    if field.name == "in_series":
        return {"kind": "terms", "values": _series(value)}
    if field.name in GROUPS:
        texts = GROUPS[field.name](value)
    elif field.subfields:
        texts = words.parts(field, value)
    else:
        texts = [words.day(one) if field.rdf_value == "date" else str(one) for one in words.listed(value)]
    return {"kind": "texts", "values": texts}


def _series(value: Any) -> list[dict[str, str]]:
    """Return the names of series, with what each is."""
    nodes = [node for node in words.listed(value) if isinstance(node, Mapping)]
    return [
        {"label": str(node.get("title") or node.get("uri") or ""), "help": str(node.get("description") or "")}
        for node in nodes
    ]


def _terms(field: Field, value: Any) -> list[dict[str, str]]:
    """Return terms with the address of the search for each."""
    facet = "country" if field.vocabulary == "country" else field.name if field.search_facet else None
    found = words.terms(str(field.vocabulary), value)
    for term in found:
        term["url"] = str(tk.h.url_for("dataset.search", **{facet: term["code"]})) if facet else ""
    return found


def resource_view(resource: Mapping[str, Any], package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown of a file or access point; its links lead past the terms of use."""
    size = str(resource.get("size") or "")
    return {
        "id": resource.get("id"),
        "name": resource.get("name") or tk._("Data"),
        "description": resource.get("description") or "",
        "url": resource.get("url") or "",
        "url_link": conditions.link(package, resource, "url"),
        "download": resource.get("download_url") or "",
        "download_link": conditions.link(package, resource, "download_url"),
        "terms": bool(terms_of_use.texts(package)),
        "format": next(iter(words.labels("file-type", resource.get("format"))), ""),
        "licence": next(iter(words.terms("licence", resource.get("license"))), None),
        "languages": words.labels("language", resource.get("language")),
        "size": tk.h.localised_filesize(int(size)) if size.isdigit() else "",
        "details": _details(resource),
    }


def _details(resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the further fields of a resource: columns, terms, interface, checksum."""
    lang = language()
    return [
        {"label": field.label(lang), **display(field, resource[field.name])}
        for field in migration_schemas.load("dataset").resource_fields
        if field.name not in RESOURCE_ABOVE and resource.get(field.name)
    ]


def citation(package: Mapping[str, Any]) -> str:
    """Return the text to cite a dataset with: who, when, what, which version, where, read when (R-1.1-i)."""
    year = str(package.get("issued") or package.get("modified") or "")[:4]
    title = tk.h.migration_text(package.get("title_translated"))["text"] or str(package.get("title") or "")
    identifier = str(package.get("identifier") or "")
    lasting = dois.link(identifier) or identifier
    address = lasting if lasting.startswith("http") else lasting_url(package)
    who = words.publisher(package)
    head = f"{who} ({year})." if year else f"{who}."
    version = str(package.get("version") or "")
    told = tk._("version {number}").format(number=version)  # outside of the f-string: it is looked for there
    kind = tk._("dataset")
    read = tk._("Accessed {day}").format(day=words.day(datetime.now(UTC).date().isoformat()))
    return f"{head} {title}{f' ({told})' if version else ''} [{kind}]. {address}. {read}."


def lasting_url(package: Mapping[str, Any]) -> str:
    """Return the address by which a dataset is found whatever its name is, the one that RDF calls it by."""
    return str(tk.h.url_for(f"{kind_of(package)}.read", id=package["id"], _external=True, locale="default"))


def dataset_url(package: Mapping[str, Any]) -> str:
    """Return the address of a dataset's page, free of the interface's language."""
    return str(tk.h.url_for(f"{kind_of(package)}.read", id=package["name"], _external=True, locale="default"))


def rdf_url(package: Mapping[str, Any], suffix: str) -> str:
    """Return the address of a dataset in an RDF syntax."""
    return f"{dataset_url(package)}.{suffix}"


def structured_data(package: Mapping[str, Any]) -> Markup:
    """Return schema.org markup for search engines, safe inside a script element."""
    catalogue = str(tk.h.url_for("home.index", _external=True, locale="default"))
    found = schema_org.dataset(
        shared.published(package),
        url=dataset_url(package),
        catalogue_url=catalogue,
        catalogue_name=str(tk.config.get("ckan.site_title") or "CKAN"),
    )
    text = json.dumps(found, ensure_ascii=False)
    for character, escaped in _UNSAFE.items():
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704 - nothing is left that could end the element
