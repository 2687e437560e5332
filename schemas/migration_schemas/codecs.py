"""How one value is written as an RDF term and read back, one codec for each `rdf_value`.

Writing never lets a value through that a serialiser could not write or a reader could not read
back; it raises Unwritable with the reason, and the caller lists the value as dropped.
Reading is tolerant, because partners write the same thing in many ways; what it cannot make
sense of raises Unreadable.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from rdflib import URIRef
from rdflib.term import Node

from migration_vocabularies import get

from . import agencies, measures, terms
from .fields import Field
from .namespaces import plain
from .terms import Iri, Term

MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML 1.0 cannot hold; a text with them could not be served as RDF/XML."""

IRI = re.compile(
    r"(?:https?|ftp)://[^\s<>\"{}|\\^`\x00-\x20\x7f]+|(?:urn|doi|info|tag|ark):[^\s<>\"{}|\\^`\x00-\x20\x7f]+"
)
PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
EMAIL = re.compile(r"[^@\s<>\"{}|\\^`:/?#%]+@[^@\s<>\"{}|\\^`:/?#%]+\.[^@\s<>\"{}|\\^`:/?#%.]{2,}")
MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*")
TAG = re.compile(r"[a-z]{2,3}")
DATES = (
    (re.compile(r"[0-9]{4}"), plain("xsd:gYear")),
    (re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"), plain("xsd:gYearMonth")),
    (re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"), plain("xsd:date")),
)


class Unwritable(Exception):  # noqa: N818 - a signal between two functions, not an error
    """The value cannot become a term; the argument is the reason's code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(Exception):  # noqa: N818 - a signal between two functions, not an error
    """The term has no counterpart in the field."""


class NotMeant(Unreadable):
    """The term is something else under a property of many uses: nothing of the field is lost."""


def encode(field: Field, value: Any) -> Term:
    """Write one value of a field as a term."""
    return ENCODERS[field.rdf_value](field, value)


def decode(field: Field, node: Node, text: str) -> Any:
    """Read one term; `text` is its text, for a node the text of its label."""
    return DECODERS[field.rdf_value](field, node, text)


def is_iri(value: object) -> bool:
    """Say whether a text is an absolute address that every RDF syntax can carry."""
    return (
        isinstance(value, str)
        and bool(IRI.fullmatch(value))
        and not PERCENT.search(value)
        and not CONTROL.search(value)
    )


def literal(value: Any, lang: str | None = None) -> terms.Literal:
    """Write a text with an optional language tag."""
    if not isinstance(value, str):
        raise Unwritable("not-a-text")
    if CONTROL.search(value):
        raise Unwritable("control-characters")
    if lang is not None and not TAG.fullmatch(lang):
        raise Unwritable("language-tag")
    return terms.text(value, lang)


def _text(_field: Field, value: Any) -> Term:
    return literal(value)


def _iri(_field: Field, value: Any) -> Term:
    if not is_iri(value):
        raise Unwritable("not-an-address")
    return Iri(value)


def _concept(field: Field, value: Any) -> Term:
    concept = get(str(field.vocabulary)).get(value) if isinstance(value, str) else None
    if concept is None:
        raise Unwritable("not-in-list")
    return Iri(concept.iri)


def _email(_field: Field, value: Any) -> Term:
    if not isinstance(value, str) or not EMAIL.fullmatch(value) or CONTROL.search(value):
        raise Unwritable("not-an-email")
    return Iri("mailto:" + quote(value, safe="@!$&'*+,;=.-_~"))


def _identifier(
    normal: Callable[[str], str | None], term: Callable[[str], Term], reason: str
) -> Callable[[Field, Any], Term]:
    def encoder(_field: Field, value: Any) -> Term:
        if not isinstance(value, str) or normal(value) != value:
            raise Unwritable(reason)
        return term(value)

    return encoder


def _date(_field: Field, value: Any) -> Term:
    if isinstance(value, str):
        for pattern, datatype in DATES:
            if pattern.fullmatch(value) and _exists(value):
                return terms.Literal(value, datatype)
    raise Unwritable("not-a-date")


def _exists(value: str) -> bool:
    """Say whether the day is in the calendar (30 February is not) and the year is not 0."""
    year, month, day = (int(part) for part in (value + "-01-01").split("-")[:3])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    return year > 0 and day <= days


def _whole(datatype: Iri) -> Callable[[Field, Any], Term]:
    def encoder(_field: Field, value: Any) -> Term:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unwritable("not-a-number")
        return terms.Literal(str(value), datatype)

    return encoder


def _decimal(_field: Field, value: Any) -> Term:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unwritable("not-a-number")
    text = measures.plain_decimal(value)  # with a point, as Turtle writes decimals
    return terms.Literal(text if "." in text else text + ".0", plain("xsd:decimal"))


def _pattern(pattern: re.Pattern[str], datatype: str, reason: str) -> Callable[[Field, Any], Term]:
    def encoder(_field: Field, value: Any) -> Term:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise Unwritable(reason)
        return terms.Literal(value, plain(datatype))

    return encoder


def _box(_field: Field, value: Any) -> Term:
    if not isinstance(value, str) or not measures.is_box(value):
        raise Unwritable("not-a-box")
    return terms.Literal(measures.box_to_wkt(value), plain("geo:wktLiteral"))


def _size(field: Field, value: Any) -> Term:
    if isinstance(value, int) and value < 0:
        raise Unwritable("not-a-number")
    return _whole(plain("xsd:nonNegativeInteger"))(field, value)


def _media_type(_field: Field, value: Any) -> Term:
    if not isinstance(value, str) or not MEDIA_TYPE.fullmatch(value):
        raise Unwritable("not-a-media-type")
    return Iri(MEDIA_TYPES + value)


ENCODERS: dict[str, Callable[[Field, Any], Term]] = {
    "text": _text,
    "iri": _iri,
    "self": _iri,
    "concept": _concept,
    "email": _email,
    "date": _date,
    "integer": _whole(plain("xsd:integer")),
    "size": _size,
    "count": _size,
    "decimal": _decimal,
    "duration": _pattern(measures.DURATION, "xsd:duration", "not-a-duration"),
    "hex": _pattern(measures.HEX, "xsd:hexBinary", "not-a-checksum"),
    "box": _box,
    "media_type": _media_type,
    "ror": _identifier(agencies.ror, Iri, "not-a-ror"),
    "iati": _identifier(agencies.iati, literal, "not-an-iati"),
}


# ------------------------------------------------------------------ reading


def _read_text(_field: Field, _node: Node, text: str) -> str:
    if not text:
        raise Unreadable
    return text


def _read_iri(_field: Field, node: Node, text: str) -> str:
    value = str(node) if isinstance(node, URIRef) else text.strip()
    if not value:
        raise Unreadable
    return value


def _read_concept(field: Field, node: Node, text: str) -> str:
    vocabulary = get(str(field.vocabulary))
    concept = vocabulary.by_iri(str(node)) if isinstance(node, URIRef) else None
    if concept is not None:
        return concept.code
    match = vocabulary.match(text) if text else None
    if match is None:
        raise Unreadable
    return match.concept.code


def _read_email(_field: Field, node: Node, text: str) -> str:
    value = str(node) if isinstance(node, URIRef) else text.strip()
    return unquote(value.removeprefix("mailto:").removeprefix("MAILTO:")) or _raise()


def _read_date(_field: Field, _node: Node, text: str) -> str:
    """Keep the date of a point in time; anything else stays as it is, and validation names it."""
    value = text.strip()
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*|Z|[+-][0-9]{2}:[0-9]{2})", value)
    return found[1] if found else value or _raise()


def _read_whole(_field: Field, _node: Node, text: str) -> int | str:
    value = re.sub(r"[.]0*$", "", text.strip())
    return int(value) if re.fullmatch(r"[+-]?[0-9]{1,18}", value) else text.strip() or _raise()


def _read_decimal(_field: Field, _node: Node, text: str) -> int | float | str:
    return measures.number(text.strip() or _raise())


def _read_box(_field: Field, _node: Node, text: str) -> str:
    """Read the corners of a rectangle; any other text stays as it is, and validation names it."""
    return measures.wkt_to_box(text) or text.strip() or _raise()


def _read_media_type(_field: Field, node: Node, text: str) -> str:
    value = str(node) if isinstance(node, URIRef) else text.strip()
    return re.sub(r"^https?://(www\.)?iana\.org/assignments/media-types/", "", value) or _raise()


def _read_ror(_field: Field, node: Node, text: str) -> str:
    value = str(node) if isinstance(node, URIRef) else text.strip()
    found = agencies.ror(value)
    if found or agencies.meant(value, agencies.ROR_MEANT):
        return found or value
    raise NotMeant


def _read_iati(_field: Field, _node: Node, text: str) -> str:
    value, found = text.strip(), agencies.iati(text)
    if found != value and not agencies.meant(value, agencies.IATI_MEANT):
        raise NotMeant
    return found or value


def _raise() -> str:
    raise Unreadable


DECODERS: dict[str, Callable[[Field, Node, str], Any]] = {
    "text": _read_text,
    "iri": _read_iri,
    "self": _read_iri,
    "concept": _read_concept,
    "email": _read_email,
    "date": _read_date,
    "integer": _read_whole,
    "size": _read_whole,
    "count": _read_whole,
    "decimal": _read_decimal,
    "duration": _read_text,
    "hex": _read_text,
    "box": _read_box,
    "ror": _read_ror,
    "iati": _read_iati,
    "media_type": _read_media_type,
}
