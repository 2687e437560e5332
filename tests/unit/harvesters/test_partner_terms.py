"""Terms of partners: what a person decided wins over the matcher; what nobody understood is told."""

from __future__ import annotations

import pytest
from rdflib import Graph

from migration_harvesters import closures, partner_terms, registry
from migration_harvesters.mapping import Notebook, finished
from migration_harvesters.partner_terms import BY_A_PERSON
from migration_harvesters.records import RawRecord, RemoteRef, SourceConfig
from migration_schemas.triples import Triples

TURTLE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://partner.example/1> a dcat:Dataset ; dct:title "Flows"@en ;
  dct:spatial [ skos:prefLabel "Utopia"@en ] .
"""


def mapped(words):
    notebook = Notebook()
    codes = notebook.concepts("spatial_coverage", "country", words)
    return finished({"spatial_coverage": codes}, [], None, notebook).record.fields.get("spatial_coverage")


def test_a_term_nobody_knows_is_told_once_a_record():
    with partner_terms.using({}) as found:
        mapped(["Utopia", "Sudan", "utopia"])
        mapped(["Utopia"])

    assert [(term.value, term.code, count) for term, count in found.met.items()] == [
        ("Utopia", None, 2),
        ("utopia", None, 1),
    ]


def test_a_decision_wins_and_is_named_as_such():
    with partner_terms.using({("country", "utopia"): "SDN", ("country", "chad"): None}) as found:
        assert mapped(["UTOPIA", "Chad"]) == ["SDN"]

    assert {(term.value, term.code, term.how) for term in found.met} == {
        ("UTOPIA", "SDN", BY_A_PERSON),
        ("Chad", None, BY_A_PERSON),
    }
    assert mapped(["Utopia", "Chad"]) == ["TCD"], "decisions hold only within"


def test_a_decision_about_a_keyword_adds_its_concept():
    notebook = Notebook()
    with partner_terms.using({("migration-theme", "people on the move"): "internal-displacement"}):
        assert notebook.among("migration_theme", "migration-theme", ["People on the move"]) == [
            "internal-displacement"
        ]


@pytest.mark.parametrize(("decided", "codes"), [({}, None), ({("country", "utopia"): "SDN"}, ["SDN"])])
def test_places_of_a_catalogue_in_rdf_go_the_same_way(decided, codes):
    one = "https://partner.example/1"
    graph = Graph().parse(data=TURTLE, format="turtle")
    raw = RawRecord(RemoteRef(one), "dcat", closures.ntriples(Triples.of(graph), one))
    config = SourceConfig(url="https://partner.example/", protocol="dcat")
    with partner_terms.using(decided) as found:
        record = registry.mapper("dcat")(raw, config)

    assert record.fields.get("spatial_coverage") == codes
    assert [term.value for term in found.met] == ["Utopia"]
