"""What the doctor looks at in the engine's cluster: its release, and how our index lies on its nodes."""

from __future__ import annotations

from collections.abc import Iterator

from ckanext.migration.search.findings import FAULT, OK, WARNING, Finding, Patient
from ckanext.migration.search.index import layout
from ckanext.migration.search.upkeep import condition

SUPPORTED = ((8, 19), (9, 0))
"""Oldest release of each major that the client is made for."""
FULL = 85.0
"""Per cent of a disk from which the engine gives it no more shards; near 95 it stops writing."""


def release(patient: Patient) -> Iterator[Finding]:
    """Whether the engine is of a release that we know."""
    version = patient.engine.version()
    numbers = tuple(int(part) for part in version.split(".")[:2])
    if any(numbers[0] == major and numbers >= (major, minor) for major, minor in SUPPORTED):
        yield Finding(OK, "engine", f"Elasticsearch {version} answers")
    else:
        yield Finding(FAULT, "engine", f"Elasticsearch {version} is not supported", "Use 8.19 or 9.x.")


def age(patient: Patient) -> Iterator[Finding]:
    """Whether the next major of the engine will still open the index."""
    made, now = condition.made_by(patient.engine, patient.alias), patient.engine.version().split(".")[0]
    if made < int(now):
        yield Finding(
            WARNING,
            "made by",
            f"Elasticsearch {made}; the engine is {now} now, and the major after it does not open this index",
            "Run `ckan migration search rebuild`.",
        )
    else:
        yield Finding(OK, "made by", f"Elasticsearch {made}")


def shards(patient: Patient) -> Iterator[Finding]:
    """Whether every part and every copy is on a node, and whether the index takes documents."""
    found = condition.read(patient.engine, patient.alias)
    said = f"{found.said()} ({found.active} active, {found.unassigned} unassigned)"
    level = {condition.RED: FAULT, condition.YELLOW: WARNING}.get(found.status, OK)
    yield Finding(level, "shards", said, condition.REMEDIES.get(found.status, ""))
    if found.blocks:
        yield Finding(FAULT, "blocks", *condition.refused(found.blocks))


def laid_out(patient: Patient) -> Iterator[Finding]:
    """Whether the index lies as the settings want it."""
    wanted = layout.wanted()
    differing = wanted.differences(layout.living(patient.engine, patient.alias))
    for what, (found, asked) in differing.items():
        command = "rebuild" if what == layout.SHARDS else "apply-settings"
        yield Finding(
            WARNING,
            "layout",
            f"{what} is {found} in the index, {asked} in the settings",
            f"Run `ckan migration search {command}`.",
        )
    if not differing:
        told = f"{wanted.shards} shards, replicas {wanted.replicas}, refresh {wanted.refresh}"
        yield Finding(OK, "layout", f"{told}, as in the settings")


def disk(patient: Patient) -> Iterator[Finding]:
    """Whether a disk of the cluster fills up."""
    for node, used in sorted(patient.engine.disks().items()):
        if used >= FULL:
            yield Finding(WARNING, "disk", f"{used:.0f} % used on node {node}", "Free space or add a node.")
        else:
            yield Finding(OK, "disk", f"{used:.0f} % used on node {node}")
