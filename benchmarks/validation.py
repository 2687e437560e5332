"""Validation: our way against the plain way, in one run on one machine.

Plain is what the documentation of pySHACL shows, with the shapes already parsed: one call of
`pyshacl.validate` for each record. Ours is `validate_record` (one by one, as on saving) and
`validate_records` (many, as on harvest). All start from records and end with results, so that the writing of
the record as RDF counts on both sides; the row "pyshacl.validate alone" leaves it out on the plain side only.
The ways take turns, a hundred records at a time, and each clears its own garbage away. Of the records, 15 in
100 have a fault, of sixteen kinds. The slowest calls (p99) are given by the clock and by the processor: on a
machine with other work the clock counts the waiting too.

All ways must find the same results: record, focus node, path, component, severity, value and shape, each as
often. The run fails if they do not.

    python benchmarks/validation.py [number of records]
"""

from __future__ import annotations

import gc
import os
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyshacl
import yaml
from rdflib import BNode, Graph
from rdflib.term import Node

from migration_schemas import Record, shapes
from migration_schemas.namespaces import SH
from migration_schemas.rdf import write
from migration_schemas.report import Report
from migration_schemas.validation import validate_record, validate_records
from migration_vocabularies import iris

ROOT = Path(__file__).resolve().parents[1]
SHACL = ROOT / "schemas" / "migration_schemas" / "shacl"
AT_ONCE = 100
Found = Counter[tuple[str, ...]]
Fields = dict[str, Any]
Fault = Callable[[Fields], Fields]


def without(*names: str) -> Fault:
    """Make a fault: fields are missing."""
    return lambda fields: {name: value for name, value in fields.items() if name not in names}


def with_(**values: Any) -> Fault:
    """Make a fault: fields have values that no rule allows together, or at all."""
    return lambda fields: {**fields, **values}


PLACES = (2, 9, 15)
"""Which of twenty records have a fault."""
FAULTS: tuple[Fault, ...] = (
    without("title_translated"),
    without("identifier", "publisher"),
    without("contact"),
    without("spatial_coverage", "country_of_origin", "country_of_destination", "country_of_transit"),
    without("migration_theme", "population_group"),
    with_(personal_data_status=["personal"], sensitivity_level="high", legal_basis=[], purpose=[]),
    without("access_mode"),
    without("access_mode", "access_procedure_translated", "access_url"),
    without("disclosure_control"),
    with_(notes_translated={"en": "Too short.", "fr": "Court."}),
    with_(sensitivity_level="severe", access_rights="PUBLIC"),
    with_(contact=[{"name": "Nobody"}]),
    with_(publisher=[{"uri": "https://agency-b.example.org/"}]),
    with_(temporal_coverage=[{"start": "2025-01-01", "end": "2024-03-31"}]),
    with_(admin_level=9),
    with_(personal_data_status=["personal"], sensitivity_level="low"),
)


def records(number: int) -> list[Record]:
    """Make full records, 15 in 100 of them with a fault."""
    loaded = yaml.safe_load((ROOT / "tests" / "data" / "full_dataset.yaml").read_text(encoding="utf-8"))
    # Plain pySHACL stops with an error when both bounds of a period are years, so all are days here.
    fields = {**loaded["fields"], "temporal_coverage": [{"start": "2025-01-01", "end": "2025-03-31"}]}
    made = []
    for n in range(number):
        values = {**fields, "identifier": f"https://doi.org/10.99999/full-{n}"}
        if n % 20 in PLACES:
            values = FAULTS[(n // 20 * len(PLACES) + PLACES.index(n % 20)) % len(FAULTS)](values)
        made.append(Record(values, tuple(loaded["resources"])))
    return made


class Plain:
    """Validation as the documentation of pySHACL shows it."""

    def __init__(self) -> None:
        self.shapes = Graph()
        for name in shapes.FILES:
            self.shapes.parse(SHACL / name, publicID=iris.BASE)
        self.whole: list[float] = []
        """Seconds of each call."""
        self.alone: list[float] = []
        """The same, without the writing of the record."""
        self.busy: list[float] = []
        """Seconds of the processor."""

    def __call__(self, first: int, many: Sequence[Record]) -> Found:
        """Validate records one by one; `first` is the number of the first one."""
        found: Found = Counter()
        for n, record in enumerate(many, start=first):
            begun, busy = time.perf_counter(), time.thread_time()
            graph = write(record, subject=f"urn:record:{n}", visibility="internal")
            written = time.perf_counter()
            _, report, _ = pyshacl.validate(graph, shacl_graph=self.shapes)
            results = [self.of(report, result) for result in report.objects(None, SH.result)]
            self.whole.append(time.perf_counter() - begun)
            self.alone.append(time.perf_counter() - written)
            self.busy.append(time.thread_time() - busy)
            found.update((str(n), *result) for result in results)
        return found

    def of(self, report: Graph, result: Node) -> tuple[str, ...]:
        """Return one result in the form in which ours are compared."""

        def value(name: str) -> Node | None:
            return report.value(result, SH[name])

        focus = value("focusNode")
        return (
            *map(named, (focus, value("resultPath"))),
            str(value("sourceConstraintComponent")).removeprefix(SH),
            str(value("resultSeverity")).removeprefix(SH).lower(),
            named(None if value("value") == focus else value("value")),
            str(value("sourceShape")),
        )


def named(term: Node | None) -> str:
    """Write a term; a blank node has another name in each graph, and a record in each call."""
    if term is None:
        return ""
    return "_:" if isinstance(term, BNode) else re.sub(r"^urn:record:\d+", "urn:record", str(term))


def said(first: int, reports: Sequence[Report]) -> Found:
    """Bring our reports into the same form."""
    return Counter(
        (
            str(n),
            *map(named, (f.focus, f.path)),
            f.constraint,
            f.severity,
            named(None if f.term == f.focus else f.term),
            f.shape,
        )
        for n, report in enumerate(reports, start=first)
        for f in report.findings
    )


def p(seconds: Sequence[float], percent: int) -> float:
    """Return a percentile in milliseconds."""
    return 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


@dataclass
class Ours:
    """Seconds of our calls: of each by the clock and of the processor, and of each hundred at once."""

    one: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)


def compare(many: Sequence[Record], plain: Plain) -> tuple[list[Found], Ours]:
    """Validate in three ways, in turns; return what each found and how long ours took."""
    found: list[Found] = [Counter(), Counter(), Counter()]
    ours = Ours()
    for first in range(0, len(many), AT_ONCE):
        some = many[first : first + AT_ONCE]
        gc.collect()
        found[0] += plain(first, some)
        gc.collect()
        for n, record in enumerate(some, start=first):
            begun, busy = time.perf_counter(), time.thread_time()
            report = validate_record(record)
            ours.one.append(time.perf_counter() - begun)
            ours.busy.append(time.thread_time() - busy)
            found[1] += said(n, [report])
        begun = time.perf_counter()
        reports = validate_records(some)
        ours.together.append(time.perf_counter() - begun)
        found[2] += said(first, reports)
    return found, ours


def main() -> int:
    """Run, compare and print."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    many, plain = records(number), Plain()
    validate_record(many[0])  # all have loaded their libraries, shapes and lists before the clock starts
    plain(0, many[:1])
    plain.whole, plain.alone, plain.busy = [], [], []
    found, ours = compare(many, plain)
    broken = len({result[0] for result in found[0]})
    equal = found[0] == found[1] == found[2]
    print(f"{number} records, {broken} with results; load average {os.getloadavg()[0]:.1f}")
    results, shapes = sum(found[0].values()), len({result[-1] for result in found[0]})
    print(f"{results} results of {shapes} shapes, the same in all ways: {equal}")
    print(f"{'way':34}{'records/s':>12}{'ms a record':>13}{'times as fast':>15}")
    for name, seconds in (
        ("pyshacl.validate, one by one", sum(plain.whole)),
        ("pyshacl.validate alone", sum(plain.alone)),
        ("validate_record, one by one", sum(ours.one)),
        ("validate_records, together", sum(ours.together)),
    ):
        ratio = sum(plain.whole) / seconds
        print(f"{name:34}{number / seconds:12.0f}{1000 * seconds / number:13.2f}{ratio:15.1f}")
    for name, slow, fast in (("clock", plain.whole, ours.one), ("processor", plain.busy, ours.busy)):
        print(
            f"one record, ms by the {name}: pySHACL p50 {p(slow, 50):.1f}; ours p50 {p(fast, 50):.2f}, "
            f"p99 {p(fast, 99):.2f} = 1/{p(slow, 50) / p(fast, 99):.0f} of it"
        )
    if not equal:
        for name, other in (("one by one", found[1]), ("together", found[2])):
            print(name, "only plain:", list((found[0] - other).items())[:3])
            print(name, "only ours:", list((other - found[0]).items())[:3])
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
