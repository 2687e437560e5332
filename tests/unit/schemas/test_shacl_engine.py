"""The compiled shapes, component by component, against pySHACL; and what they leave to it.

The W3C's own tests are in tests/external.
"""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from rdflib import Graph

from migration_schemas.shacl_engine import compile_shapes
from migration_schemas.shacl_engine.constraints import BUILDERS
from migration_schemas.shacl_engine.names import sh
from migration_schemas.shacl_engine.values import order
from migration_schemas.terms import Iri, Literal
from migration_schemas.triples import Triples
from shacl_comparison import by_compiled, by_pyshacl

PREFIXES = """
@prefix : <http://x.example/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
DATA = """
:a a :T ; :p "abc", "Abc"@en, "x"@EN, "y"@en-GB, 3, 7, 7.0, "z"^^xsd:integer,
      "2024-02-30"^^xsd:date, :b, [ :q 1 ] ; :q 7, "abc", :b ; :r :b, :c ; :self :a ; :flag true .
:b a :Sub ; :p "long enough for all" ; :r :c ; :q "1"^^xsd:boolean .
:c a :Other ; :p :a ; :r :a .
:d a :T . :Sub rdfs:subClassOf :T . :e :p "no type" .
"""
ON_PROPERTIES = {
    "minCount": "sh:minCount 2",
    "maxCount": "sh:maxCount 2",
    "class": "sh:class :T",
    "datatype": "sh:datatype xsd:integer",
    "nodeKind": "sh:nodeKind sh:IRIOrLiteral",
    "minExclusive": "sh:minExclusive 3",
    "minInclusive": "sh:minInclusive 3",
    "maxExclusive": "sh:maxExclusive 7",
    "maxInclusive": "sh:maxInclusive 7",
    "minLength": "sh:minLength 4",
    "maxLength": "sh:maxLength 3",
    "pattern": 'sh:pattern "^a" ; sh:flags "i"',
    "languageIn": 'sh:languageIn ( "en" "fr" )',
    "uniqueLang": "sh:uniqueLang true",
    "equals": "sh:equals :q",
    "disjoint": "sh:disjoint :q",
    "not": "sh:not [ sh:datatype xsd:string ]",
    "and": "sh:and ( [ sh:nodeKind sh:Literal ] [ sh:minLength 2 ] )",
    "or": "sh:or ( [ sh:datatype xsd:string ] [ sh:class :T ] )",
    "xone": "sh:xone ( [ sh:nodeKind sh:Literal ] [ sh:datatype xsd:integer ] )",
    "node": "sh:node [ sh:property [ sh:path :q ; sh:minCount 1 ] ]",
    "property": "sh:property [ sh:path :q ; sh:maxCount 0 ; sh:severity sh:Warning ]",
    "qualifiedValueShape": "sh:qualifiedValueShape [ sh:datatype xsd:string ] ; sh:qualifiedMinCount 2",
    "closed": "sh:closed true ; sh:property [ sh:path :q ] ; sh:ignoredProperties ( rdf:type )",
    "hasValue": 'sh:hasValue "abc"',
    "in": 'sh:in ( "abc" 7 :b )',
}
PATHS = {
    "inverse": "[ sh:inversePath :r ]",
    "sequence": "( :r :r :p )",
    "alternative": "[ sh:alternativePath ( :p ( :r :p ) ) ]",
    "zero or more": "[ sh:zeroOrMorePath :r ]",
    "one or more": "[ sh:oneOrMorePath :r ]",
    "zero or one": "[ sh:zeroOrOnePath :r ]",
    "inverse of alternatives": "[ sh:inversePath [ sh:alternativePath ( :r :self ) ] ]",
    "nested": "( [ sh:zeroOrOnePath [ sh:inversePath :r ] ] [ sh:zeroOrMorePath :r ] :p )",
}
TARGETS = {
    "class and its subclasses": "sh:targetClass :T",
    "node": "sh:targetNode :e, :nowhere, 7",
    "subjects": "sh:targetSubjectsOf :q",
    "objects": "sh:targetObjectsOf :p, :r",
    "several": "sh:targetClass :Other ; sh:targetSubjectsOf :q ; sh:targetNode :c",
}


def graph(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + text, format="turtle")


def same(shapes: str, data: str = DATA, *, covered: bool = True) -> Counter:
    """Return what both engines find; `covered`: whether the compiled shapes need no help."""
    written = graph(shapes)
    assert (not compile_shapes(Triples.of(written)).uncovered) is covered
    found = by_compiled(written, graph(data))
    assert found == by_pyshacl(written, graph(data))
    return found


@pytest.mark.parametrize("name", ON_PROPERTIES)
def test_constraint_on_a_property(name):
    assert same(f":s a sh:PropertyShape ; sh:targetClass :T ; sh:path :p ; {ON_PROPERTIES[name]} .")


@pytest.mark.parametrize(
    "name",
    sorted(set(ON_PROPERTIES) - {"minCount", "maxCount", "uniqueLang", "qualifiedValueShape", "equals"}),
)
def test_constraint_on_a_node(name):
    same(f":s a sh:NodeShape ; sh:targetClass :T ; sh:targetObjectsOf :p ; {ON_PROPERTIES[name]} .")


@pytest.mark.parametrize("name", ["lessThan", "lessThanOrEquals"])
def test_order_of_two_properties(name):
    data = ":a :p 1, 2, 5 ; :q 2, 4 . :b :p 1 ; :q 2 . :c :p 3 ; :q 3 ."
    assert same(f":s sh:targetSubjectsOf :p ; sh:path :p ; sh:{name} :q .", data)


@pytest.mark.parametrize("path", PATHS)
def test_path(path):
    assert same(
        f":s sh:targetClass :T, :Other ; sh:path {PATHS[path]} ; sh:minCount 3 ; sh:nodeKind sh:IRI ."
    )


@pytest.mark.parametrize("target", TARGETS)
def test_target(target):
    assert same(
        f":s a sh:PropertyShape ; {TARGETS[target]} ; sh:path :p ; sh:nodeKind sh:BlankNode ; sh:minCount 9 ."
    )


@pytest.mark.parametrize("cls", ["rdfs:Class", "owl:Class"])
def test_shape_that_is_a_class_is_its_own_target(cls):
    assert same(f":T a sh:NodeShape, {cls} ; sh:property [ sh:path :nothing ; sh:minCount 1 ] .")


def test_qualified_shapes_that_are_disjoint():
    """A hand has four fingers and one thumb; what is both is neither."""
    data = ":h a :H ; :digit :f1, :f2, :t, :both . :f1 a :F . :f2 a :F . :t a :Th . :both a :F, :Th ."
    rest = "sh:qualifiedMinCount 2 ; sh:qualifiedMaxCount 2 ; sh:qualifiedValueShapesDisjoint true"
    found = same(
        f""":s sh:targetClass :H ;
        sh:property [ sh:path :digit ; sh:qualifiedValueShape [ sh:class :Th ] ; {rest} ] ;
        sh:property [ sh:path :digit ; sh:qualifiedValueShape [ sh:class :F ] ; {rest} ] .""",
        data,
    )
    assert {said[2] for said in found} == {"QualifiedMinCountConstraintComponent"}


def test_severity_and_deactivation():
    found = same(
        """:s sh:targetClass :T ; sh:severity sh:Info ; sh:nodeKind sh:Literal ;
        sh:property [ sh:path :x ; sh:minCount 1 ; sh:deactivated true ] ,
                    [ sh:path :x ; sh:minCount 1 ; sh:severity sh:Warning ] .
        :t sh:targetClass :T ; sh:deactivated true ; sh:nodeKind sh:Literal ."""
    )
    assert {said[3] for said in found} == {"Info", "Warning"}


def test_every_component_of_shacl_core_is_covered():
    lessons = {*ON_PROPERTIES, "lessThan", "lessThanOrEquals"}
    assert set(BUILDERS) == {sh(name) for name in lessons}


@pytest.mark.parametrize(
    "shape",
    [
        ":s sh:targetClass :T ; sh:nodeKind sh:Literal ; sh:sparql [ sh:select "
        "'SELECT $this WHERE { $this <http://x.example/flag> true }' ] .",
        ":s sh:targetClass :T ; sh:property [ sh:path :r ; sh:node :s ] .",
        ":s sh:targetClass :T ; sh:nodeKind sh:Literal ; sh:rule [ ] .",
        ":s sh:targetClass :T ; :mine 1 . :C a sh:ConstraintComponent ; sh:parameter [ sh:path :mine ] ;"
        " sh:validator [ a sh:SPARQLAskValidator ; sh:ask 'ASK { FILTER(isLiteral($value)) }' ] .",
        ":s sh:targetClass :T ; sh:path :p ; sh:pattern 'a b' ; sh:flags 'x' .",
    ],
)
def test_what_is_not_covered_is_left_to_pyshacl(shape):
    more = ":other sh:targetClass :T ; sh:path :p ; sh:maxCount 1 ."
    assert same(shape + more, covered=False)
    assert len(compile_shapes(Triples.of(graph(shape + more))).groups) == 1, "the other shape is compiled"


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (":s a sh:PropertyShape ; sh:targetClass :T ; sh:minCount 1 .", "exactly one sh:path"),
        (":s a sh:NodeShape ; sh:targetClass :T ; sh:minCount 1 .", "node shape"),
        (":s sh:targetClass :T ; sh:path :p ; sh:minCount 'one' .", "not an integer"),
        (":s sh:targetClass :T ; sh:path :p ; sh:minCount 1, 2 .", "2 values"),
        (":s sh:targetClass :T ; sh:path ( :p ) ; sh:minCount 1 .", "fewer than two"),
        (":s sh:targetClass :T ; sh:path [ ] ; sh:minCount 1 .", "no known kind"),
        (":s sh:targetClass :T ; sh:path :p ; sh:pattern '(' .", "unterminated"),
        (":s sh:targetClass :T ; sh:path :p ; sh:in () .", "empty"),
        (":s sh:targetClass :T ; sh:path :p ; sh:qualifiedValueShape [ ] .", "without a number"),
        (":s sh:targetClass :T ; sh:property [ sh:minCount 1 ] .", "without sh:path"),
    ],
)
def test_shape_that_is_not_well_formed_is_named_with_the_reason(shape, reason):
    (said,) = compile_shapes(Triples.of(graph(shape))).uncovered.values()
    assert reason in said


def test_inverse_of_a_sequence_is_walked_backwards():
    """pySHACL keeps the order of the steps, which SHACL (section 2.3.1.3, as SPARQL) does not."""
    shape = ":s sh:targetNode :end ; sh:path [ sh:inversePath ( :one :two ) ] ; sh:hasValue :start ."
    assert not by_compiled(graph(shape), graph(":start :one :middle . :middle :two :end ."))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (("1", "integer"), ("1.0", "decimal"), 0),
        (("2", "integer"), ("10", "integer"), -1),
        (("2024-02-01", "date"), ("2024-01-01", "date"), 1),
        (("2024-01-01T00:00:00", "dateTime"), ("2024-01-01T00:00:00Z", "dateTime"), None),
        (("a", "string"), ("b", "string"), -1),
        (("a", "string"), ("1", "integer"), None),
        (("9" * 200, "integer"), ("1", "integer"), 1),
    ],
)
def test_order_of_values(left, right, expected):
    xsd = "http://www.w3.org/2001/XMLSchema#"
    one, other = (Literal(text, Iri(xsd + name)) for text, name in (left, right))
    assert order(one, other) == expected
    assert order(one, Iri("urn:x")) is None


def test_compiled_shapes_serve_several_threads_at_once():
    compiled = compile_shapes(
        Triples.of(graph(f":s sh:targetClass :T ; sh:path :p ; {ON_PROPERTIES['or']} ."))
    )
    data = Triples.of(graph(DATA))
    expected = set(compiled.results(data))
    found = []
    threads = [threading.Thread(target=lambda: found.append(set(compiled.results(data)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
