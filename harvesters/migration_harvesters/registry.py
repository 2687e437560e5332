"""Finds the protocols and formats that are installed, ours and those of others, by entry points."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from migration_harvesters import options
from migration_harvesters.errors import PartnerConfigError
from migration_harvesters.options import Option
from migration_harvesters.records import Asks, Mapper, RawRecord, Source, SourceConfig
from migration_schemas import Record

SOURCES = "migration.sources"
MAPPERS = "migration.mappers"


def source(protocol: str) -> Callable[[SourceConfig, Asks], Source]:
    """Load the reader of a protocol: call it with the description of a source and an HTTP client."""
    loaded: Callable[[SourceConfig, Asks], Source] = _load(SOURCES, protocol)
    return loaded


def mapper(name: str) -> Callable[[RawRecord, SourceConfig], Record]:
    """Load the mapper of a format, as named by `RawRecord.format`; here without its notes."""
    interpret: Mapper = _load(MAPPERS, name)
    return lambda raw, config: interpret(raw, config).record


def protocols() -> tuple[str, ...]:
    """Names of the protocols that can be registered."""
    return tuple(sorted(_points(SOURCES)))


def known_options(protocol: str) -> tuple[Option, ...] | None:
    """List the options that a protocol declares, common ones first; None if it takes whatever it is given."""
    return options.declared(source(protocol))


def title(protocol: str, lang: str = "en") -> str:
    """Name a protocol for people."""
    return options.said(getattr(source(protocol), "TITLE", {}), lang) or protocol


def address(protocol: str, lang: str = "en") -> str:
    """Say which address of a partner a protocol expects."""
    return options.said(getattr(source(protocol), "ADDRESS", {}), lang)


@cache
def _points(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}


@cache
def _load(group: str, name: str) -> Any:
    try:
        return _points(group)[name].load()
    except KeyError as exc:
        known = ", ".join(sorted(_points(group)))
        raise PartnerConfigError(
            f"“{name}” is not known here; known are: {known}.",
            code="unknown-protocol",
            remedy="Choose one of these, or install the package that brings it.",
        ) from exc
