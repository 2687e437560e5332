"""Scores in the Data Quality Vocabulary (https://www.w3.org/TR/vocab-dqv/), on the record of the catalogue.

The measurement is about the description, so it stands at the dcat:CatalogRecord and not at the dataset,
whose own dqv:hasQualityMeasurement are about the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rdflib import BNode, Graph, Literal, Namespace, URIRef

from migration_vocabularies import get, iris

from .. import namespaces
from ..namespaces import DCAT, FOAF, RDF, XSD
from .metrics import MIGDCAT, MQA

DQV = Namespace("http://www.w3.org/ns/dqv#")
METRIC = "metadata-score"
RECORD = "#record"


def graph(dataset: str, told: Mapping[str, Any]) -> Graph:
    """Return the catalogue record of a dataset with its score, in percent, and the points by dimension.

    `told` is what `Assessment.as_dict` says.
    """
    found = namespaces.graph()
    found.bind("dqv", DQV)
    record = URIRef(dataset + RECORD)
    found.add((record, RDF.type, DCAT.CatalogRecord))
    found.add((record, FOAF.primaryTopic, URIRef(dataset)))
    metric = URIRef(get("metric")[METRIC].iri)
    _measured(found, record, metric, told[MIGDCAT.name]["percent"])
    for scale in (MIGDCAT, MQA):
        score = told[scale.name]
        own = iris.BASE + f"quality-metric/{scale.name}"
        _measured(found, record, URIRef(own), score["earned"])
        for dimension in score["dimensions"]:
            _measured(found, record, URIRef(f"{own}/{dimension['name']}"), dimension["earned"])
    return found


def _measured(found: Graph, record: URIRef, metric: URIRef, value: float) -> None:
    node = BNode()
    found.add((record, DQV.hasQualityMeasurement, node))
    found.add((node, RDF.type, DQV.QualityMeasurement))
    found.add((node, DQV.computedOn, record))
    found.add((node, DQV.isMeasurementOf, metric))
    found.add((node, DQV.value, Literal(f"{value:g}", datatype=XSD.decimal)))
