"""A small invented world of twelve records, with the answers that searches of it must give.

The clock stands at 30 June 2025, noon UTC. Names of agencies are labels only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from ckan import model
from ckan.tests import factories

from registry_site import Site, complete

NOW = "2025-06-30T12:00:00Z"
AGENCIES = ("iom", "unhcr", "undesa", "unicef", "ilo", "worldbank", "nso-demo", "uni-lakeside")
ACCESS: dict[str, dict[str, Any]] = {
    "public": {"access_rights": "PUBLIC"},
    "on request": {"access_rights": "RESTRICTED", "access_mode": "on-request"},
    "restricted": {"access_rights": "NON_PUBLIC", "access_mode": "metadata-only"},
}
PROCEDURE = {"access_procedure_translated": {"en": "Write to the data team and say what the data are for."}}


@dataclass(frozen=True)
class Row:
    """One record in short."""

    agency: str
    title: str
    theme: str
    kind: str
    places: str
    period: tuple[str, str]
    access: str
    lang: str
    split: str
    frequency: str
    changed: str
    more: Mapping[str, Any]


def _row(*values: Any, **more: Any) -> Row:
    return Row(*values, more=more)


METHOD = {"en": "See the note on method of the agency.", "fr": "Voir la note de méthode de l’organisme."}
COLUMNS = ("period", "adm1", "adm2", "sex", "age_group", "individuals")
FILE = {"name": "Figures", "format": "CSV", "license": "CC-BY-4.0"}
PERSONAL: dict[str, Any] = {"legal_basis": ["public-interest"], "purpose": ["humanitarian-response"]}
ANONYMISED = {"personal_data_status": ["anonymised"], "disclosure_control": ["aggregation"]}

ROWS = {
    "F01": _row(
        "iom", "Internal displacement baseline, Sudan, round 12", "internal-displacement", "stock", "SDN",
        ("2024-10-01", "2024-10-31"), "public", "en", "sex age", "QUARTERLY", "2024-11-15",
        collection_method=["key-informant"], admin_level=2, displacement_cause=["conflict"], round="12",
        places=[{"name": "West Darfur", "pcode": "SD04"}],
        resources=[{
            **FILE, "url": "https://iom.example.org/f01", "download_url": "https://iom.example.org/f01.csv",
            "columns": [{"name": name, "datatype": "string"} for name in COLUMNS],
        }],
    ),
    "F02": _row(
        "iom", "Suivi des flux, Niger", "flows", "flow", "NER",
        ("2024-01-01", "2024-12-31"), "public", "fr", "sex", "MONTHLY", "2025-06-10",
        flow_direction=["outflow", "transit"], minimum_stay="P0D", unit_of_analysis=["movement"],
        corridors=[
            {"origin": "NER", "destination": "LBY"},
            {"origin": "NER", "destination": "DZA"},
            {"origin": "NGA", "destination": "LBY", "transit": ["NER"]},
        ],
    ),
    "F03": _row(
        "iom", "Trafficking case records, synthetic", "trafficking", "administrative", "001",
        ("2010-01-01", "2023-12-31"), "on request", "en", "sex age nationality", "ANNUAL", "2025-01-20",
        informs=["10"], sensitivity_level="high", **ANONYMISED,
    ),
    "F04": _row(
        "unhcr", "Refugees and asylum seekers, Kenya", "refugees-asylum", "stock", "KEN",
        ("2024-01-01", "2024-12-31"), "public", "en", "sex age country-of-origin", "ANNUAL", "2025-05-05",
        informs_sdg=["10.7"], collection_method=["asylum-registration"], defining_criterion=["registration"],
    ),
    "F05": _row(
        "unhcr", "Refugee household survey, Kenya, microdata", "refugees-asylum", "microdata", "KEN",
        ("2023-01-01", "2023-12-31"), "restricted", "en", "sex age disability", "NEVER", "2024-03-01",
        sensitivity_level="high", personal_data_status=["pseudonymised"], **PERSONAL,
    ),
    "F06": _row(
        "undesa", "International migrant stock", "stocks", "stock", "001",
        ("1990-07-01", "2024-07-01"), "public", "en", "sex age country-of-origin", "BIENNIAL", "2025-01-15",
        informs=["01"], informs_sdg=["10.7"], collection_method=["census"], defining_criterion=["birth"],
        title_translated={"en": "International migrant stock", "fr": "Stock de migrants internationaux"},
    ),
    "F07": _row(
        "unicef", "Enfants en mobilité, Afrique de l'Ouest", "children-youth", "indicator", "BFA MLI NER",
        ("2023-01-01", "2023-12-31"), "public", "fr", "sex age", "ANNUAL", "2024-02-10",
        provenance_translated={}, resources=[{"url": "https://unicef.example.org/f07", "format": "CSV"}],
    ),
    "F08": _row(
        "ilo", "Labour migration indicators, Gulf", "labour-migration", "stock", "ARE QAT SAU",
        ("2022-01-01", "2023-12-31"), "public", "en", "sex occupation", "ANNUAL", "2023-12-01",
    ),
    "F09": _row(
        "worldbank", "Remittance inflows", "remittances", "financial", "001",
        ("2000-01-01", "2024-12-31"), "public", "en", "", "ANNUAL", "2025-06-01",
        informs=["20"], informs_sdg=["10.c"],
    ),
    "F10": _row(
        "nso-demo", "Border entries, Costa Rica", "border-management", "flow", "CRI",
        ("2020-01-01", "2024-12-31"), "restricted", "en", "nationality", "IRREG", "2025-02-01",
        flow_direction=["inflow"], minimum_stay="P0D", unit_of_analysis=["movement"],
        collection_method=["border-crossing"], sensitivity_level="moderate",
        corridors=[{"origin": "NIC", "destination": "CRI"}, {"origin": "PAN", "destination": "CRI"}],
        applicable_legislation=["https://law.example.org/statistics-act"],
        resources=[],
    ),
    "F11": _row(
        "uni-lakeside", "Mobile-phone mobility, Burkina Faso", "flows", "projection", "BFA",
        ("2023-06-01", "2023-08-31"), "on request", "en", "", "NEVER", "2024-09-09",
        collection_method=["mobile-phone"], sensitivity_level="moderate",
    ),
    "F12": _row(
        "iom", "Site list draft zebrafinch-7731", "internal-displacement", "geospatial", "ETH",
        ("2025-05-01", "2025-05-31"), "restricted", "en", "", "NEVER", "2025-06-01",
        private=True, displacement_cause=["conflict"],
        sensitivity_level="severe", personal_data_status=["personal"],
        dpia_reference="https://intranet.example.org/dpia/f12", **PERSONAL,
    ),
}  # fmt: skip


KINDS = {"nso-demo": "state", "uni-lakeside": "academia"}
_MADE: list[Site] = []


def standing(request: pytest.FixtureRequest) -> Site:
    """Return the world, made anew where another test cleaned it away; what a test changes it puts back."""
    if not _MADE or model.Package.get("f01") is None:
        _MADE[:] = [request.getfixturevalue("empty_site")]
        fill(_MADE[0])
    return _MADE[0]


def fill(site: Site) -> None:
    """Make the agencies and their records; a record's name is its number, in small letters."""
    agencies = {
        name: factories.Organization(
            name=name,
            title=name.upper(),
            kind=KINDS.get(name, "un-entity"),
            users=[{"name": site.editor["name"], "capacity": "admin"}] if name == "iom" else [],
        )["id"]
        for name in AGENCIES
    }
    boss = factories.Sysadmin()["name"]
    for number, row in ROWS.items():
        site.call("package_create", boss, **_package(number, row), owner_org=agencies[row.agency])


def package(number: str) -> dict[str, Any]:
    """Return what `package_create` takes of one record, without its agency."""
    return _package(number, ROWS[number])


def _package(number: str, row: Row) -> dict[str, Any]:
    start, end = row.period
    return {
        **complete(),
        "name": number.lower(),
        "title_translated": {row.lang: row.title},
        "notes_translated": {row.lang: f"{row.title}. Invented, for trying out what a search finds."},
        "provenance_translated": {row.lang: METHOD[row.lang]},
        "tags_translated": {},
        "migration_theme": [row.theme],
        "population_group": [],
        "displacement_cause": [],
        "collection_method": ["survey"],
        "statistic_type": [row.kind],
        "spatial_coverage": row.places.split(),
        "temporal_coverage": [{"start": start, "end": end}],
        "language": [row.lang],
        "disaggregation": row.split.split(),
        "frequency": row.frequency,
        "issued": row.changed,
        "modified": row.changed,
        **ACCESS[row.access],
        **({} if row.access == "public" else PROCEDURE),
        **row.more,
    }
