"""SHACL as pySHACL reads it: the reference. The only importer of pySHACL.

It evaluates what the compiled shapes do not cover, and everything when somebody asks for a second opinion.
The data can never bring shapes or rules of their own (SH-01): only our shapes are given to it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator

from pyshacl.graph_abstraction import DataGraph
from pyshacl.shapes_graph import ShapesGraph
from pyshacl.validator import Validator
from rdflib import Graph
from rdflib.term import Node

from . import terms
from .errors import EngineError
from .namespaces import SH
from .shacl_engine import Result
from .terms import from_rdflib

log = logging.getLogger(__name__)


class Reference:
    """The shapes of one graph, read by pySHACL; its own report text, which costs much, is not made."""

    def __init__(self, shapes: Graph) -> None:
        self.engine = ShapesGraph(shapes, False, log)
        self.shapes = {from_rdflib(shape.node): shape for shape in self.engine.shapes}

    def results(
        self,
        graph: Graph,
        *,
        only: Collection[terms.Node] | None = None,
        leave_out: Collection[terms.Node] = (),
        watch: Callable[[int, int], None] | None = None,
    ) -> Iterator[Result]:
        """Yield the results of a data graph; raises EngineError with the shape on which pySHACL fails.

        `watch` is called with the number of shapes done and their number in all; what it raises ends all.
        """
        data = DataGraph.from_rdflib(graph)
        options = {"inference": "none", "logger": log}
        executor = Validator(data, shacl_graph=Graph(), options=options).make_executor()
        wanted = {
            node: shape
            for node, shape in self.shapes.items()
            if node not in leave_out and (only is None or node in only)
        }
        for number, shape in enumerate(wanted.values(), start=1):
            if watch:
                watch(number, len(wanted))
            try:
                _, found = shape.validate(executor, data)
            except Exception as exc:
                raise EngineError(str(shape.node)) from exc
            for _, node, triples in found:  # the triples of its details (sh:detail) are among them
                yield _result({predicate: value for about, predicate, value in triples if about == node})


def _result(said: dict[Node, object]) -> Result:
    def term(predicate: Node) -> terms.Term | None:
        value = said.get(predicate)
        if isinstance(value, tuple):  # pySHACL gives some terms together with their graph
            value = value[1]
        return None if value is None else from_rdflib(value)  # type: ignore[arg-type]

    return Result(
        focus=term(SH.focusNode),  # type: ignore[arg-type]
        path=term(SH.resultPath),  # type: ignore[arg-type]
        value=term(SH.value),
        component=term(SH.sourceConstraintComponent),  # type: ignore[arg-type]
        severity=term(SH.resultSeverity),  # type: ignore[arg-type]
        shape=term(SH.sourceShape),  # type: ignore[arg-type]
    )
