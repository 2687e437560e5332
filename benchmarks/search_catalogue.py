"""Fill a site with a made-up catalogue of any size, the same for everybody who runs it.

A few records are created through `package_create`, so that validation and publishing rule say that they
are right; the others are copies of their rows with other words, countries and themes from a fixed seed,
inserted set by set, because creating 100,000 datasets one by one takes hours.

    python benchmarks/search_catalogue.py CKAN_INI [number of records]

CKAN_INI names a site whose database may be filled with test records. Afterwards the index is made anew.
"""

from __future__ import annotations

import copy
import json
import logging
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import CtxObject

SEED = 20261124
BATCH = 1000
PATTERNS = 12
AGENCIES = 8
NAMES = "benchmark-search"
PLACES = ("SDN", "UKR", "SYR", "COL", "AFG", "VEN", "ETH", "SOM", "MMR", "HTI", "NGA", "COD", "MLI", "YEM")
THEMES = (
    "internal-displacement",
    "refugees-asylum",
    "return-reintegration",
    "labour-migration",
    "remittances",
)
FREQUENCIES = ("MONTHLY", "ANNUAL", "QUARTERLY", "IRREG")
ENGLISH = (
    "displacement return household survey border flow monitoring asylum refugee registration baseline "
    "shelter livelihood remittance labour worker missing route crossing district camp health protection "
    "children education nutrition water market wage visa permit population census stock arrival departure"
)
FRENCH = (
    "déplacement retour ménage enquête frontière suivi asile réfugié abri travail transfert route passage "
    "camp santé protection enfants éducation eau marché salaire visa population recensement arrivée départ"
)


def words(rng: random.Random, number: int, text: str) -> str:
    """Return words of which a few are frequent and most are rare, as in real descriptions."""
    known = text.split()
    return " ".join(
        known[min(int(rng.paretovariate(0.6)) - 1, len(known) - 1)]
        if rng.random() < 0.8
        else f"place{int(rng.paretovariate(0.4)) % 5000}"
        for _ in range(number)
    )


def change(rng: random.Random) -> dict[str, Any]:
    """Return the fields in which a copy differs from its pattern."""
    title, french = words(rng, 6, ENGLISH), words(rng, 6, FRENCH)
    notes, notes_fr = words(rng, 60, ENGLISH), words(rng, 60, FRENCH)
    return {
        "title_translated": {"en": title, "fr": french},
        "notes_translated": {"en": notes, "fr": notes_fr},
        "migration_theme": sorted(rng.sample(THEMES, rng.choice((1, 1, 2)))),
        "spatial_coverage": sorted(rng.sample(PLACES, rng.choice((1, 1, 1, 3)))),
        "frequency": rng.choice(FREQUENCIES),
    }


def fill(number: int) -> int:
    """Bring the catalogue to a number of records, and return it."""
    rng = random.Random(SEED)  # noqa: S311 - the same catalogue for everybody
    agencies = [_agency(position) for position in range(AGENCIES)]
    patterns = [_pattern(position, rng, agencies) for position in range(PATTERNS)]
    tables = model.package_table, model.resource_table, model.member_table
    with model.meta.engine.begin() as connection:
        begun = connection.execute(
            sa.select(sa.func.count()).where(tables[0].c.name.like(f"{NAMES}-copy-%"))
        ).scalar_one()
    rows = _copies(rng, patterns, agencies)
    for position in range(0, number - PATTERNS, BATCH):
        packages = [next(rows) for _ in range(min(BATCH, number - PATTERNS - position))]
        packages = [each for place, each in enumerate(packages, position) if place >= begun]
        if not packages:
            continue
        with model.meta.engine.begin() as connection:
            for index, table in enumerate(tables):
                connection.execute(sa.insert(table), [row for each in packages for row in each[index]])
    return number


def _copies(
    rng: random.Random, patterns: list[str], agencies: list[str]
) -> Iterator[tuple[list[dict[str, Any]], ...]]:
    """Yield the rows of one copy after another: package, resources, membership."""
    with model.meta.engine.connect() as connection:
        package, resource = model.package_table, model.resource_table
        stored = [
            (
                connection.execute(sa.select(package).where(package.c.id == key)).mappings().one(),
                connection.execute(sa.select(resource).where(resource.c.package_id == key)).mappings().all(),
            )
            for key in patterns
        ]
    number = 0
    while True:
        pattern, resources = rng.choice(stored)
        changed, owner = change(rng), rng.choice(agencies)
        key = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        now = datetime.now(UTC).replace(tzinfo=None)
        row = {**pattern, "id": key, "name": f"{NAMES}-copy-{number}", "owner_org": owner}
        row |= {"title": changed["title_translated"]["en"], "notes": changed["notes_translated"]["en"]}
        row |= {"metadata_created": now, "metadata_modified": now}
        row["extras"] = {**pattern["extras"], **{name: _stored(value) for name, value in changed.items()}}
        row["extras"]["identifier"] = f"urn:uuid:{key}"
        parts = [
            {**each, "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)), "package_id": key}
            for each in resources
        ]
        member = {"id": str(uuid.UUID(int=rng.getrandbits(128), version=4)), "table_id": key}
        member |= {"table_name": "package", "capacity": "organization", "group_id": owner, "state": "active"}
        yield [row], parts, [member]
        number += 1


def _stored(value: Any) -> str:
    """Write a value as CKAN keeps it among the extras."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _agency(position: int) -> str:
    name = f"{NAMES}-agency-{position}"
    known = model.Group.get(name)
    if known is not None:
        return str(known.id)
    return str(_act("organization_create", name=name, title=f"Benchmark agency {position}")["id"])


def _pattern(position: int, rng: random.Random, agencies: list[str]) -> str:
    from registry_site import COMPLETE  # noqa: PLC0415 - from tests/

    changed = change(rng)
    known = model.Package.get(f"{NAMES}-pattern-{position}")
    if known is not None:
        return str(known.id)
    package = {**copy.deepcopy(COMPLETE), **changed, "name": f"{NAMES}-pattern-{position}"}
    first = package["resources"][0]
    package["resources"] = [
        {**first, "name": f"Part {part}", "format": form}
        for part, form in enumerate(("CSV", "XLSX", "GeoJSON")[: 1 + position % 3])
    ]
    return str(
        _act("package_create", owner_org=agencies[position % AGENCIES], private=False, **package)["id"]
    )


def _act(name: str, /, **data: Any) -> Any:
    account = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(name)({"user": account, "ignore_auth": True}, data)


def main() -> None:
    """Fill and index."""
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    filled_and_indexed(sys.argv[1], lambda: fill(number))


def filled_and_indexed(ini: str, fill_it: Callable[[], int]) -> None:
    """Fill a site (the callable returns the number of records), index it and print what both took."""
    logging.disable(logging.WARNING)
    sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
    site = CtxObject(ini)
    from ckanext.migration.search import client, config  # noqa: PLC0415 - needs CKAN's configuration
    from ckanext.migration.search.upkeep import rebuild  # noqa: PLC0415 - as above

    begun = time.perf_counter()
    with site.app._wsgi_app.test_request_context():
        number = fill_it()
        filled = time.perf_counter()
        model.Session.remove()
        found = rebuild.run(
            model.meta.engine, client.engine(config.address()), config.alias(), datetime.now(UTC)
        )
    print(f"{number} records in {filled - begun:.0f} s; {found.datasets} indexed in", end=" ")
    print(f"{time.perf_counter() - filled:.0f} s, {len(found.refused)} refused")


if __name__ == "__main__":
    main()
