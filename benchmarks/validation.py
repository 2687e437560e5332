"""Validation: our way against the plain way, in one run on one machine.

Plain is what the documentation of pySHACL shows, with the shapes already parsed: one call of
`pyshacl.validate` for each record. Ours is `validate_record` (one by one, as on saving) and
`validate_records` (many, as on harvest). All three start from records and must find the same things.

    python benchmarks/validation.py [number of records]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pyshacl
import yaml
from rdflib import BNode, Graph

from migration_schemas import Record
from migration_schemas.namespaces import SH
from migration_schemas.rdf import write
from migration_schemas.report import Report
from migration_schemas.validation import validate_record, validate_records
from migration_vocabularies import iris

ROOT = Path(__file__).resolve().parents[1]
SHACL = ROOT / "schemas" / "migration_schemas" / "shacl"
T = TypeVar("T")
Found = Counter[tuple[str, ...]]


def records(number: int) -> list[Record]:
    """Make full records, every third one with a fault, in six different places."""
    loaded = yaml.safe_load((ROOT / "tests" / "data" / "full_dataset.yaml").read_text(encoding="utf-8"))
    # Plain pySHACL stops with an error when both bounds of a period are years, so all are days here.
    fields = {**loaded["fields"], "temporal_coverage": [{"start": "2025-01-01", "end": "2025-03-31"}]}
    faults: list[Callable[[dict], dict]] = [
        lambda f: {k: v for k, v in f.items() if k != "title_translated"},
        lambda f: {**f, "notes_translated": {"en": "Too short."}},
        lambda f: {**f, "sensitivity_level": "severe", "access_rights": "PUBLIC"},
        lambda f: {**f, "contact": [{"name": "Nobody"}]},
        lambda f: {**f, "temporal_coverage": [{"start": "2025-01-01", "end": "2024-03-31"}]},
        lambda f: {k: v for k, v in f.items() if k not in {"legal_basis", "population_group"}},
    ]
    made = []
    for n in range(number):
        values = {**fields, "identifier": f"https://doi.org/10.99999/full-{n}"}
        if n % 3 == 0:
            values = faults[n // 3 % len(faults)](values)
        made.append(Record(values, tuple(loaded["resources"])))
    return made


def plain(many: Sequence[Record], shapes: Graph) -> Found:
    """Validate as the documentation of pySHACL shows."""
    found: Found = Counter()
    for n, record in enumerate(many):
        graph = write(record, subject=f"urn:record:{n}", visibility="internal")
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
        for result in report.objects(None, SH.result):
            value = report.value(result, SH.value)
            focus = report.value(result, SH.focusNode)
            found[
                str(n),
                str(report.value(result, SH.sourceShape)),
                str(report.value(result, SH.sourceConstraintComponent)).removeprefix(SH),
                str(report.value(result, SH.resultSeverity)).removeprefix(SH).lower(),
                "" if value is None or value == focus or isinstance(value, BNode) else str(value),
            ] += 1
    return found


def said(reports: Sequence[Report]) -> Found:
    """Bring our reports into the same form."""
    return Counter(
        (str(n), f.shape, f.constraint, f.severity, "" if isinstance(f.term, BNode) else f.value or "")
        for n, report in enumerate(reports)
        for f in report.findings
    )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Run once and return the seconds with the result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main() -> int:
    """Run, compare and print."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    many = records(number)
    shapes = Graph()
    for name in ("properties.ttl", "rules.ttl"):
        shapes.parse(SHACL / name, publicID=iris.BASE)
    validate_record(many[0])  # both have loaded their libraries and shapes before the clock starts
    plain(many[:1], shapes)
    plain_seconds, expected = timed(lambda: plain(many, shapes))
    one_seconds, one = timed(lambda: [validate_record(record) for record in many])
    many_seconds, together = timed(lambda: validate_records(many))
    equal = expected == said(one) == said(together)
    print(f"{number} records, {sum(expected.values())} results, the same in all three ways: {equal}")
    print(f"{'way':34}{'ms a record':>12}{'times as fast':>15}")
    for name, seconds in (
        ("pyshacl.validate, one by one", plain_seconds),
        ("validate_record, one by one", one_seconds),
        ("validate_records, together", many_seconds),
    ):
        print(f"{name:34}{1000 * seconds / number:12.1f}{plain_seconds / seconds:15.1f}")
    if not equal:
        for name, other in (("one by one", said(one)), ("together", said(together))):
            print(
                name,
                "only plain:",
                list((expected - other).items())[:3],
                "only ours:",
                list((other - expected).items())[:3],
            )
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
