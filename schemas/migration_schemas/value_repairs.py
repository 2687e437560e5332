"""What a value of a wrong form must have meant, where that can be computed: one function for each kind.

Nothing is guessed: a date whose day and month could be exchanged, a number whose point may separate thousands
and a word that names two terms have no repair, and a person decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from migration_vocabularies import get

from . import agencies, dois, measures
from .codecs import EMAIL, MEDIA_TYPE, Unwritable, encode
from .fields import Field

LONGEST = 2000
"""Characters of a value that is looked at; what is longer is a text in the wrong place."""

MONTHS = {
    **dict.fromkeys(("january", "janvier", "enero", "jan", "janv", "ene"), 1),
    **dict.fromkeys(("february", "fevrier", "febrero", "feb", "fevr"), 2),
    **dict.fromkeys(("march", "mars", "marzo", "mar"), 3),
    **dict.fromkeys(("april", "avril", "abril", "apr", "avr", "abr"), 4),
    **dict.fromkeys(("may", "mai", "mayo"), 5),
    **dict.fromkeys(("june", "juin", "junio", "jun"), 6),
    **dict.fromkeys(("july", "juillet", "julio", "jul", "juil"), 7),
    **dict.fromkeys(("august", "aout", "agosto", "aug", "ago"), 8),
    **dict.fromkeys(("september", "septembre", "septiembre", "setiembre", "sep", "sept"), 9),
    **dict.fromkeys(("october", "octobre", "octubre", "oct"), 10),
    **dict.fromkeys(("november", "novembre", "noviembre", "nov"), 11),
    **dict.fromkeys(("december", "decembre", "diciembre", "dec", "dic"), 12),
}
UNITS = {
    **dict.fromkeys(("day", "days", "jour", "jours", "dia", "dias"), "D"),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines", "semana", "semanas"), "W"),
    **dict.fromkeys(("month", "months", "mois", "mes", "meses"), "M"),
    **dict.fromkeys(("year", "years", "an", "ans", "annee", "annees", "ano", "anos"), "Y"),
}
_YEAR_FIRST = re.compile(r"([0-9]{4})\s?[-/.年]\s?([0-9]{1,2})(?:\s?[-/.月]\s?([0-9]{1,2})日?|月)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_MONTH = re.compile(
    r"(?:([0-9]{1,2})(?:st|nd|rd|th|er)? (?:de |of )?)?([a-z]+)[.,]? (?:de |of )?([0-9]{4})"
)
_MONTH_DAY = re.compile(r"([a-z]+)[.]? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_COUNT = re.compile(r"([0-9]{1,4}) ?([a-z]+)")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:([, \u00a0\u202f'’])[0-9]{3})(?:\1[0-9]{3})*")
_HOST = re.compile(r"(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:[/?#]\S*)?", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>")


def mended(field: Field, value: Any) -> Any:
    """Return what a value that its field does not accept must have meant, None where that is not certain.

    A right value is no question of this function: it returns None for one as well.
    """
    if field.rdf_value not in KINDS or isinstance(value, bool) or fits(field, value):
        return None
    text = " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
    if not text or len(text) > LONGEST:
        return None
    found = KINDS[field.rdf_value](field, text)
    return found if found is not None and found != value and fits(field, found) else None


def fits(field: Field, value: Any) -> bool:
    """Say whether a single value can be written as its field wants it."""
    try:
        encode(field, value)
    except Unwritable:
        return False
    low, high = field.minimum, field.maximum
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return not number or ((low is None or value >= low) and (high is None or value <= high))


def _concept(field: Field, text: str) -> str | None:
    terms = get(str(field.vocabulary))
    spellings = [text]
    if text.lower().startswith(("http://", "https://")):
        other = "https" + text[4:] if text.lower().startswith("http://") else "http" + text[5:]
        spellings += [one for start in (text, other) for one in (start.rstrip("/"), start.rstrip("/") + "/")]
    for spelling in spellings:
        if match := terms.match(spelling):
            return match.concept.code
    return None


def _plain(text: str) -> str:
    """Reduce words to small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def _date(_field: Field, text: str) -> str | None:
    text = unicodedata.normalize("NFKC", text)
    if stamp := re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9:.]+(?:Z|[+-][0-9:]+)?", text):
        return stamp[1]
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _written(found[1], found[2], found[3])
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(int(found[1]), found[2], int(found[3]), found[4])
    words = _plain(text)
    if (found := _DAY_MONTH.fullmatch(words)) and found[2] in MONTHS:
        return _written(found[3], MONTHS[found[2]], found[1])
    if (found := _MONTH_DAY.fullmatch(words)) and found[1] in MONTHS:
        return _written(found[3], MONTHS[found[1]], found[2])
    return None


def _year_last(one: int, sign: str, other: int, year: str) -> str | None:
    """Read 31/12/2024 and 31.12.2024; 03/04/2024 is a day in April for some and in March for others."""
    if sign == "." or one > 12 or one == other:
        return _written(year, other, one)
    return _written(year, one, other) if other > 12 else None


def _written(year: str, month: str | int, day: str | int | None) -> str:
    return "-".join([year, str(month).zfill(2), *([str(day).zfill(2)] if day else [])])


def _whole(_field: Field, text: str) -> int | None:
    if _THOUSANDS.fullmatch(text):
        text = re.sub(r"[^0-9+-]", "", text)
    found = measures.number(text.removeprefix("+"))
    return found if isinstance(found, int) else None


def _decimal(_field: Field, text: str) -> int | float | None:
    if _THOUSANDS.fullmatch(text) and "," in text:
        return None  # 1,234 is a thousand for some and a little more than one for others
    found = measures.number(re.sub(r"[ \u00a0\u202f%]", "", text).replace(",", ".", 1))
    return None if isinstance(found, str) else found


def _duration(_field: Field, text: str) -> str | None:
    if measures.DURATION.fullmatch(text.upper()):
        return text.upper()
    found = _COUNT.fullmatch(_plain(text))
    unit = UNITS.get(found[2]) if found else None
    if found is None or unit is None:
        return None
    return f"P{int(found[1]) * 7}D" if unit == "W" else f"P{int(found[1])}{unit}"


def _address(_field: Field, text: str) -> str | None:
    text = text.strip("<>").strip()
    if (link := dois.link(text)) and not text.lower().startswith("http"):
        return link
    if re.match(r"https?:/?/?[^/]", text, re.IGNORECASE):
        rest = re.sub(r"^https?:/*", "", text, flags=re.IGNORECASE)
        scheme = "https" if text.lower().startswith("https") else "http"
        return f"{scheme}://{quote(rest, safe=_KEPT)}"
    return f"https://{quote(text, safe=_KEPT)}" if _HOST.fullmatch(text) else None


_KEPT = "!#$%&'()*+,/:;=?@[]~"


def _email(_field: Field, text: str) -> str | None:
    if found := _IN_BRACKETS.fullmatch(text):
        text = found[1]
    text = re.sub(r"^mailto:", "", text, flags=re.IGNORECASE).partition("?")[0]
    text = re.sub(r"\s*[(\[]\s*(?:at|arobase|@)\s*[)\]]\s*", "@", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*[(\[]\s*(?:dot|point|[.])\s*[)\]]\s*", ".", text, flags=re.IGNORECASE).rstrip(".;,")
    return text if EMAIL.fullmatch(text) else None


def _media_type(_field: Field, text: str) -> str | None:
    plain = text.partition(";")[0].strip().lower()
    return plain if MEDIA_TYPE.fullmatch(plain) else None


def _hex(_field: Field, text: str) -> str | None:
    plain = re.sub(r"^(?:sha-?(?:1|256|512)|md5)\s*[:=]\s*|[\s:-]", "", text, flags=re.IGNORECASE)
    return plain if measures.HEX.fullmatch(plain) else None


def _box(_field: Field, text: str) -> str | None:
    if box := measures.wkt_to_box(text):
        return box
    return " ".join(re.findall(r"-?[0-9]+(?:[.][0-9]+)?", text.replace(",", " ")))


def _ror(_field: Field, text: str) -> str | None:
    return agencies.ror(text)


def _iati(_field: Field, text: str) -> str | None:
    return agencies.iati(text.replace(" ", ""))


KINDS: dict[str, Callable[[Field, str], Any]] = {
    "concept": _concept,
    "date": _date,
    "integer": _whole,
    "size": _whole,
    "count": _whole,
    "decimal": _decimal,
    "duration": _duration,
    "iri": _address,
    "self": _address,
    "email": _email,
    "media_type": _media_type,
    "hex": _hex,
    "box": _box,
    "ror": _ror,
    "iati": _iati,
}
