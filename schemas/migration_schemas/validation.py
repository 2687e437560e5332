"""Checks records and graphs against the shapes of the profile.

The shapes are compiled once (`shacl_engine`); whatever they may hold that is not covered there, pySHACL
evaluates (`shacl_reference`), which can also be asked for everything. The data graph can never bring shapes
or rules of its own (SH-01): our shapes are the only ones that are given to an engine.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

from rdflib import Graph

from . import periods, shapes
from .dropped import finding_of, not_checked, not_finished
from .errors import EngineError
from .fields import every
from .findings import findings
from .record import Record
from .report import Finding, Report
from .shacl_engine import CompiledShapes, Result, compile_shapes
from .triples import Triples
from .writing import Written, write

if TYPE_CHECKING:
    from .shacl_reference import Reference

__all__ = ["ENGINES", "Engine", "Finding", "Report", "validate_graph", "validate_record", "validate_records"]

Engine = Literal["compiled", "pyshacl"]
ENGINES: tuple[Engine, ...] = ("compiled", "pyshacl")
SECONDS = 120.0
"""How long one graph may be checked; a catalogue of 10,000 records takes a few seconds."""

Watch = Callable[[int, int], None]
log = logging.getLogger(__name__)
ORDER = {"violation": 0, "warning": 1, "info": 2}


class _TimeUpError(Exception):
    """The time for a graph is over."""


def validate_record(record: Record) -> Report:
    """Check one record with all its fields, also those that the public does not see."""
    return validate_records([record])[0]


def validate_records(records: Sequence[Record]) -> list[Report]:
    """Check many records; one report for each, in their order.

    A record on which the engine fails gets a report that says so and does not conform; the others are
    checked all the same (SH-07).
    """
    return [
        _checked(write(record, subject=f"urn:record:{number}", visibility="internal"))
        for number, record in enumerate(records)
    ]


def _checked(written: Written) -> Report:
    try:
        results = list(_results(written.triples, lambda: written.graph))
    except EngineError as exc:
        log.warning("validation_failed shape=%s", exc.shape)
        return Report((not_checked(written.subject, exc.shape),), partial=True)
    dropped = [finding_of(written, value) for value in written.dropped]
    return _report([*dropped, *_unrepeated(findings(results, written.triples), dropped)])


def validate_graph(
    graph: Graph,
    *,
    progress: Watch | None = None,
    engine: Engine = "compiled",
    seconds: float = SECONDS,
) -> Report:
    """Check a graph as it is, for example a partner's file.

    `progress` hears how many steps of how many are done. After so many seconds checking ends; the report
    then holds what was found, is marked as partial and does not conform (SH-05). Raises EngineError
    when the engine fails.
    """
    if not isinstance(graph, Graph):
        raise TypeError(
            "validate_graph takes a parsed rdflib.Graph; use migration_schemas.parsing to read a file."
        )
    data = Triples.of(graph)
    end = time.monotonic() + seconds

    def watch(done: int, total: int) -> None:
        if time.monotonic() > end:
            raise _TimeUpError
        if progress:
            progress(done, total)

    found: list[Result] = []
    try:
        found.extend(_results(data, lambda: graph, engine, watch))
    except _TimeUpError:
        return _report([*findings(found, data), not_finished(seconds)], partial=True)
    return _report(findings(found, data))


def _report(found: Iterable[Finding], *, partial: bool = False) -> Report:
    unique = {(f.dataset, f.focus, f.shape, f.constraint, f.value, f.code): f for f in found}
    return Report(tuple(sorted(unique.values(), key=_place)), partial)


def _place(finding: Finding) -> tuple[object, ...]:
    """Return what findings are ordered by: the severe first, then as a form shows the fields."""
    return (
        ORDER[finding.severity],
        str(finding.dataset or finding.focus),
        -1 if finding.resource is None else finding.resource,
        _field_order().get(str(finding.field), 0) if finding.resource is None else 0,
        finding.shape,
        finding.value or "",
    )


@cache
def _field_order() -> dict[str, int]:
    names = (*(field.name for field in every()), "resources")
    return {name: number for number, name in enumerate(names)}


def _unrepeated(findings: Iterable[Finding], dropped: Sequence[Finding]) -> Iterator[Finding]:
    """Leave out `is missing` where the value was given but could not be written: that is said already."""
    said = {(f.field, f.resource) for f in dropped}
    for finding in findings:
        if finding.code == "missing" and (finding.field, finding.resource) in said:
            continue
        yield finding


@cache
def _compiled() -> CompiledShapes:
    return compile_shapes(Triples.of(shapes.graph()), leave_out={periods.SHAPE})


@cache
def _reference() -> Reference:
    from .shacl_reference import Reference  # noqa: PLC0415 - pySHACL takes long to load and is seldom needed

    return Reference(shapes.graph())


def _results(
    data: Triples, graph: Callable[[], Graph], engine: Engine = "compiled", watch: Watch | None = None
) -> Iterator[Result]:
    """Yield the results about some data; `graph` returns the same data for pySHACL, if it is needed."""
    if engine == "pyshacl":
        yield from _reference().results(graph(), leave_out={periods.SHAPE}, watch=watch)
    else:
        compiled = _compiled()
        try:
            yield from compiled.results(data, watch)
        except _TimeUpError:
            raise
        except Exception as exc:
            raise EngineError("compiled shapes") from exc
        if compiled.uncovered:
            yield from _reference().results(graph(), only=compiled.uncovered, watch=watch)
    yield from periods.results(data)
