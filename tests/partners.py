"""What the suites over recorded partners share: where the recordings are, how a source is read whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import replay
from migration_harvesters import registry
from migration_harvesters.errors import HarvestError
from migration_harvesters.http import Http, Limits
from migration_harvesters.records import Failure, Listing, SourceConfig
from migration_schemas import Record

FIXTURES = Path(__file__).resolve().parents[1].parent / "shared" / "fixtures"
present = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="the recorded partners are not beside the checkout"
)


@dataclass
class Harvest:
    """Everything that came of reading one portal."""

    listing: Listing
    records: dict[str, Record] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, Any]:
        reasons = Counter(failure.error.code for failure in self.failures)
        return {
            "listed": self.listing.listed,
            "expected": self.listing.expected,
            "mapped": len(self.records),
            "failed": dict(reasons),
            "ignored": dict(self.listing.ignored),
            "complete": self.listing.complete,
        }

    def account(self) -> None:
        """Every record is mapped, or named with a reason: none is lost silently."""
        lost = self.listing.listed - len(self.records) - sum(self.listing.ignored.values())
        # Duplicates are listed once; what has no name is not counted as listed, and makes the list doubtful.
        apart = {"duplicate-identifier", "no-identifier"}
        named = {failure.remote_id for failure in self.failures if failure.error.code not in apart}
        assert lost == len(named), self.counts
        for failure in self.failures:
            assert failure.error.message
            assert failure.error.remedy


def harvest(
    portal: replay.Portal, protocol: str, url: str | None = None, options: Mapping[str, Any] | None = None
) -> Harvest:
    """Read and map everything, as the engine does it, without a database."""
    config = SourceConfig(url=url or portal.url, protocol=protocol, options=options or {}, allow_private=True)
    http = Http(allow_private=True, limits=Limits(gap=0, attempts=1), resolver=portal.resolver)
    listing = registry.source(protocol)(config, http).listing()
    found = Harvest(listing)
    for page in listing:
        found.failures.extend(page.failures)
        for raw in page.items:
            assert raw.ref.id not in found.bodies
            found.bodies[raw.ref.id] = raw.body
            try:
                found.records[raw.ref.id] = registry.mapper(raw.format)(raw, config)
            except HarvestError as error:
                found.failures.append(Failure(raw.ref.id, "map", error))
    return found


Answering = Callable[[str, Mapping[str, str]], replay.Answer | None]
