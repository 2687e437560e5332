"""What `peer.py` does for `harvest_peers.py`: harvesting with this software and with ckanext-harvest."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

AGREED = {
    "default_sensitivity": "low",
    "default_personal_data_status": ["non-personal"],
    "default_access_rights": "PUBLIC",
}
STOCK = "dcat_rdf"
BATCH = 1000


def _context() -> dict[str, Any]:
    account = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return {"user": account, "ignore_auth": True}


def _organization(name: str) -> str:
    known = model.Group.get(name)
    return str(known.id if known else tk.get_action("organization_create")(_context(), {"name": name})["id"])


def harvest(source: str, url: str, organization: str) -> Any:
    """Harvest with this software; the source is registered the first time. Returns counters."""
    from ckanext.migration.harvest import runner  # noqa: PLC0415 - only on this software

    tk.config["ckanext.migration.harvest.request_gap_milliseconds"] = 0
    settings = {"url": url, "protocol": "dcat", "organization": _organization(organization)}
    known = {each["name"] for each in tk.get_action("migration_harvest_source_list")(_context(), {})}
    if source not in known:
        settings |= {"name": source, "options": AGREED, "allow_private": True}
        tk.get_action("migration_harvest_source_create")(_context(), settings)
    run = tk.get_action("migration_harvest_run_create")(_context(), {"source": source, "wake": False})
    runner.execute(run["id"])
    model.Session.rollback()
    shown = tk.get_action("migration_harvest_run_show")(_context(), {"id": run["id"]})
    return {"state": shown["state"], **shown["counters"], "timings": shown["timings"]}


def stock_harvest(source: str, url: str, organization: str) -> Any:
    """Harvest with ckanext-harvest and ckanext-dcat: gather, fetch and import, in this process."""
    from ckanext.harvest import queue  # noqa: PLC0415 - only on the other site
    from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestSource  # noqa: PLC0415

    known = model.Session.query(HarvestSource).filter_by(title=source).first()
    if known is None:
        settings = {"name": source, "title": source, "url": url, "source_type": STOCK}
        settings |= {"owner_org": _organization(organization)}
        settings |= {"config": json.dumps({"rdf_format": "application/rdf+xml"})}
        made = tk.get_action("harvest_source_create")(_context(), settings)
        known = HarvestSource.get(made["id"])
    job = HarvestJob(source=known)
    job.save()
    harvester = queue.get_harvester(STOCK)
    harvester = harvester() if isinstance(harvester, type) else harvester
    done: dict[str, int] = {}
    for key in queue.gather_stage(harvester, job) or ():
        found = HarvestObject.get(key)
        queue.fetch_and_import_stages(harvester, found)
        outcome = found.report_status or found.state
        done[outcome] = done.get(outcome, 0) + 1
    return done


def stock_fill(number: int) -> Any:
    """Bring the database of the other site to so many datasets: copies of one that was harvested."""
    package, resource = model.package_table, model.resource_table
    connection = model.Session.connection()
    held = connection.execute(sa.select(sa.func.count()).select_from(package)).scalar_one()
    query = sa.select(package).where(package.c.extras["guid"].as_string().is_not(None)).limit(1)
    pattern = dict(connection.execute(query).mappings().one())
    query = sa.select(resource).where(resource.c.package_id == pattern["id"])
    files = [dict(row) for row in connection.execute(query).mappings()]
    for start in range(held, number, BATCH):
        rows, parts = [], []
        for _each in range(min(BATCH, number - start)):
            key, now = str(uuid.uuid4()), datetime.now(UTC).replace(tzinfo=None)
            extras = {**pattern["extras"], "guid": f"urn:uuid:{key}"}
            rows.append(
                {**pattern, "id": key, "name": f"filled-{key}", "extras": extras, "metadata_created": now}
            )
            parts += [{**file, "id": str(uuid.uuid4()), "package_id": key} for file in files]
        connection.execute(sa.insert(package), rows)
        connection.execute(sa.insert(resource), parts)
    model.Session.commit()
    connection = model.Session.connection()
    connection.execute(sa.text("analyze package"))
    model.Session.commit()
    return max(held, number)


def held() -> Any:
    """Count the datasets."""
    return model.Session.query(model.Package).count()


def content(addresses: list[str]) -> Any:
    """Write down what the datasets say that have these identifiers, in what both dataset types can say."""
    package = model.package_table
    query = sa.select(package.c.id).where(package.c.extras["identifier"].as_string().in_(addresses))
    found = {}
    for key in model.Session.scalars(query):
        shown = tk.get_action("package_show")(_context(), {"id": key})
        resources = [[each["url"], each["name"]] for each in shown["resources"]]
        contact = shown["contact"][0]
        found[shown["identifier"]] = {
            "texts": [shown["title"], shown["notes"], shown["issued"], shown["modified"]],
            "contact": [contact["name"], contact["email"].removeprefix("mailto:")],
            "publisher": shown["publisher"][0]["name"],
            "resources": sorted(resources),
        }
    return found


def progress(source: str) -> Any:
    """Say in which phase the run of a source is and how far it has come; None before it began."""
    from ckanext.migration.harvest.model import HarvestRun, HarvestSnapshot, HarvestSource  # noqa: PLC0415

    run = (
        model.Session.query(HarvestRun)
        .join(HarvestSource, HarvestSource.id == HarvestRun.source_id)
        .filter(HarvestSource.name == source)
        .one_or_none()
    )
    if run is None:
        return None
    rows = model.Session.query(HarvestSnapshot).filter_by(run_id=run.id)
    if run.phase == "stage":
        rows = rows.filter(HarvestSnapshot.outcome != "waiting")
    elif run.phase != "list":
        rows = rows.filter_by(applied=True)
    return {"phase": run.phase, "done": rows.count()}


def written() -> Any:
    """Count the rows that CKAN's and the search's tables were written, as PostgreSQL counts them."""
    model.Session.commit()
    model.Session.remove()
    model.meta.engine.dispose()
    time.sleep(1)  # a connection tells its counts when it ends
    tables = ("package", "resource", "member", "package_tag", "migration_search_outbox")
    query = "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_user_tables"
    asked = sa.text(f"{query} where relname = any(:tables)")
    return int(model.Session.scalar(asked, {"tables": list(tables)}))


def documents() -> Any:
    """Count the documents that the engine was sent since it started."""
    from ckanext.migration.search import config  # noqa: PLC0415 - only on this software

    address = f"{tk.config['solr_url']}/{config.alias()}/_stats/indexing"
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.load(answer)["_all"]["total"]["indexing"]["index_total"]


def own_fill(number: int) -> Any:
    """Bring this software's database to so many datasets."""
    import search_catalogue  # noqa: PLC0415 - only on this software

    sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
    count = held()
    if count < number:
        search_catalogue.fill(model.Session.query(model.Package).filter(LIKE).count() + number - count)
    model.Session.execute(sa.text("analyze"))
    model.Session.commit()
    return held()


LIKE = model.Package.name.like("benchmark-search%")
MEMBERS = (harvest, stock_harvest, stock_fill, own_fill, held, content, progress, written, documents)
WORK = {each.__name__: each for each in MEMBERS}
