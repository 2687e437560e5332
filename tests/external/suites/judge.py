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
import yaml

NEEDS_AN_EMPTY_INDEX = "ckan/tests/cli/test_db.py"
"""It counts all documents, and another file leaves one of another ``site_id``, so it goes first."""
EXCEPTIONS = Path(__file__).with_name("exceptions.toml")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--judged-suite", help="name of the suite in exceptions.toml")
    parser.addoption("--exceptions", type=Path, default=EXCEPTIONS, help="another exceptions.toml")


def pytest_configure() -> None:
    """Parse CKAN's declaration, as nearly each test has it done, by the C library: equal results."""
    yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[misc]


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
    items.sort(key=lambda item: not item.path.as_posix().endswith(NEEDS_AN_EMPTY_INDEX))
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
def _same_words(request: pytest.FixtureRequest) -> None:
    """Let the made-up texts be the same in each run.

    CKAN's tests search for words like "One", which then and now stands in a description that Faker made
    up as well; with these seeds it does not.
    """
    faker = pytest.importorskip("faker")
    faker.Faker.seed(f"{request.path.name} 1")


@pytest.fixture(autouse=True, scope="module")
def _tables(request: pytest.FixtureRequest) -> None:
    """Make the tables of plugins where the tests before dropped all tables and made only CKAN's again."""
    if not request.config.pluginmanager.has_plugin("ckan_fixtures"):
        return
    import sqlalchemy as sa  # noqa: PLC0415 - the judge works without CKAN too
    from ckan import model  # noqa: PLC0415

    engine = model.meta.engine
    tables = sa.inspect(engine) if engine is not None else None
    if not tables or not tables.has_table("package"):
        return
    if not tables.has_table("migration_search_outbox"):
        _migrate(request, "migration_search")
    if "activity" in request.path.parts and not any(
        column["name"] == "permission_labels" for column in tables.get_columns("activity")
    ):
        _migrate(request, "activity")


def _migrate(request: pytest.FixtureRequest, plugin: str) -> None:
    from ckan import plugins  # noqa: PLC0415

    idle = not plugins.plugin_loaded(plugin)
    if idle:
        plugins.load(plugin)
    request.getfixturevalue("migrate_db_for")(plugin)
    if idle:
        plugins.unload(plugin)
