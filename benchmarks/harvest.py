"""Harvest: the engine against the plain way, in one run on one machine, on the same records over HTTP.

Plain is the loop that everybody writes with ckanapi: ask the partner's `package_search`, and for each record
`package_create`, or `package_update` when it is there already. Both sides map with the same mapper and both
write through CKAN's actions with all their hooks (validation, publishing rule, search). The engine keeps raw
replies, snapshots and reports on top. Rounds alternate; the ratio counts only if both leave equal datasets.

    python benchmarks/harvest.py CKAN_INI [number of records] [rounds]

CKAN_INI names a site whose database may be filled with test records.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import ckanapi
from ckan import model
from ckan.cli.cli import CtxObject

from migration_harvesters import registry
from migration_harvesters.records import RawRecord, RemoteRef, SourceConfig
from migration_schemas import record as records

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))
UNSTEADY = {"id", "name", "package_id", "created", "metadata_created", "metadata_modified", "creator_user_id"}
UNSTEADY |= {"mimetype"}  # CKAN guesses it on updates only


def plainly(portal: str, owner: str, names: dict[str, str]) -> None:
    """Harvest as a script with ckanapi does; `names` says what was created before."""
    remote, local = ckanapi.RemoteCKAN(portal, get_only=True), ckanapi.LocalCKAN()
    config = SourceConfig(url=portal, protocol="ckan", options={}, allow_private=True)
    start, total = 0, 1
    while start < total:
        found = remote.action.package_search(q="*:*", rows=100, start=start, sort="id asc")
        total = found["count"]
        for row in found["results"]:
            body, address = strict(row), f"{portal}/dataset/{row['name']}"
            mapped = registry.mapper("ckan")(
                RawRecord(RemoteRef(row["id"], None, address), "ckan", body), config
            )
            package = records.to_package(agreed(mapped)) | {"owner_org": owner, "private": False}
            if row["id"] in names:
                local.action.package_update(id=names[row["id"]], name=names[row["id"]], **package)
            else:
                names[row["id"]] = f"plain-{uuid.uuid4().hex[:12]}"
                local.action.package_create(name=names[row["id"]], **package)
        start += len(found["results"])


def strict(row: dict[str, Any]) -> bytes:
    """Write a record as the engine's source hands it over."""
    from migration_harvesters import strict_json  # noqa: PLC0415 - only here

    return strict_json.canonical(row)


def agreed(mapped: Any) -> Any:
    """Fill in what was agreed with the partner, as the engine does."""
    from ckanext.migration.harvest import agreement  # noqa: PLC0415
    from harvest_portal import AGREED  # noqa: PLC0415 - from tests/

    return agreement.read(AGREED).complete(mapped)[0]


def content(organization: str) -> list[Any]:
    """Write down what an organisation's datasets say, without ids, names and times."""
    context = {"ignore_auth": True, "user": ""}
    ids = [row.id for row in model.Session.query(model.Package.id).filter_by(owner_org=organization)]
    found = []
    for key in ids:
        package = tk.get_action("package_show")(dict(context), {"id": key})
        resources = [
            {name: value for name, value in entry.items() if name not in UNSTEADY}
            for entry in package["resources"]
        ]
        kept = {
            name: value
            for name, value in package.items()
            if name not in {*UNSTEADY, "owner_org", "organization"}
        }
        found.append({**kept, "resources": resources})
    model.Session.rollback()
    return sorted(found, key=lambda one: str(one["identifier"]))


def clock(work: Callable[[], Any]) -> float:
    """Take the time of a piece of work."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def one_round(number: int, turn: int) -> dict[str, float]:
    """Harvest the same new portal both ways, twice each; who begins alternates."""
    import replay  # noqa: PLC0415 - from tests/
    from ckanext.migration.harvest import runner  # noqa: PLC0415
    from harvest_portal import AGREED, call, package, show  # noqa: PLC0415

    mark = uuid.uuid4().hex[:8]
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    owners = [
        tk.get_action("organization_create")({"ignore_auth": True, "user": user}, {"name": f"{side}-{mark}"})[
            "id"
        ]
        for side in ("engine", "plain")
    ]
    stored = replay.ckan([package(item) for item in range(1, number + 1)])
    # ckanapi asks /api/action, the engine /api/3/action, as CKAN serves both
    with replay.serving(
        lambda path, query: stored(path.replace("/api/action/", "/api/3/action/"), query)
    ) as portal:
        name = f"benchmark-{mark}"
        settings = {"url": portal.url, "protocol": "ckan", "organization": owners[0], "options": AGREED}
        call("source_create", name=name, allow_private=True, **settings)
        names: dict[str, str] = {}
        expected = iter(("added", "unchanged"))

        def engine() -> None:
            run = call("run_create", source=name, wake=False)
            runner.execute(run["id"])
            figures = show(run["id"])["counters"]
            assert figures[next(expected)] == number, figures

        sides = [("engine", engine), ("plain", lambda: plainly(portal.url, owners[1], names))]
        times = {}
        for kind in ("first", "unchanged"):
            for side, work in sides if turn % 2 == 0 else sides[::-1]:
                times[f"{kind} {side}"] = clock(work)
    mine, theirs = content(owners[0]), content(owners[1])
    assert len(mine) == number, f"{len(mine)} datasets instead of {number}"
    different = [
        name for one, other in zip(mine, theirs, strict=True) for name in one if one[name] != other.get(name)
    ]
    assert mine == theirs, f"the two ways did not leave equal datasets: {sorted(set(different))}"
    return times


def main() -> None:
    """Run the rounds and print medians and ratios."""
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    CtxObject(sys.argv[1])
    logging.disable(logging.WARNING)
    tk.config["ckanext.migration.harvest.request_gap_milliseconds"] = 0
    one_round(2, 0)  # both sides load their code lists and shapes once
    found = [one_round(number, turn) for turn in range(rounds)]
    print(f"{number} records, {rounds} rounds, datasets equal; load {os.getloadavg()[0]:.1f}")
    print(f"{'':12}{'engine ms':>12}{'plain ms':>12}{'ratio':>9}   (per record, medians)")
    for kind in ("first", "unchanged"):
        engine, plain = (
            statistics.median(times[f"{kind} {side}"] for times in found) / number * 1000
            for side in ("engine", "plain")
        )
        print(f"{kind:12}{engine:12.1f}{plain:12.1f}{plain / engine:8.1f}x")


if __name__ == "__main__":
    main()
