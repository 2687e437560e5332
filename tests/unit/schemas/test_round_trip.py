"""Record → RDF → record without loss, for values nobody thought of."""

from __future__ import annotations

import string
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migration_schemas import Record, agencies, load, measures, record
from migration_schemas.codecs import CONTROL, EMAIL, is_iri
from migration_schemas.fields import LANGUAGES, Field
from migration_schemas.kinds import NEED
from migration_schemas.parsing import parse
from migration_schemas.rdf import FORMATS, bind, read, serialize
from migration_schemas.validation import validate_record
from migration_vocabularies import get

SUBJECT = "https://registry.example.org/dataset/1"
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

LETTERS = st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=("Cs", "Cc"))
TEXT = st.text(st.one_of(LETTERS, st.sampled_from("\n\t\"\\<>&'`{}$éعб中")), min_size=1, max_size=40).map(
    str.strip
)
TEXTS = TEXT.filter(lambda text: bool(text) and not CONTROL.search(text))
WORDS = st.lists(TEXTS, min_size=1, max_size=3, unique=True)
WEB = st.builds(
    "https://{}.example.org/{}".format,
    st.text(string.ascii_lowercase, min_size=1, max_size=6),
    st.text(string.ascii_letters + string.digits + "-._~/?#[]@!$&'()*+,;=éб中", max_size=20),
).filter(is_iri)
YEARS = st.integers(1, 9999).map("{:04d}".format)
DATES = st.one_of(
    YEARS,
    st.builds("{}-{:02d}".format, YEARS, st.integers(1, 12)),
    st.dates().map(lambda day: day.isoformat()),
)


def DEGREES(low: int, high: int) -> st.SearchStrategy[float]:  # noqa: N802 - a strategy with bounds
    return st.integers(low * 10000, high * 10000).map(lambda number: number / 10000)


SINGLE = {
    "text": TEXTS,
    "iri": WEB,
    "self": WEB,
    "date": DATES,
    "email": st.emails().filter(EMAIL.fullmatch),
    "size": st.integers(0, 2**40),
    "count": st.integers(0, 2**40),
    "integer": st.integers(0, 5),
    "decimal": st.one_of(
        st.integers(-(10**9), 10**9),
        st.floats(-1e9, 1e9).map(lambda value: measures.number(measures.plain_decimal(round(value, 6)))),
    ),
    "duration": st.one_of(
        st.sampled_from(["P0D", "P12M", "P1Y", "P1Y2M3D", "PT0S", "P2DT3H4M5S"]),
        st.builds("P{}{}".format, st.integers(0, 999999), st.sampled_from("YMD")),
    ),
    "hex": st.binary(min_size=4, max_size=64).map(bytes.hex),
    "box": st.builds(
        lambda *corners: " ".join(map(measures.plain_decimal, corners)),
        *(DEGREES(-180, 0), DEGREES(-90, 0), DEGREES(0, 180), DEGREES(0, 90)),
    ),
    "media_type": st.sampled_from(["text/csv", "application/json", "application/vnd.ms-excel"]),
    "ror": st.text(agencies.DIGITS, min_size=6, max_size=6).map(
        lambda text: f"{agencies.ROR}0{text}{agencies.check_digits('0' + text)}"
    ),
    "iati": st.builds(
        "{}-{}-{}".format,
        st.text("ABXZ", min_size=2, max_size=2),
        st.text("ABCDE019_", min_size=1, max_size=6),
        st.text("abcXYZ019-_:.", min_size=1, max_size=12),
    ),
    "translated": st.dictionaries(st.sampled_from(LANGUAGES), TEXTS, min_size=1),
    "translated_list": st.dictionaries(st.sampled_from(LANGUAGES), WORDS, min_size=1),
}


def value(field: Field) -> st.SearchStrategy[Any]:
    if field.rdf_value == "node":
        parts = st.fixed_dictionaries(
            {}, optional={part.name: value(part) for part in field.subfields}
        ).filter(bool)
        names = [part.name for part in field.subfields if part.rdf_value == "self"]
        own = count()
        return st.lists(
            parts,
            min_size=1,
            max_size=3 if field.multiple else 1,
            # two groups of one name are one node: see the test below
            unique_by=lambda each: next((each[name] for name in names if name in each), next(own)),
        )
    if field.vocabulary:
        one: st.SearchStrategy[Any] = st.sampled_from([concept.code for concept in get(field.vocabulary)])
    else:
        one = SINGLE[field.rdf_value]
    return st.lists(one, min_size=1, max_size=4, unique=True) if field.multiple else one


def entries(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={field.name: value(field) for field in fields})


DATASETS = st.builds(
    Record,
    entries(load().fields),
    st.lists(entries(load().resource_fields).filter(bool), max_size=12).map(tuple),
)
NEEDS = st.builds(Record, entries(load(NEED).fields), kind=st.just(NEED))
RECORDS = st.one_of(DATASETS, NEEDS)


@SLOW
@given(RECORDS)
def test_nothing_is_lost_between_record_and_graph(one):
    written = bind(one, subject=SUBJECT, visibility="internal")
    assert written.dropped == ()
    back = read(written.graph, SUBJECT)
    assert back.content_hash() == one.content_hash()
    assert [entry.get("url") for entry in back.resources] == [entry.get("url") for entry in one.resources]


def test_a_series_that_is_named_twice_is_written_once_and_told() -> None:
    uri = "https://a.example.org/series"
    one = Record({"in_series": [{"uri": uri, "title": "First"}, {"uri": uri}]})
    written = bind(one, subject=SUBJECT)
    assert [(each.field, each.reason) for each in written.dropped] == [("in_series.uri", "named-twice")]
    assert read(written.graph, SUBJECT).fields["in_series"] == one.fields["in_series"][:1]
    (told,) = [each for each in validate_record(one).findings if each.code == "named-twice"]
    assert told.severity == "warning"
    assert uri in told.message("en")


@pytest.mark.parametrize("name", ["publisher", "in_series"])
def test_a_wrong_address_of_an_agency_or_a_series_is_a_finding_and_no_crash(name: str) -> None:
    found = validate_record(Record({name: [{"uri": "not an address"}]})).findings
    assert [each.field for each in found if each.code == "not-an-address"] == [name]


@FEW
@given(RECORDS, st.sampled_from(sorted(FORMATS)))
def test_nothing_is_lost_in_any_syntax(one, syntax):
    graph = parse(serialize(bind(one, subject=SUBJECT, visibility="internal").graph, syntax).encode(), syntax)
    assert read(graph, SUBJECT).content_hash() == one.content_hash()


@SLOW
@given(RECORDS)
def test_nothing_is_lost_between_record_and_ckan(one):
    assert record.from_package(record.to_package(one)).content_hash() == one.content_hash()


JUNK = st.recursive(
    st.one_of(st.text(max_size=30), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
JUNK_RECORDS = st.one_of(
    st.builds(
        Record,
        st.fixed_dictionaries({}, optional={f.name: JUNK for f in load().fields}),
        st.lists(
            st.fixed_dictionaries({}, optional={f.name: JUNK for f in load().resource_fields}), max_size=2
        ).map(tuple),
    ),
    st.builds(
        Record,
        st.fixed_dictionaries({}, optional={f.name: JUNK for f in load(NEED).fields}),
        kind=st.just(NEED),
    ),
)


@SLOW
@given(JUNK_RECORDS, st.sampled_from(sorted(FORMATS)))
def test_rd06_no_value_stops_a_graph_from_being_served(one, syntax):
    parse(serialize(bind(one, visibility="internal").graph, syntax).encode(), syntax)


@FEW
@given(JUNK_RECORDS)
def test_no_value_stops_validation(one):
    report = validate_record(one)
    assert not report.conforms
    assert not report.partial
    serialize(report.to_graph(), "ttl")
