"""Everything that an operator should look at, in one go: each finding with what to do about it.

It changes nothing. A check that the engine does not let us make is told as such; it is never
counted as well.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from ckanext.migration.search import cluster, config, privileges
from ckanext.migration.search.delivery import outbox
from ckanext.migration.search.errors import IndexForbidden, SearchFault
from ckanext.migration.search.findings import FAULT, OK, WARNING, Check, Finding, Patient
from ckanext.migration.search.index import lifecycle
from ckanext.migration.search.upkeep import comparison, state
from ckanext.migration.search.vectors import embedding, keeping

__all__ = ["FAULT", "OK", "WARNING", "Finding", "Patient", "examine", "summary"]

SKEW = 30.0
"""Seconds between the clocks of this node and the database that are told."""


def examine(patient: Patient) -> list[Finding]:
    """Make every check; the database's come even when the engine is away."""
    found = [*_outbox(patient), *_clock(patient), *_transport(patient.address)]
    try:
        found += cluster.release(patient)
    except SearchFault as fault:
        found.append(Finding(FAULT, "engine", fault.message, fault.remedy))
        if not isinstance(fault, IndexForbidden):  # it answers, so the others can say what they may not do
            return found
    checks: tuple[tuple[str, Check], ...] = (
        ("privileges", _privileges),
        ("index", _index),
        ("made by", cluster.age),
        ("layout", cluster.laid_out),
        ("shards", cluster.shards),
        ("disk", cluster.disk),
        ("content", _content),
        ("vectors", _vectors),
    )
    for subject, check in checks:
        try:
            found += check(patient)
        except SearchFault as fault:
            found.append(Finding(FAULT, subject, fault.message, fault.remedy))
    return found


def _transport(address: config.Address) -> Iterator[Finding]:
    """Whether words and documents travel where others can read them."""
    parts = urlsplit(address.url)
    if parts.scheme == "https":
        yield Finding(OK, "transport", "encrypted")
    elif _loopback(parts.hostname or ""):
        yield Finding(OK, "transport", "not encrypted, on this machine only")
    else:
        yield Finding(
            WARNING,
            "transport",
            "not encrypted, to another machine",
            "Use https in solr_url and ckanext.migration.search.ca_certs.",
        )
    if not (address.api_key or address.user or parts.username) and not _loopback(parts.hostname or ""):
        yield Finding(
            WARNING,
            "log-in",
            "none: whoever reaches the engine can read and change private datasets",
            "Turn security on and set ckanext.migration.search.api_key.",
        )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _privileges(patient: Patient) -> Iterator[Finding]:
    lacking = patient.engine.lacking(privileges.CLUSTER, privileges.INDEX, f"{config.index_prefix()}-*")
    if lacking is None:
        yield Finding(OK, "privileges", "security is off in the engine: everything is allowed")
    elif lacking:
        yield Finding(
            FAULT,
            "privileges",
            f"missing: {', '.join(lacking)}",
            "Give the role of docs/operations/search.md.",
        )
    else:
        yield Finding(OK, "privileges", "all that is needed")


def _index(patient: Patient) -> Iterator[Finding]:
    index = lifecycle.current(patient.engine, patient.alias)
    lifecycle.check_writable(patient.engine, patient.alias)
    yield Finding(OK, "index", f"{index} behind the alias {patient.alias}")
    rebuild = "Run `ckan migration search rebuild`."
    if lifecycle.is_outdated(patient.engine, patient.alias):
        yield Finding(WARNING, "mapping", "older than this software", rebuild)
    else:
        yield Finding(OK, "mapping", "as this software makes it")


def _outbox(patient: Patient) -> Iterator[Finding]:
    with patient.database.connect() as connection:
        late = outbox.backlog(connection)
        problems = outbox.problems(connection, 5)
        building = outbox.rebuild_target(connection)
    said = f"{late.waiting} changes wait, the oldest for {int(late.oldest_seconds)} s"
    if late.oldest_seconds >= state.LATE:
        yield Finding(FAULT, "outbox", said, "See that `ckan migration search worker` runs.")
    else:
        yield Finding(OK, "outbox", said)
    for dataset, problem in problems:
        yield Finding(
            FAULT,
            "set aside",
            f"{dataset}: {problem}",
            "Mend the dataset, then `ckan migration search drain --again`.",
        )
    if building:
        yield Finding(
            WARNING, "rebuild", f"into {building}, running or killed", "If none runs: start a rebuild."
        )


def _clock(patient: Patient) -> Iterator[Finding]:
    with patient.database.connect() as connection:
        told = connection.execute(sa.text("select clock_timestamp()")).scalar_one()
    apart = abs((datetime.now(UTC) - told).total_seconds())
    if apart > SKEW:
        yield Finding(
            WARNING, "clock", f"{apart:.0f} s between this machine and the database", "Set both by NTP."
        )
    else:
        yield Finding(OK, "clock", "that of the database")


def _content(patient: Patient) -> Iterator[Finding]:
    found = comparison.compare(patient.engine, patient.alias)
    if found.ids:
        yield Finding(
            FAULT,
            "content",
            f"{len(found.missing)} datasets missing, {len(found.surplus)} too many,"
            f" {len(found.different)} different",
            "Run `ckan migration search reconcile`.",
        )
    else:
        yield Finding(OK, "content", f"{found.compared} datasets, as in the database")


def _vectors(patient: Patient) -> Iterator[Finding]:
    """Whether every record has a vector, where the portal wants them."""
    if not config.embeddings():
        return
    embedder = embedding.current()
    if embedder is None or embedding.held(patient.engine.fields(patient.alias)) != embedder.name:
        yield Finding(
            WARNING,
            "vectors",
            "the index was built without this embedder: search goes by words alone",
            "Run `ckan migration search rebuild`.",
        )
        return
    lacking = patient.engine.count(patient.alias, keeping.without_vector())
    if lacking:
        yield Finding(
            WARNING, "vectors", f"{lacking} datasets have none", "Run `ckan migration search embed`."
        )
    else:
        yield Finding(OK, "vectors", f"of {embedder.name}")


def summary(found: list[Finding]) -> Mapping[str, Any]:
    """For programs."""
    return {
        "healthy": all(each.level != FAULT for each in found),
        "findings": [each.as_dict() for each in found],
    }
