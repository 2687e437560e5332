"""The constraint components of SHACL Core (https://www.w3.org/TR/shacl/#core-components), one module a group.

Each module tells in `BUILDERS` which parameters it compiles; together they are what is covered.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...terms import Iri
from ..constraint import Builder
from . import (
    cardinality,
    logical,
    others,
    property_pair,
    shape_based,
    string_based,
    value_range,
    value_type,
)

BUILDERS: Mapping[Iri, Builder] = {
    **value_type.BUILDERS,
    **cardinality.BUILDERS,
    **value_range.BUILDERS,
    **string_based.BUILDERS,
    **property_pair.BUILDERS,
    **logical.BUILDERS,
    **shape_based.BUILDERS,
    **others.BUILDERS,
}
"""Parameter → how its constraint component is compiled."""
