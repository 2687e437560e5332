"""The sites that the search benchmarks use, on the servers of this checkout (`make up` starts them).

    python benchmarks/sites.py        makes what is missing and prints the configuration files

`registry` is this software. `solr` is the same CKAN, with the same dataset type and the same database, on
CKAN's own search: it answers from the Solr that `solr.py` starts. `stock` has a database of its own and
nothing of ours: CKAN with ckanext-scheming and ckanext-dcat and a dataset type of ckanext-dcat, on that Solr.
`harvest`, which `harvest_peers.py` makes, is that with ckanext-harvest, in an environment of its own.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import solr
from sqlalchemy.engine import make_url

from migration_stack import ckan, places, postgres, services, settings

OURS = "migration migration_search migration_harvest scheming_datasets dcat"
DCAT = "ckanext.dcat.schemas"


@dataclass(frozen=True, slots=True)
class Site:
    """A site: its plugins, its database and what searches for it."""

    name: str
    plugins: str
    database: str
    on_solr: bool = True
    owns_database: bool = True
    options: tuple[tuple[str, str], ...] = ()
    by_default: bool = True


SHOWN = (
    ("scheming.dataset_schemas", f"{DCAT}:dcat_ap_full.yaml"),
    ("scheming.presets", f"ckanext.scheming:presets.json {DCAT}:presets.yaml"),
)
SITES = (
    Site("registry", OURS, "ckan_benchmark", on_solr=False),
    Site("solr", OURS.replace(" migration_search", ""), "ckan_benchmark", owns_database=False),
    Site(
        "stock",
        "scheming_datasets dcat",
        "ckan_benchmark_stock",
        options=SHOWN,
    ),
    Site(
        "harvest",
        "harvest scheming_datasets dcat dcat_rdf_harvester",
        "ckan_benchmark_harvest",
        options=(*SHOWN, ("ckan.harvest.mq.type", "redis")),
        by_default=False,
    ),
)


def make(*names: str) -> dict[str, Path]:
    """Make databases and configuration files, of the usual sites by default; return ``{name: file}``.

    The tables of other plugins are made by `ckan db upgrade` where these are installed.
    """
    where = places.Places(places.project())
    addresses = services.addresses(where)
    found = {}
    for site in SITES:
        if site.name not in names and (names or not site.by_default):
            continue
        folder = where.ckan / "benchmark" / site.name
        (folder / "storage").mkdir(parents=True, exist_ok=True)
        url = make_url(addresses.database)
        database = url.set(database=site.database).render_as_string(hide_password=False)
        ini = found[site.name] = folder / "ckan.ini"
        ckan.generate(
            where,
            ini,
            {
                "sqlalchemy.url": database.replace("%", "%%"),
                "ckan.redis.url": addresses.redis.replace("%", "%%"),
                "solr_url": solr.ADDRESS if site.on_solr else addresses.elasticsearch,
                "ckan.site_url": "http://benchmark.example.org",
                "ckan.site_id": "benchmark",
                "ckan.storage_path": str(folder / "storage"),
                "ckan.plugins": site.plugins,
                "ckanext.migration.search.index_prefix": "benchmark",
                "ckan.locales_offered": "en fr",
                **dict(site.options),
            },
        )
        if site.owns_database:
            postgres.make_database(where, settings.chosen_ports(where), site.database)
            if site.by_default:
                ckan.run(where, ini, "db", "upgrade")
    return found


if __name__ == "__main__":
    for name, file in make().items():
        print(f"{name:10}{file}")
    sys.exit()
