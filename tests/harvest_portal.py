"""A partner over real HTTP and a source for it: what the tests of the harvest share."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories

import plugin_tables
import replay
from ckanext.migration.harvest import crashpoints, runner
from ckanext.migration.harvest.model import HarvestRecord, HarvestRun, HarvestSnapshot, HarvestSource

AGREED = {
    "default_sensitivity": "low",
    "default_personal_data_status": ["non-personal"],
    "default_access_rights": "PUBLIC",
}


def package(number: int, **changes: Any) -> dict[str, Any]:
    """Build a record as a CKAN partner sends it; complete enough to be public here."""
    whole = {
        "id": f"remote-{number:03}",
        "name": f"displacement-round-{number}",
        "title": f"Displacement tracking, round {number}",
        "notes": f"Counts of internally displaced persons by district and cause, assessment round {number}.",
        "dataset_source": "Displacement Tracking Unit",
        "url": f"https://partner.example/rounds/{number}",
        "language": ["en"],
        "maintainer": "Data team",
        "maintainer_email": "data@partner.example",
        "dataset_date": "[2024-01-01T00:00:00 TO 2024-12-31T23:59:59]",
        "data_update_frequency": "180",
        "last_modified": "2026-10-15T08:15:00.000000",
        "metadata_modified": "2026-10-15T08:20:00.000000",
        "methodology": ["Key informant interviews"],
        "license_id": "cc-by",
        "private": False,
        "state": "active",
        "type": "dataset",
        "organization": {"name": "tracking", "title": "Displacement Tracking Unit"},
        "groups": [{"name": "sdn", "title": "Sudan", "display_name": "Sudan"}],
        "tags": [
            {"name": name} for name in ("internal displacement", "internally displaced persons", "stock")
        ],
        "resources": [
            {
                "id": f"resource-{number}",
                "name": "Figures",
                "url": f"https://partner.example/files/{number}.csv",
                "format": "CSV",
                "state": "active",
            }
        ],
    }
    return {**whole, **changes}


INVALID = {"notes": "Too short.", "groups": []}


@dataclass
class Partner:
    """A running portal and the source that reads it."""

    portal: replay.Portal
    organization: str
    source: dict[str, Any] = field(default_factory=dict)

    def offer(self, *packages: dict[str, Any], most: int = 1000) -> None:
        """Let the portal list these records from now on."""
        self.portal.answering = replay.ckan(packages, most=most)

    def register(self, name: str = "partner", **changes: Any) -> dict[str, Any]:
        """Register the portal as a source."""
        settings = {
            "name": name,
            "title": f"The {name}",
            "url": self.portal.url,
            "protocol": "ckan",
            "organization": self.organization,
            "options": AGREED,
            "allow_private": True,
        }
        self.source = call("source_create", **(settings | changes))
        return self.source

    def fix_id(self) -> None:
        """Give the source the same id in each test, so that results can be compared."""
        fixed = str(uuid.uuid5(uuid.NAMESPACE_URL, self.source["name"]))
        model.Session.execute(sa.update(HarvestSource).values(id=fixed))
        model.Session.commit()
        self.source["id"] = fixed

    def run(self, *, name: str | None = None) -> dict[str, Any]:
        """Harvest in this process and show the run."""
        started = call("run_create", source=name or self.source["name"], wake=False)
        runner.execute(started["id"])
        return show(started["id"])


def call(action: str, **data: Any) -> Any:
    """Call an action of the harvest as the system."""
    return tk.get_action(f"migration_harvest_{action}")({"ignore_auth": True, "user": site_user()}, data)


def site_user() -> str:
    """Name the site user."""
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


def show(run_id: str) -> dict[str, Any]:
    """Show a run as it is now."""
    model.Session.rollback()
    model.Session.expire_all()
    return call("run_show", id=run_id)


def records(run_id: str, only: str | None = None) -> list[dict[str, Any]]:
    """List the records of a run."""
    return call("record_list", run=run_id, limit=100, **({"only": only} if only else {}))["results"]


def packages(**filters: Any) -> dict[str, dict[str, Any]]:
    """Show all datasets by name, in whatever state."""
    model.Session.rollback()
    model.Session.expire_all()
    ids = [row.id for row in model.Session.query(model.Package.id).filter_by(**filters)]
    found = [
        tk.get_action("package_show")({"ignore_auth": True, "user": site_user()}, {"id": key}) for key in ids
    ]
    return {dataset["name"]: dataset for dataset in found}


def by_remote_id() -> dict[str, HarvestRecord]:
    """Read the ledger by remote id."""
    model.Session.rollback()
    model.Session.expire_all()
    return {row.remote_id: row for row in model.Session.query(HarvestRecord)}


UNSTEADY = (
    "metadata_created",
    "metadata_modified",
    "revision_id",
    "creator_user_id",
    "owner_org",
    "organization",
)


def canonical() -> dict[str, Any]:
    """Write down everything that must not depend on how often a run was interrupted."""
    datasets = []
    for name, dataset in sorted(packages().items()):
        resources = [
            {
                key: value
                for key, value in resource.items()
                if key not in (*UNSTEADY, "id", "package_id", "created")
            }
            for resource in dataset["resources"]
        ]
        plain = {key: value for key, value in dataset.items() if key not in UNSTEADY}
        owner = dataset["organization"]["name"]
        datasets.append((name, {**plain, "resources": resources, "owner": owner}))
    ledger = [
        (
            row.remote_id,
            row.package_id,
            row.state,
            row.private,
            row.content_hash,
            row.raw_hash,
            row.missing_runs,
        )
        for row in model.Session.query(HarvestRecord).order_by(HarvestRecord.remote_id)
    ]
    snapshot = [
        (run.number, row.remote_id, row.outcome, row.applied, row.content_hash, row.package_id, row.changed)
        for row, run in model.Session.query(HarvestSnapshot, HarvestRun)
        .join(HarvestRun)
        .order_by(HarvestRun.number, HarvestSnapshot.remote_id)
    ]
    states = [
        (run.number, run.state, run.phase, run.complete, run.stable, run.counters)
        for run in model.Session.query(HarvestRun).order_by(HarvestRun.number)
    ]
    return {"datasets": datasets, "ledger": ledger, "snapshot": snapshot, "runs": states}


def killed_at(point: str, run_id: str) -> int:
    """Let a process of its own work on a run and be killed at a crash point; the signal, 0 if it lived."""
    model.Session.remove()
    model.meta.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            os.environ[crashpoints.VARIABLE] = point
            runner.execute(run_id)
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


@pytest.fixture
def partner(
    with_plugins: Any, clean_db: Any, migrate_db_for: Any, clean_index: Any, monkeypatch: Any
) -> Iterator[Partner]:
    """Give a portal without records, and an organisation that owns what comes from it."""
    plugin_tables.ensure(migrate_db_for)
    monkeypatch.setitem(tk.config, "ckanext.migration.harvest.request_gap_milliseconds", 0)
    owner = factories.Organization(name="tracking-unit")
    with replay.serving(replay.ckan([])) as portal:
        yield Partner(portal, owner["id"])
    model.Session.rollback()


@contextmanager
def setting(monkeypatch: Any, **options: Any) -> Iterator[None]:
    """Set options of the harvest for a while."""
    with monkeypatch.context() as patch:
        for name, value in options.items():
            patch.setitem(tk.config, f"ckanext.migration.harvest.{name}", value)
        yield
