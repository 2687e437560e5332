"""The spreadsheet to fill in, made from the field list: records, distributions, code lists, help."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import openpyxl
import yaml
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from migration_schemas.profile import profile_version
from migration_vocabularies import get

from . import columns
from .columns import Column
from .sheets import FIRST_ROW

LANGUAGES = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
    "ru": "Русский",
    "zh": "中文",
}
"""The languages in which the template is made, as their readers call them."""
RIGHT_TO_LEFT = frozenset({"ar"})
LAST_ROW = 2000 + FIRST_ROW
NAME = "migdcat-{lang}.xlsx"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

COLORS = {"mandatory": "F4C7C3", "conditional": "FCE8B2", "recommended": "D9EAD3", "optional": "ECEFF1"}
WORDS: dict[str, dict[str, Any]] = yaml.safe_load(
    (files(__package__) / "words.yaml").read_text(encoding="utf-8")
)


def write(lang: str = "en") -> bytes:
    """Return the template in a language (English where it is none of LANGUAGES)."""
    lang = lang if lang in LANGUAGES else "en"
    words = WORDS[lang]
    book = openpyxl.Workbook()
    records, distributions, lists, helping = words["sheets"]
    sheet = book.active
    sheet.title = records
    others = [book.create_sheet(name) for name in (distributions, lists, helping)]
    ranges = _code_lists(others[1], lang)
    _sheet(sheet, columns.of_records(lang), ranges, lang, ())
    first = (columns.RECORD, words["record"], words["record_help"])
    _sheet(others[0], columns.of_distributions(lang), ranges, lang, (first,))
    _help(others[2], lang)
    for each in book.worksheets:
        each.sheet_view.rightToLeft = lang in RIGHT_TO_LEFT
    book.properties.title = "MigDCAT-AP"
    book.properties.creator = "ckanext-migration"
    text = io.BytesIO()
    book.save(text)
    return text.getvalue()


def _vocabularies() -> list[str]:
    listed = [*columns.of_records(), *columns.of_distributions()]
    return list(dict.fromkeys(str(one.leaf.vocabulary) for one in listed if one.leaf.vocabulary))


def _code_lists(sheet: Any, lang: str) -> dict[str, str]:
    """Write every code list into a column of its own; return where each stands."""
    ranges = {}
    for number, name in enumerate(_vocabularies(), start=1):
        terms = get(name)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 34
        head = sheet.cell(1, number, terms.title(lang))
        head.font = Font(bold=True)
        shown = [one for one in terms if not one.deprecated]
        if name in {"country", "language", "licence", "file-type"}:
            shown.sort(key=lambda one: one.label(lang).casefold())
        for row, concept in enumerate(shown, start=2):
            _write(sheet, row, number, f"{concept.label(lang)} [{concept.code}]")
        ranges[name] = f"'{sheet.title}'!${letter}$2:${letter}${len(shown) + 1}"
    sheet.freeze_panes = "A2"
    return ranges


def _write(sheet: Any, row: int, column: int, text: str) -> Any:
    """Write a text as a text, whatever it begins with."""
    cell = sheet.cell(row, column, text)
    cell.data_type = "s"
    return cell


def _sheet(
    sheet: Any,
    listed: Sequence[Column],
    ranges: dict[str, str],
    lang: str,
    before: Sequence[tuple[str, str, str]],
) -> None:
    words = WORDS[lang]
    rows: list[tuple[str, str, str, str, Column | None]] = [
        (key, label, text, "mandatory", None) for key, label, text in before
    ]
    rows += [(one.key, _label(one, lang), _hint(one, lang), one.level, one) for one in listed]
    for number, (key, label, text, level, column) in enumerate(rows, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 28
        _write(sheet, 1, number, key).font = Font(size=8, color="78909C")
        head = _write(sheet, 2, number, label)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor=COLORS[level])
        head.alignment = Alignment(wrap_text=True, vertical="top")
        hint = _write(sheet, 3, number, text)
        hint.font = Font(italic=True, size=9, color="546E7A")
        hint.alignment = Alignment(wrap_text=True, vertical="top")
        place = f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}"
        for row in range(FIRST_ROW, FIRST_ROW + 50):
            sheet.cell(row, number).number_format = "@"
        if column is not None:
            head.comment = Comment(
                f"{words['levels'][level]}. {column.leaf.help(lang)}", "MigDCAT-AP", 160, 320
            )
            if column.leaf.vocabulary:
                choice = DataValidation("list", formula1=ranges[column.leaf.vocabulary], allow_blank=True)
                # Several terms in one cell, and codes alone, are right too.
                choice.showErrorMessage = False
                choice.add(place)
                sheet.add_data_validation(choice)
    optional = [number for number, row in enumerate(rows, start=1) if row[3] == "optional"]
    if optional:
        sheet.column_dimensions.group(
            get_column_letter(optional[0]), get_column_letter(optional[-1]), hidden=False
        )
    sheet.row_dimensions[2].height = 34
    sheet.row_dimensions[3].height = 48
    sheet.freeze_panes = sheet.cell(FIRST_ROW, 2)


def _label(column: Column, lang: str) -> str:
    label = column.field.label(lang)
    if column.part:
        label += f": {column.part.label(lang)}"
    return f"{label} ({column.lang})" if column.lang else label


def _hint(column: Column, lang: str) -> str:
    words = WORDS[lang]
    parts = [words["levels"][column.level]]
    if column.leaf.multiple or column.leaf.rdf_value == "translated_list":
        parts.append(words["several"])
    if not column.leaf.vocabulary and (example := column.leaf.example(column.lang or lang)):
        parts.append(example[:60] + ("…" if len(example) > 60 else ""))
    return ". ".join(parts)


def _help(sheet: Any, lang: str) -> None:
    words = WORDS[lang]
    row = 1
    for text in (*words["how"], words["version"].format(version=profile_version())):
        _write(sheet, row, 1, text)
        row += 1
    row += 1
    for level, text in words["levels"].items():
        _write(sheet, row, 1, text).fill = PatternFill("solid", fgColor=COLORS[level])
        row += 1
    row += 1
    for number, text in enumerate(words["columns"], start=1):
        _write(sheet, row, number, text).font = Font(bold=True)
    for column in [*columns.of_records(lang), *columns.of_distributions(lang)]:
        row += 1
        leaf = column.leaf
        texts = (
            column.key,
            column.label(lang),
            words["levels"][column.level],
            leaf.help(lang),
            leaf.why(lang),
            leaf.example(lang),
        )
        for number, text in enumerate(texts, start=1):
            cell = _write(sheet, row, number, text)
            cell.alignment = Alignment(wrap_text=number > 3, vertical="top")
    for letter, width in zip("ABCDEF", (30, 34, 20, 60, 60, 40), strict=True):
        sheet.column_dimensions[letter].width = width
