"""A file that was written record by record says exactly what the records say."""

from __future__ import annotations

import dataclasses
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph, Namespace
from rdflib.compare import isomorphic

from migration_schemas import Record, namespaces, rdf
from migration_schemas.errors import SchemaError
from migration_schemas.parsing import parse
from migration_schemas.rdf_stream import SYNTAXES

TEXT = st.text(max_size=60)


def read(text: str, syntax: str) -> Graph:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib's parser for JSON-LD uses its own deprecated graph
        return Graph().parse(data=text, format=rdf.FORMATS[syntax])


def written(records: list[Record], syntax: str) -> tuple[str, Graph]:
    chosen, together, parts = SYNTAXES[syntax], Graph(), []
    for number, record in enumerate(records):
        graph = rdf.write(record, subject=f"https://registry.example.org/dataset/{number}")
        together += graph
        parts.append(chosen.part(graph))
    return chosen.head + chosen.between.join(parts) + chosen.tail, together


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_the_file_is_the_sum_of_its_records(syntax: str, full: Record) -> None:
    other = Record(
        {"title_translated": {"en": "@prefix x: <y> .\n</rdf:RDF> ]"}, "publisher": [{"name": "A"}]}
    )
    text, together = written([full, other, dataclasses.replace(full, resources=())], syntax)
    assert isomorphic(parse(text.encode(), syntax), together)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_file_without_records_is_readable(syntax: str) -> None:
    text, _ = written([], syntax)
    assert len(read(text, syntax)) == 0


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, max_size=4))
@pytest.mark.parametrize("syntax", ["ttl", "rdf", "jsonld"])
def test_no_text_breaks_the_file(syntax: str, texts: list[str]) -> None:
    records = [
        Record({"title_translated": {"en": text}, "contact": [{"name": text}], "in_series": [{"uri": text}]})
        for text in texts
    ]
    text, together = written(records, syntax)
    found = read(text, syntax)
    assert len(found) == len(together)


def test_a_namespace_that_the_head_does_not_name_is_refused() -> None:
    foreign = namespaces.graph()
    unknown = Namespace("https://foreign.example/ns#")
    foreign.bind("foreign", unknown)
    foreign.add((unknown.a, unknown.b, unknown.c))
    for syntax in ("ttl", "rdf"):
        with pytest.raises(SchemaError, match=r"foreign\.example"):
            SYNTAXES[syntax].part(foreign)
