"""The values that literals stand for: whether one is well-formed, and which of two is greater.

rdflib knows the lexical forms and the order of XML Schema's datatypes; its answers are kept, because
catalogues repeat the same few dates and numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

import rdflib

from ..terms import LANG_STRING, STRING, Iri, Literal, Term, to_rdflib

XSD = "http://www.w3.org/2001/XMLSchema#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
ALL_LITERALS = (Iri(RDFS + "Literal"), Iri(RDFS + "Datatype"))
"""Classes of which every literal (or every datatype of one) is an instance; shapes use them as datatypes."""
KEPT = 64
"""Answers about longer texts are not kept: strangers choose them."""

PYTHON: Mapping[str, type] = {
    XSD + "integer": int,
    XSD + "float": float,
    XSD + "decimal": Decimal,
    XSD + "boolean": bool,
    XSD + "date": dt.date,
    XSD + "time": dt.time,
    XSD + "dateTime": dt.datetime,
}


def has_datatype(literal: Literal, datatype: Iri) -> bool:
    """Say whether a literal has a datatype and a lexical form of it."""
    if literal.datatype != datatype:
        return datatype in ALL_LITERALS
    if datatype in (STRING, LANG_STRING):
        return datatype == STRING or literal.lang is not None
    return _kept_well_formed(literal) if len(literal.text) <= KEPT else _well_formed(literal)


def _well_formed(literal: Literal) -> bool:
    made = to_rdflib(literal)
    assert isinstance(made, rdflib.Literal)  # noqa: S101 - a literal stays one
    return made.ill_typed is not True and isinstance(made.value, PYTHON.get(literal.datatype, object))


def order(left: Term, right: Term) -> int | None:
    """Return -1, 0 or 1 as the first value is smaller, equal or greater; None if they cannot be compared.

    rdflib, and so the reference, also orders some values that SPARQL does not (a date and a year).
    """
    if not isinstance(left, Literal) or not isinstance(right, Literal):
        return None
    if len(left.text) <= KEPT and len(right.text) <= KEPT:
        return _kept_order(left, right)
    return _order(left, right)


def _order(left: Literal, right: Literal) -> int | None:
    one, other = to_rdflib(left), to_rdflib(right)
    assert isinstance(one, rdflib.Literal)  # noqa: S101
    assert isinstance(other, rdflib.Literal)  # noqa: S101
    if isinstance(one.value, str) != isinstance(other.value, str):
        return None
    try:
        if one.eq(other):
            return 0
        if isinstance(one.value, dt.datetime | dt.time):
            # A literal of rdflib orders times with and without a zone; their values refuse, as SPARQL does.
            return 1 if one.value > other.value else -1
        return 1 if one > other else -1
    except (TypeError, NotImplementedError):
        return None


_kept_well_formed = lru_cache(maxsize=4096)(_well_formed)
_kept_order = lru_cache(maxsize=4096)(_order)
