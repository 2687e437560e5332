"""Cells of a table that a spreadsheet will open: no cell is a formula, and each fits (threats EX-01, EX-02).

A text that a spreadsheet would run gets an apostrophe in front, which tells it that this is a text. What
no spreadsheet can hold is cut, with a mark. JSON and RDF carry the texts as they are.
"""

from __future__ import annotations

import re
import unicodedata

from migration_schemas.codecs import CONTROL

LONGEST = 32_767
"""Characters (UTF-16 units) that a cell of the usual spreadsheets holds."""
CUT = " […]"
_STARTERS = frozenset("=+-@")
_AROUND = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029|\x85")


def text(value: str) -> str:
    """Return a text as a cell."""
    plain = CONTROL.sub("", _LINE_ENDS.sub("\n", value))
    return _fitting(f"'{plain}" if is_formula(plain) else plain)


def is_formula(value: str) -> bool:
    """Whether a spreadsheet might run a text; full-width signs, spaces and quotation marks do not hide it."""
    if value[:1] in ("\t", "\n", "\r"):
        return True
    for character in value:
        if character in _AROUND or character.isspace() or unicodedata.category(character) in ("Cf", "Cc"):
            continue
        return unicodedata.normalize("NFKC", character)[:1] in _STARTERS
    return False


def _fitting(value: str) -> str:
    if len(value) * 2 <= LONGEST or _units(value) <= LONGEST:
        return value
    kept = value.encode("utf-16-le")[: (LONGEST - len(CUT)) * 2].decode("utf-16-le", "ignore")
    return kept + CUT


def _units(value: str) -> int:
    return len(value.encode("utf-16-le")) // 2
