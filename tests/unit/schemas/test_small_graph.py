"""The graph of one record answers as rdflib's own graphs do."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from migration_schemas import small_graph

SUBJECTS = [URIRef("https://a.example/1"), URIRef("https://a.example/2"), BNode("x")]
VERBS = [URIRef("https://a.example/title"), URIRef("https://a.example/part")]
VALUES = [
    *SUBJECTS,
    Literal("one"),
    Literal("one", lang="en"),
    Literal("1", datatype=XSD.integer),
    Literal("x", datatype=VERBS[0]),
]
triples = st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(VERBS), st.sampled_from(VALUES))
patterns = st.tuples(*(st.none() | st.sampled_from(terms) for terms in (SUBJECTS, VERBS, VALUES)))


@settings(max_examples=30)
@given(st.lists(triples), st.lists(patterns), st.lists(triples))
def test_statements_come_and_go_as_in_rdflib(added, removed, again):
    ours, theirs = small_graph.SmallGraph(), Graph()
    for graph in (ours, theirs):
        for triple in added:
            graph.add(triple)
        for pattern in removed:
            graph.remove(pattern)
        for triple in again:
            graph.add(triple)
    assert set(ours) == set(theirs)
    assert len(ours) == len(theirs)
    for pattern in itertools.product([None, *SUBJECTS], [None, *VERBS], [None, *VALUES]):
        assert set(ours.triples(pattern)) == set(theirs.triples(pattern))
        assert (pattern in ours) == (pattern in theirs)
    for subject, verb in itertools.product([None, *SUBJECTS], [None, *VERBS]):
        assert set(ours.objects(subject, verb)) == set(theirs.objects(subject, verb))
        assert set(ours.subjects(verb, subject)) == set(theirs.subjects(verb, subject))
        assert set(ours.predicate_objects(subject)) == set(theirs.predicate_objects(subject))


def test_what_was_written_is_read_with_its_labels_tags_and_types():
    lines = b"""_:b1 <https://a.example/title> "caf\\u00E9 \\"x\\"\\n"@fr-ca .
<https://a.example/1> <https://a.example/part> _:b1 .
<relative:x> <https://a.example/title> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
"""
    graph = small_graph.of_ntriples(lines)
    assert isomorphic(graph, Graph().parse(data=lines.decode(), format="nt"))
    assert BNode("b1") in set(graph.subjects())


def test_statements_can_be_added_while_values_are_read():
    graph = small_graph.of_ntriples(b'<https://a.example/1> <https://a.example/title> "a" .')
    for value in graph.objects(SUBJECTS[0], VERBS[0]):
        graph.add((SUBJECTS[0], VERBS[0], Literal(f"{value}b")))
    assert len(graph) == 2


def test_other_bytes_are_refused():
    with pytest.raises(SyntaxError):
        small_graph.of_ntriples(b"<https://a.example/1> says nothing")
