"""Reads the values of parameters: whole numbers, and true."""

from __future__ import annotations

from ..terms import Iri, Literal
from .constraint import Definition, NotCovered
from .values import XSD


def whole_number(definition: Definition, parameter: Iri) -> int:
    """Return the only value of a parameter as a number of zero or more."""
    found = definition.one(parameter)
    if not isinstance(found, Literal) or found.datatype != XSD + "integer":
        raise NotCovered(f"{parameter} is not an integer")
    try:
        number = int(found.text)
    except ValueError:
        number = -1
    if number < 0:
        raise NotCovered(f"{parameter} is not a whole number")
    return number


def is_true(definition: Definition, parameter: Iri) -> bool:
    """Say whether a parameter has the value true; nothing else switches a constraint on."""
    return any(isinstance(value, Literal) and value.text == "true" for value in definition.all(parameter))
