"""IRIs of SHACL, RDF Schema and OWL that shapes are written with."""

from __future__ import annotations

from ..terms import Iri

SHACL = "http://www.w3.org/ns/shacl#"
TYPE = Iri("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
CLASS = Iri("http://www.w3.org/2000/01/rdf-schema#Class")
SUB_CLASS_OF = Iri("http://www.w3.org/2000/01/rdf-schema#subClassOf")
OWL_CLASS = Iri("http://www.w3.org/2002/07/owl#Class")


def sh(local: str) -> Iri:
    """Return a term of SHACL by its local name."""
    return Iri(SHACL + local)
