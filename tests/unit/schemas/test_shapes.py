"""The shapes: derived ones are current, all are sound, each catches what it is there for."""

from __future__ import annotations

from importlib.resources import files

import pyshacl
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection

from migration_schemas import derive, load, shapes, taking
from migration_schemas.errors import SchemaError
from migration_schemas.fields import every
from migration_schemas.kinds import DATASET, KINDS, NEED, RULES, kind_of_rule
from migration_schemas.namespaces import DCAT, DCT, MIG, MS, RDF, RDFS, SH, iri
from migration_schemas.rdf import write
from migration_schemas.validation import validate_graph
from migration_vocabularies import get, iris

SUBJECT = URIRef("https://example.org/dataset/1")
ASPECTS = {"value", "required", "recommended"}
DERIVED = sorted(
    name for s in shapes.meanings() if (name := str(s).removeprefix(MS)).rsplit("-", 1)[-1] in ASPECTS
)
BY_HAND = {"place-required", "resources-recommended"}


@pytest.mark.parametrize(("kind", "layer"), derive.FILES)
def test_derived_files_are_what_the_field_list_says(kind, layer):
    committed = (files("migration_schemas") / "shacl" / derive.FILES[kind, layer]).read_text(encoding="utf-8")
    assert committed == derive.turtle(load(kind), layer), "run `python -m migration_schemas.derive`"


def test_the_field_list_of_needs_is_what_it_takes_of_datasets_and_adds():
    committed = (files("migration_schemas") / "data-need.yaml").read_text(encoding="utf-8")
    assert committed == derive.needs(), "run `python -m migration_schemas.derive`"


def test_a_field_that_datasets_do_not_have_cannot_be_taken_of_them():
    with pytest.raises(SchemaError, match="no_such_field"):
        taking.merged({"dataset_fields": [{"takes": "no_such_field"}]}, {"dataset_fields": []})


def test_shapes_are_valid_by_the_shapes_of_shacl():
    """Code lists are shortened to two members first: 280 countries take a minute and teach nothing."""
    copy = Graph()
    for triple in shapes.graph():
        copy.add(triple)
    for members in {o for o in copy.objects(None, SH["in"]) if isinstance(o, BNode)}:
        second = copy.value(members, RDF.rest)
        if second != RDF.nil:
            copy.set((second, RDF.rest, RDF.nil))
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=copy, meta_shacl=True)
    assert conforms, text


def test_every_shape_has_words_in_english_and_french_and_names_a_known_field():
    for shape, meaning in shapes.meanings().items():
        schema = load(kind_of_rule(str(shape)))
        for words in (meaning.messages, meaning.names, meaning.reasons, meaning.examples):
            assert set(words) >= {"en", "fr"}, shape
            assert all(words.values()), shape
        assert meaning.field, shape
        if meaning.field != "resources":
            assert schema.resource_field(meaning.field) if meaning.resource else schema.field(meaning.field)


def test_every_result_bearing_shape_has_a_name():
    graph = shapes.graph()
    targeted = {s for p in (SH.targetClass, SH.targetObjectsOf) for s in graph.subjects(p, None)}
    assert targeted == set(shapes.meanings())


@pytest.mark.parametrize(
    ("kind", "field"),
    [(kind, f) for kind in KINDS for f in load(kind).fields if f.vocabulary],
    ids=lambda one: getattr(one, "name", one),
)
def test_lists_in_shapes_are_the_code_lists(kind, field):
    graph, stem = shapes.graph(), RULES[kind]
    sharing = load(kind).sharing.get(field.path, (field,))
    wanted = {concept.iri for one in sharing for concept in get(one.vocabulary)}
    first = sharing[0]
    if first.open and first.level == "mandatory":
        # Values of other schemes are welcome beside one of ours; only that one is asked for.
        wanted = {concept.iri for concept in get(first.vocabulary)}
    lists = [
        o
        for s in (MS[f"{stem}{first.name}-value"], MS[f"{stem}{first.name}-required"])
        for o in graph.objects(s, SH["in"])
    ]
    lists += [
        o
        for v in graph.objects(MS[f"{stem}{first.name}-required"], SH.qualifiedValueShape)
        for o in graph.objects(v, SH["in"])
    ]
    assert {str(member) for one in lists for member in Collection(graph, one)} == wanted


def wrong_term(kind: str):
    if kind in {"concept", "email", "iri", "node"}:
        return Literal("wrong")
    if kind in {"integer", "size", "date", "media_type"}:
        return Literal("wrong")
    if kind in {"ror", "iati"}:  # shapes see the form; the digits that check a ROR are for our own code
        return Literal({"ror": "https://ror.org/iom", "iati": "xm-dac-47066"}[kind])
    return BNode()


@pytest.mark.parametrize("name", [n for n in DERIVED if n not in BY_HAND])
def test_derived_shape_finds_the_fault_it_is_there_for(name, full, full_need):
    """Take the full record and spoil exactly what the shape looks at."""
    stem, aspect = name.rsplit("-", 1)
    kind = kind_of_rule(name)
    stem = stem.removeprefix(RULES[kind])
    one = {DATASET: full, NEED: full_need}[kind]
    graph = write(one, subject=str(SUBJECT), visibility="internal")
    schema, holders = load(kind), [SUBJECT]
    find = schema.field
    if stem.startswith("resource-"):
        stem, find = stem.removeprefix("resource-"), schema.resource_field
        holders = sorted(graph.objects(SUBJECT, DCAT.distribution))[:1]
    top, _, part = stem.partition("-")
    field = find(top)
    if part:
        for step in field.path:
            holders = [o for holder in holders for o in graph.objects(holder, step)]
        field = field.subfield(part)
    path = field.path
    for holder in holders:
        spoil(graph, holder, path, wrong_term(field.rdf_value) if aspect == "value" else None)
    found = [f for f in validate_graph(graph).findings if f.shape == str(MS[name])]
    assert found, name
    assert {f.dataset for f in found} == {SUBJECT}
    assert {f.severity for f in found} == {
        "warning" if aspect == "recommended" or (aspect == "value" and field.open) else "violation"
    }


def spoil(graph, holder, path, term):
    """Take away what a path leads to; with a term, put it there instead."""
    nodes = [holder]
    for step in path[:-1]:
        nodes = [o for n in nodes for o in graph.objects(n, step)]
    for node in nodes:
        graph.remove((node, path[-1], None))
        if term is not None:
            graph.add((node, path[-1], term))


@pytest.mark.parametrize(
    "turtle",
    [
        "<urn:s> sh:sparql [ sh:select 'SELECT $this { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }' ] .",
        "<urn:s> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1/> .",
        "<urn:s> sh:rule [ a sh:SPARQLRule ] .",
        "<urn:s> sh:js [ ] .",
    ],
)
def test_sh02_shapes_that_run_code_or_fetch_are_refused_when_loaded(turtle):
    with pytest.raises(SchemaError):
        shapes.lint(
            Graph().parse(data="@prefix sh: <http://www.w3.org/ns/shacl#> ." + turtle, format="turtle")
        )


def test_sh04_pattern_that_could_take_for_ever_is_refused_when_loaded():
    graph = Graph()
    graph.add((URIRef("urn:s"), SH.pattern, Literal("^(a+)+$")))
    with pytest.raises(SchemaError):
        shapes.lint(graph)


def test_rdf_terms_of_the_profile_are_where_the_field_list_says(full):
    graph = write(full, subject=str(SUBJECT))
    assert (SUBJECT, RDF.type, DCAT.Dataset) in graph
    assert (SUBJECT, DCT.spatial, URIRef(get("country")["ETH"].iri)) in graph, "origins are places too"
    assert (SUBJECT, MIG.countryOfOrigin, URIRef(get("country")["ETH"].iri)) in graph


def test_every_term_of_our_own_is_explained_in_the_profile():
    text = (files("migration_schemas") / "profile.ttl").read_text(encoding="utf-8")
    profile = Graph().parse(data=text, format="turtle", publicID=iris.BASE)
    used = {step for f in (*every(), *load().resource_fields) for step in f.path if step.startswith(MIG)}
    used |= {iri(f.rdf_class) for f in every() if (f.rdf_class or "").startswith("mig:")}
    used.add(MIG.DataNeed)
    used |= {MIG.field, MIG.resourceField, MIG.order, MIG.extent}
    explained = set(profile.subjects(RDFS.label, None))
    assert used == explained
    for term in explained:
        assert {label.language for label in profile.objects(term, RDFS.label)} >= {"en", "fr"}
        assert profile.value(term, RDF.type)
