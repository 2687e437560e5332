"""The facets of the discovery page: which, in what order, and what a value is called."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

import ckan.plugins.toolkit as tk

from migration_vocabularies import get as vocabulary

# The vocabulary of each facet; the others are named by the index itself or below.
VOCABULARIES = {
    "country": "country",
    "country_of_origin": "country",
    "country_of_destination": "country",
    "country_of_transit": "country",
    "migration_theme": "migration-theme",
    "population_group": "population-group",
    "collection_method": "collection-method",
    "access_rights": "access-right",
    "publisher_kind": "publisher-kind",
    "language": "language",
    "sensitivity_level": "sensitivity-level",
    "frequency": "frequency",
    "statistic_type": "statistic-type",
    "disaggregation": "disaggregation",
    "res_format": "file-type",
    "informs": "gcm-objective",
    "informs_sdg": "sdg",
    "informs_strategy": "strategy",
    "displacement_cause": "displacement-cause",
    "purpose_domain": "purpose-domain",
    "evidence_level": "evidence-level",
    "governance_sector": "governance-sector",
    "statistical_status": "statistical-status",
    "need_status": "need-status",
    "urgency": "need-urgency",
}
# Facets whose chosen values a dataset must have all: by age *and* by sex. In the others any of them will do.
ALL_OF = frozenset({"disaggregation"})


def titles(without: Collection[str] = ()) -> OrderedDict[str, str]:
    """Facet name -> heading in the user's language, in the order of the page."""
    _ = tk._
    every = (
        ("organization", _("Agency")),
        ("publisher_kind", _("Kind of publisher")),
        ("country", _("Place")),
        ("reference_year", _("Reference year")),
        ("migration_theme", _("Theme")),
        ("statistic_type", _("Kind of data")),
        ("access_rights", _("Access")),
        ("update_state", _("Update state")),
        ("conformance", _("Metadata check")),
        ("population_group", _("Population group")),
        ("disaggregation", _("Disaggregation")),
        ("collection_method", _("Collection method")),
        ("statistical_status", _("Statistical status")),
        ("displacement_cause", _("Cause of displacement")),
        ("purpose_domain", _("Serves")),
        ("evidence_level", _("Level")),
        ("governance_sector", _("Sector of governance")),
        ("country_of_origin", _("Country of origin")),
        ("country_of_destination", _("Country of destination")),
        ("country_of_transit", _("Country of transit")),
        ("frequency", _("Update frequency")),
        ("language", _("Language of the data")),
        ("res_format", _("Format")),
        ("informs", _("Global Compact objective")),
        ("informs_sdg", _("SDG goal or indicator")),
        ("informs_strategy", _("Migration data strategy")),
    )
    return OrderedDict((name, title) for name, title in every if name not in without)


def of_needs() -> OrderedDict[str, str]:
    """Facets of the page of described data needs."""
    _ = tk._
    every = titles()
    own = (("need_status", _("Status of the need")), ("urgency", _("Urgency")))
    shared = ("organization", "country", "migration_theme", "population_group", "informs_strategy")
    return OrderedDict((*own, *((name, every[name]) for name in shared)))


def update_states() -> dict[str, str]:
    """Return what each state of the update clock is called (HDX rule, see migration_schemas.freshness)."""
    _ = tk._
    return {
        "fresh": _("Up to date"),
        "due": _("Update due"),
        "overdue": _("Update overdue"),
        "delinquent": _("Delinquent"),
        "not-applicable": _("No updates planned"),
        "unknown": _("Unknown"),
    }


def conformances() -> dict[str, str]:
    """Return what each outcome of the check against the profile is called."""
    _ = tk._
    return {
        "conforms": _("Conforms"),
        "recommendations": _("Conforms, with recommendations"),
        "violations": _("Does not conform"),
    }


def label(facet: str, value: str, lang: str) -> str | None:
    """Return the name of a facet value in a language, or None where the index knows it better."""
    if facet == "update_state":
        return update_states().get(value, value)
    if facet == "conformance":
        return conformances().get(value, value)
    if facet in VOCABULARIES:
        terms = vocabulary(VOCABULARIES[facet])
        name = terms[value].label(lang) if value in terms else value
        return name[:1].upper() + name[1:]
    if facet == "reference_year":
        return value
    return None
