"""Everything that an operator should look at, in one go: each finding with what to do about it.

It changes nothing. A check that the engine does not let us make is told as such; it is never
counted as well.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from ckanext.migration.search import config
from ckanext.migration.search.client import Engine
from ckanext.migration.search.delivery import outbox
from ckanext.migration.search.errors import SearchFault
from ckanext.migration.search.index import lifecycle
from ckanext.migration.search.upkeep import comparison, state
from ckanext.migration.search.vectors import embedding, keeping

OK, WARNING, FAULT = "ok", "warning", "fault"
SUPPORTED = ((8, 19), (9, 0))
"""Oldest release of each major that the client is made for."""
CLUSTER_PRIVILEGES = ("monitor",)
INDEX_PRIVILEGES = ("manage", "read", "write")
"""Least privileges, on the indices that begin with ``index_prefix`` (docs/operations/search.md)."""
FULL = 85.0
"""Per cent of a disk from which the engine gives it no more shards; near 95 it stops writing."""
SKEW = 30.0
"""Seconds between the clocks of this node and the database that are told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    level: str
    subject: str
    found: str
    remedy: str = ""

    def line(self) -> str:
        """For people."""
        said = f"{self.level:<8} {self.subject}: {self.found}"
        return f"{said}. {self.remedy}" if self.remedy else said

    def as_dict(self) -> dict[str, str]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined."""

    database: sa.Engine
    engine: Engine
    alias: str
    address: config.Address


Check = Callable[[Patient], Iterator[Finding]]


def examine(patient: Patient) -> list[Finding]:
    """Make every check; the database's come even when the engine is away."""
    found = [*_outbox(patient), *_clock(patient), *_transport(patient.address)]
    try:
        found += _release(patient)
    except SearchFault as fault:
        return [*found, Finding(FAULT, "engine", fault.message, fault.remedy)]
    checks: tuple[tuple[str, Check], ...] = (
        ("privileges", _privileges),
        ("index", _index),
        ("shards", _shards),
        ("disk", _disk),
        ("content", _content),
        ("vectors", _vectors),
    )
    for subject, check in checks:
        try:
            found += check(patient)
        except SearchFault as fault:
            found.append(Finding(FAULT, subject, fault.message, fault.remedy))
    return found


def _release(patient: Patient) -> Iterator[Finding]:
    version = patient.engine.version()
    numbers = tuple(int(part) for part in version.split(".")[:2])
    if any(numbers[0] == major and numbers >= (major, minor) for major, minor in SUPPORTED):
        yield Finding(OK, "engine", f"Elasticsearch {version} answers")
    else:
        yield Finding(FAULT, "engine", f"Elasticsearch {version} is not supported", "Use 8.19 or 9.x.")


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
    lacking = patient.engine.lacking(CLUSTER_PRIVILEGES, INDEX_PRIVILEGES, f"{config.index_prefix()}-*")
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
    blocks = patient.engine.blocks(patient.alias)
    if blocks:
        yield Finding(
            FAULT,
            "blocks",
            f"the engine refuses writes ({', '.join(blocks)})",
            "Free disk space; the engine then lifts read_only_allow_delete. Others are lifted by hand.",
        )


def _shards(patient: Patient) -> Iterator[Finding]:
    health = patient.engine.health(patient.alias)
    said = f"{health['status']}, {health['active_shards']} active, {health['unassigned_shards']} unassigned"
    if health["status"] == "red":
        yield Finding(FAULT, "shards", said, "Bring the lost nodes back, or rebuild the index.")
    elif health["status"] == "yellow":
        yield Finding(WARNING, "shards", said, "A copy is missing: look at the nodes of the cluster.")
    else:
        yield Finding(OK, "shards", said)


def _disk(patient: Patient) -> Iterator[Finding]:
    for node, used in sorted(patient.engine.disks().items()):
        if used >= FULL:
            yield Finding(WARNING, "disk", f"{used:.0f} % used on node {node}", "Free space or add a node.")
        else:
            yield Finding(OK, "disk", f"{used:.0f} % used on node {node}")


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
