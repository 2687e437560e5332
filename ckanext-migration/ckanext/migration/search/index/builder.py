"""What makes the documents of the index: this software, its schemas and code lists, plugins, settings.

Two documents of the same rows that have the same builder are equal. Builders that differ may still make equal
ones; it is not worth finding out.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import inspect
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

_OURS = ("ckanext.migration", "migration_schemas", "migration_vocabularies", "migration_harvesters")
_READ = frozenset({".py", ".yaml", ".yml", ".json", ".ttl", ".csv", ".tsv", ".txt"})
_SECRET = ("secret", "password", "passwd", "token", "api_key", "sqlalchemy", "_url", "redis", "smtp")
"""Parts of names of settings that are secret or tell where servers are: neither shapes a document."""
_SHAPING = ("ckan.site_url", "licenses_group_url")
_FAMILIES = ("ckan.", "ckanext.", "scheming.", "licenses_", "search.")
"""Beginnings of names of settings of CKAN and its extensions; the others are those of the web framework."""
_PLAIN = (str, int, float, bool)


@cache
def software() -> str:
    """Return a fingerprint of what is installed, and of our own files; taken once a process, at its start.

    A process goes on as what it began as, also when its files are replaced.
    """
    found = hashlib.sha256()
    for name in sorted(f"{each.name}=={each.version}" for each in importlib.metadata.distributions()):
        found.update(name.encode())
    for package in _OURS:
        _add_files(found, _folders(package))
    return found.hexdigest()


def fingerprint() -> str:
    """Return 16 letters and digits that change with whatever may make another document of the same rows."""
    found = hashlib.sha256(software().encode())
    for package in sorted({_package(type(plugin)) for plugin in _plugins()}):
        found.update(package.encode())
        if not package.startswith((*_OURS, "ckan.")):
            found.update(_of_package(package).encode())
    for name, value in sorted(_settings()):
        found.update(f"\0{name}={value!r}".encode())
    return found.hexdigest()[:16]


def _plugins() -> Iterator[Any]:
    for interface in (p.IPackageController, p.IResourceController, p.IDatasetForm, p.IPermissionLabels):
        yield from p.PluginImplementations(interface)


def _package(kind: type) -> str:
    """Return the package in which a plugin lives: `ckanext.foo`, or the first part of another name."""
    parts = kind.__module__.split(".")
    return ".".join(parts[:2] if parts[0] in {"ckanext", "ckan"} else parts[:1])


@cache
def _of_package(package: str) -> str:
    found = hashlib.sha256()
    _add_files(found, _folders(package))
    return found.hexdigest()


def _folders(package: str) -> list[Path]:
    module = import_module(package)
    if hasattr(module, "__path__"):
        return [Path(each) for each in module.__path__]
    return [Path(inspect.getfile(module))]


def _add_files(found: Any, folders: Iterable[Path]) -> None:
    for folder in folders:
        files = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
        for file in files:
            if file.suffix in _READ and file.is_file():
                found.update(str(file.relative_to(folder.parent)).encode())
                found.update(file.read_bytes())


def _settings() -> Iterator[tuple[str, Any]]:
    for name, value in tk.config.items():
        kept_back = name not in _SHAPING and any(part in name.lower() for part in _SECRET)
        if name.startswith(_FAMILIES) and not kept_back:
            if isinstance(value, _PLAIN):
                yield name, value
            elif isinstance(value, list | tuple) and all(isinstance(each, _PLAIN) for each in value):
                yield name, list(value)
