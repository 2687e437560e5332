"""Records that the tests of the schemas start from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from migration_schemas import Record
from migration_schemas.kinds import NEED
from migration_schemas.samples import base

DATA = Path(__file__).resolve().parents[2] / "data"

MINIMAL: dict[str, Any] = {name: value for name, value in base().items() if name != "resources"}
RESOURCES: tuple[dict[str, Any], ...] = tuple(base()["resources"])


@pytest.fixture
def full() -> Record:
    """A record with a value in every field."""
    loaded = yaml.safe_load((DATA / "full_dataset.yaml").read_text(encoding="utf-8"))
    return Record(loaded["fields"], tuple(loaded["resources"]))


@pytest.fixture
def full_need() -> Record:
    """A described need with a value in every field."""
    loaded = yaml.safe_load((DATA / "full_need.yaml").read_text(encoding="utf-8"))
    return Record(loaded["fields"], kind=NEED)


@pytest.fixture
def need() -> Callable[..., Record]:
    """Make a need of which nothing is to be said, with some fields changed; None takes a field away."""
    loaded = yaml.safe_load((DATA / "full_need.yaml").read_text(encoding="utf-8"))

    def change(**fields: Any) -> Record:
        values = {**loaded["fields"], **fields}
        return Record({name: value for name, value in values.items() if value is not None}, kind=NEED)

    return change


@pytest.fixture
def minimal() -> Record:
    """A record that is just complete enough to be public."""
    return Record(MINIMAL, RESOURCES)


@pytest.fixture
def changed() -> Callable[..., Record]:
    """Make a minimal record with some fields changed; None takes a field away."""

    def change(resources: tuple[dict[str, Any], ...] = RESOURCES, **fields: Any) -> Record:
        values = {**MINIMAL, **fields}
        return Record({name: value for name, value in values.items() if value is not None}, resources)

    return change
