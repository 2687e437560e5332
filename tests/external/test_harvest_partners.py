"""Recorded replies of real portals through the whole engine: every record is accounted for."""

from __future__ import annotations

import gzip
import json
import os
from typing import Any

import pytest

import replay
from ckanext.migration.harvest.decisions import Outcome
from harvest_portal import Partner, call, packages, partner, records
from partners import FIXTURES, present

__all__ = ["partner"]

pytestmark = present
PORTALS = ("italy-unibo", "germany-govdata", "france-udata")
SYNTAXES = {".rdf": "application/rdf+xml", ".xml": "application/rdf+xml", ".ttl": "text/turtle"}
SYNTAXES |= {".jsonld": "application/ld+json"}


def account(found: dict[str, Any]) -> None:
    """The figures of a run add up, and whatever is not in the catalogue has a name, a reason and a remedy."""
    figures = found["counters"]
    assert figures["waiting"] == 0
    gone = (Outcome.MISSING, Outcome.LEAVING, Outcome.ARCHIVED)
    counted_with_failures = (Outcome.CONFLICT,)
    kinds = [kind for kind in Outcome if kind not in (*gone, *counted_with_failures)]
    assert figures["listed"] == sum(figures[kind] for kind in kinds)
    for row in records(found["id"], "failed"):
        assert row["remote_id"]
        assert row["stage"]
        assert row["error"]["message"]
        assert row["error"].get("remedy"), row["error"]


def twice(here: Partner, name: str, protocol: str, options: dict[str, Any] | None = None) -> dict[str, Any]:
    """Harvest a portal twice; the second time nothing is left to do."""
    known = len(packages())
    here.register(name, protocol=protocol, options=options or {})
    first = here.run()
    print(
        f"{name}: { ({key: number for key, number in first['counters'].items() if number}) } {first['state']}"
    )
    if first["state"] == "failed":
        assert first["error"]["message"]
        return first
    account(first)
    assert len(packages()) == known + first["counters"]["added"]
    second = here.run()
    account(second)
    assert second["counters"]["written"] == 0
    assert second["counters"]["unchanged"] == first["counters"]["added"]
    return first


def test_recorded_dcat_catalogues(partner):
    folder = FIXTURES / "dcat"
    files = [
        path for path in sorted(folder.rglob("*")) if path.suffix in SYNTAXES and path.stat().st_size < 2**20
    ]
    assert files
    states = {}
    # Each is read and mapped in test_partners_dcat; through the engine every ninth, unless there is time.
    for number, path in enumerate(files if os.environ.get("LONG_TESTS") else files[::9]):
        body = path.read_bytes()
        label = SYNTAXES[path.suffix]
        partner.portal.answering = lambda path, query, body=body, label=label: replay.Answer(body, label)
        found = twice(partner, f"catalogue-{number}", "dcat")
        states[str(path.relative_to(folder))] = found["state"]
    assert "finished" in states.values()


@pytest.mark.parametrize(
    ("pattern", "most"),
    [("hdx-2025-11/*.json.gz", 60), ("hdx-healthsites/healthsites.json", 60)],
    ids=["hdx", "healthsites"],
)
def test_recorded_ckan_portals(partner, pattern, most):
    stored: list[dict[str, Any]] = []
    for path in sorted((FIXTURES / "ckan").glob(pattern)):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        loaded = json.loads(body)
        loaded = loaded.get("result", loaded) if isinstance(loaded, dict) else loaded
        stored += loaded.get("results", []) if isinstance(loaded, dict) else loaded
    shown = stored[:most]
    partner.portal.answering = replay.ckan(shown)

    found = twice(partner, "portal", "ckan", {"include_private": True})

    assert found["complete"]
    assert found["counters"]["added"] == len(shown) > 0
    assert call("source_show", id="portal")["last_run"]["number"] == 2
