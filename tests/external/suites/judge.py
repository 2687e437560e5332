"""A pytest plugin: what may fail in a suite of others is named beforehand, with the reason.

A test of the list that passes fails the run too, and so does one that the suite no longer has: the
list must not grow old.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

EXCEPTIONS = Path(__file__).with_name("exceptions.toml")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--judged-suite", help="name of the suite in exceptions.toml")
    parser.addoption("--exceptions", type=Path, default=EXCEPTIONS, help="another exceptions.toml")


def expected(file: Path, suite: str) -> dict[str, str]:
    """Return the tests that may fail, with the reason."""
    groups: list[Mapping[str, Any]] = tomllib.loads(file.read_text("utf-8")).get(suite, [])
    return {name: group["reason"] for group in groups for name in group["tests"]}


def name_of(item: pytest.Item) -> str:
    """``ckan/tests/lib/test_x.py::TestY::test_z``: without the folder of the environment."""
    path, _, test = item.nodeid.partition("::")
    parts = Path(path).parts
    start = max(
        index for index, part in enumerate(parts) if part in {"ckan", "ckanext"} and index + 1 < len(parts)
    )
    return f"{'/'.join(parts[start:])}::{test}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reasons = expected(config.getoption("--exceptions"), config.getoption("--judged-suite"))
    found = set()
    for item in items:
        name = name_of(item)
        if name in reasons:
            found.add(name)
            item.add_marker(pytest.mark.xfail(reason=reasons[name], strict=True))
    chosen = config.option.keyword or any("::" in word for word in config.args)
    files = {name.partition("::")[0] for name in map(name_of, items)}
    gone = sorted(name for name in set(reasons) - found if name.partition("::")[0] in files)
    if gone and not chosen:
        raise pytest.UsageError("named in exceptions.toml and not in the suite: " + ", ".join(gone))


@pytest.fixture(autouse=True, scope="module")
def _outbox(request: pytest.FixtureRequest) -> None:
    """Make the tables of the search again where CKAN's tests of its command line dropped all tables."""
    if not request.config.pluginmanager.has_plugin("ckan_fixtures"):
        return
    import sqlalchemy as sa  # noqa: PLC0415 - the judge works without CKAN too
    from ckan import model  # noqa: PLC0415

    engine = model.meta.engine
    tables = sa.inspect(engine) if engine is not None else None
    if tables and tables.has_table("package") and not tables.has_table("migration_search_outbox"):
        request.getfixturevalue("migrate_db_for")("migration_search")
