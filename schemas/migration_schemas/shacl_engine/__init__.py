"""SHACL Core (https://www.w3.org/TR/shacl/), compiled: shapes become functions over plain triples.

Reading the shapes anew at every call is what makes SHACL slow; here they are read once. What is covered:
all targets, all property paths, all constraint components of SHACL Core (`constraints.BUILDERS`),
sh:severity and sh:deactivated. What is not (SPARQL, rules, functions, components declared in the shapes
graph, shapes that refer to themselves, shapes that are not well-formed) is listed in
`CompiledShapes.uncovered`.

The package knows nothing of the profile. See docs/decisions/0011-shapes-are-compiled.md.
"""

from __future__ import annotations

from .compiler import CompiledShapes, compile_shapes
from .results import Result

__all__ = ["CompiledShapes", "Result", "compile_shapes"]
