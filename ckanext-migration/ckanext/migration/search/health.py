"""How the search is, for its operators: one look at engine, index and outbox, and the page that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from babel import Locale
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from ckan import model

from ckanext.migration.search import client, config
from ckanext.migration.search.upkeep import condition, proofs, state

Row = tuple[str, str, str]


def look() -> dict[str, Any]:
    """Return the state of everything; an outage is a finding, not an error."""
    engine = client.engine(config.address(timeout=config.search_timeout()))
    found = state.read(model.Session.get_bind(), engine, config.alias())
    last = proofs.last(model.Session().connection())
    told = found.as_dict()
    told["problems"] = [{"dataset": dataset, "reason": reason} for dataset, reason in found.problems]
    told["last_reconcile"] = None
    if last is not None:
        told["last_reconcile"] = {**asdict(last), "compared_at": last.compared_at.isoformat()}
    return told


def faults(health: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return what has to be done, in the words of the command line: what it is, and the remedy."""
    if health["fault"]:
        yield health["fault"], health["remedy"] or ""
    if health["condition"] == condition.RED:
        yield _capital(condition.MEANINGS[condition.RED]), condition.REMEDIES[condition.RED]
    if health["blocks"]:
        said, remedy = condition.refused(health["blocks"])
        yield _capital(said), remedy
    if health["oldest_seconds"] >= state.LATE:
        yield "Changes wait too long", "See that `ckan migration search worker` runs."
    if health["set_aside"]:
        yield "The engine refused documents, see below", ""


def advice(health: Mapping[str, Any]) -> Iterator[str]:
    """Return what may wait, in the reader's language: the search works, but less well than it could."""
    if health["outdated"]:
        yield _older()
    if _aged(health):
        yield _unopened()


def rows(health: Mapping[str, Any], locale: Locale) -> Iterator[Row]:
    """Return name, value and explanation of each fact, in the reader's language."""

    def number(value: int) -> str:
        return format_decimal(value, locale=locale)

    yield tk._("Search engine"), _engine(health), ""
    yield (
        tk._("Index"),
        str(health["index"] or tk._("missing")),
        tk._("behind the name {alias}").format(alias=health["alias"]),
    )
    if health["condition"]:
        yield tk._("Condition"), _colours()[health["condition"]], _meanings()[health["condition"]]
        copies = tk._("as nodes allow") if health["replicas"] == config.AUTO else health["replicas"]
        told = tk._("copies of each: {replicas}; refreshed every {interval}")
        yield (
            tk._("Shards"),
            number(health["shards"]),
            told.format(replicas=copies, interval=health["refresh_interval"]),
        )
        fit = _older() if health["outdated"] else tk._("as this software makes it")
        yield tk._("Mapping version"), number(health["mapping_version"]), fit
        made = f"Elasticsearch {health['made_by']}"
        yield tk._("Index made by"), made, _unopened() if _aged(health) else ""
    if health["documents"] is not None:
        yield tk._("Indexed datasets"), number(health["documents"]), ""
    oldest = format_timedelta(health["oldest_seconds"], locale=locale) if health["waiting"] else ""
    yield (
        tk._("Waiting changes"),
        number(health["waiting"]),
        tk._("the oldest for {time}").format(time=oldest) if oldest else "",
    )
    yield tk._("Changes set aside"), number(health["set_aside"]), ""
    if health["rebuilding"]:
        yield tk._("Rebuild under way"), health["rebuilding"], ""
    yield _proof(health["last_reconcile"], locale)


def _aged(health: Mapping[str, Any]) -> bool:
    """Whether an older major release of the engine made the index."""
    if not health["engine"] or not health["made_by"]:
        return False
    return bool(health["made_by"] < int(str(health["engine"]).split(".", maxsplit=1)[0]))


def _older() -> str:
    return tk._("older than this software: run `ckan migration search rebuild`")


def _unopened() -> str:
    return tk._("the next major release will not open it: run `ckan migration search rebuild`")


def _engine(health: Mapping[str, Any]) -> str:
    return f"Elasticsearch {health['engine']}" if health["engine"] else tk._("does not answer")


def _proof(last: Mapping[str, Any] | None, locale: Locale) -> Row:
    name = tk._("Last comparison with the database")
    if last is None:
        return name, tk._("never"), tk._("run `ckan migration search reconcile`")
    when = format_datetime(datetime.fromisoformat(last["compared_at"]), "medium", locale=locale)
    told = tk._("{compared} datasets; differing before: {before}, after: {after}")
    before = last["missing"] + last["surplus"] + last["different"]
    return name, when, told.format(compared=last["compared"], before=before, after=last["left"])


def _colours() -> Mapping[str, str]:
    return {
        condition.GREEN: tk._("green"),
        condition.YELLOW: tk._("yellow"),
        condition.RED: tk._("red"),
    }


def _meanings() -> Mapping[str, str]:
    """Return ``condition.MEANINGS`` in the reader's language."""
    return {
        condition.GREEN: tk._("every part of the index and every copy is there"),
        condition.YELLOW: tk._(
            "everything can be found, but a copy is missing: one more lost node may take searches away"
        ),
        condition.RED: tk._("part of the index is on no node: searches are refused until it is back"),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
