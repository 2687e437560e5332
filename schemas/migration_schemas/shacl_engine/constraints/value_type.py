"""sh:class, sh:datatype, sh:nodeKind (https://www.w3.org/TR/shacl/#core-components-value-type)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...terms import Blank, Iri, Literal, Term
from ...triples import Triples
from ..constraint import Builder, Constraint, Definition, NotCovered, for_each_value
from ..names import sh
from ..targets import is_instance
from ..values import has_datatype

CLASS, DATATYPE, NODE_KIND = sh("class"), sh("datatype"), sh("nodeKind")
KINDS: Mapping[Term, tuple[type, ...]] = {
    sh("IRI"): (str,),
    sh("BlankNode"): (Blank,),
    sh("Literal"): (Literal,),
    sh("BlankNodeOrIRI"): (Blank, str),
    sh("BlankNodeOrLiteral"): (Blank, Literal),
    sh("IRIOrLiteral"): (str, Literal),
}


def of_class(definition: Definition) -> Iterator[Constraint]:
    """Each value is an instance of the class; there may be several classes."""
    for cls in definition.all(CLASS):

        def test(data: Triples, value: Term, wanted: Term = cls) -> bool:
            return is_instance(data, value, wanted)

        yield for_each_value(definition, sh("ClassConstraintComponent"), test)


def of_datatype(definition: Definition) -> Iterator[Constraint]:
    """Each value is a well-formed literal of the datatype."""
    datatype = definition.one(DATATYPE)
    if not isinstance(datatype, str):
        raise NotCovered("sh:datatype is not an address")

    def test(_data: Triples, value: Term) -> bool:
        return isinstance(value, Literal) and has_datatype(value, datatype)

    yield for_each_value(definition, sh("DatatypeConstraintComponent"), test)


def of_node_kind(definition: Definition) -> Iterator[Constraint]:
    """Each value is an IRI, a blank node or a literal, as allowed."""
    kinds = KINDS.get(definition.one(NODE_KIND))
    if kinds is None:
        raise NotCovered("sh:nodeKind is none of SHACL's node kinds")

    def test(_data: Triples, value: Term) -> bool:
        return isinstance(value, kinds)

    yield for_each_value(definition, sh("NodeKindConstraintComponent"), test)


BUILDERS: Mapping[Iri, Builder] = {CLASS: of_class, DATATYPE: of_datatype, NODE_KIND: of_node_kind}
