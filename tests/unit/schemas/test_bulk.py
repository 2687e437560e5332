"""The spreadsheet: made from the field list, read back row by row, safe against what strangers send."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import openpyxl
import pytest

from migration_schemas import load
from migration_schemas.bulk import columns, rows, sheets, template
from migration_schemas.bulk.errors import WorkbookError
from migration_schemas.fields import LANGUAGES

GOOD = {
    "identifier": "r-1",
    "title_translated.en": "Internal displacement in Sudan, round 12",
    "notes_translated.en": "Internally displaced persons by locality and state, from key informants.",
    "migration_theme": "internal displacement [internal-displacement]",
    "spatial_coverage": "Sudan [SDN]; TCD",
    "contact.email": "data@agency.example.org",
    "sensitivity_level": "low",
    "personal_data_status": "non-personal",
    "access_rights": "public",
    "temporal_coverage.start": "2024-01-01",
    "temporal_coverage.end": "2024-12-31",
}


@cache
def made(lang: str = "en") -> bytes:
    return template.write(lang)


def filled(
    records: Sequence[Mapping[str, Any]], files: Sequence[Mapping[str, Any]] = (), lang: str = "en"
) -> bytes:
    """Fill the template as a person does: by the names of its columns, from the fourth row on."""
    book = openpyxl.load_workbook(io.BytesIO(made(lang)))
    for sheet, given in zip(book.worksheets[:2], (records, files), strict=True):
        keys = {cell.value: cell.column for cell in sheet[1]}
        for number, row in enumerate(given, start=sheets.FIRST_ROW):
            for key, value in row.items():
                if key not in keys:
                    keys[key] = sheet.max_column + 1
                    sheet.cell(1, keys[key], key)
                sheet.cell(number, keys[key], value)
    text = io.BytesIO()
    book.save(text)
    return text.getvalue()


def test_the_template_has_every_field_and_a_list_for_every_code_list():
    book = openpyxl.load_workbook(io.BytesIO(made("fr")))
    assert book.sheetnames == ["Notices", "Distributions", "Listes de codes", "Aide"]
    keys = {str(cell.value).partition(".")[0] for cell in book["Notices"][1]}
    assert keys == {one.name for one in load().fields} - columns.LEFT_OUT
    files = {str(cell.value).partition(".")[0] for cell in book["Distributions"][1]}
    assert files == {one.name for one in load().resource_fields} | {columns.RECORD}
    listed = [one for one in columns.of_records() if one.leaf.vocabulary]
    assert len(book["Notices"].data_validations.dataValidation) == len(listed)
    (country,) = [cell.column for cell in book["Notices"][1] if cell.value == "spatial_coverage"]
    letter = openpyxl.utils.get_column_letter(country)
    (choice,) = [
        one
        for one in book["Notices"].data_validations.dataValidation
        if str(one.sqref).startswith(f"{letter}4")
    ]
    column = choice.formula1.split("$")[1]
    assert "Soudan [SDN]" in [cell.value for cell in book["Listes de codes"][column]]


def test_arabic_template_runs_from_right_to_left_and_has_columns_for_arabic():
    book = openpyxl.load_workbook(io.BytesIO(made("ar")))

    assert all(sheet.sheet_view.rightToLeft for sheet in book.worksheets)
    keys = [str(cell.value) for cell in book["التسجيلات"][1]]
    assert keys[:4] == ["identifier", "title_translated.ar", "title_translated.en", "title_translated.fr"]
    assert book["التسجيلات"]["A2"].value == load().field("identifier").labels["ar"]


@pytest.mark.parametrize("words", [template.WORDS, rows.WORDS], ids=["template", "problems"])
def test_words_are_whole_in_the_six_languages(words):
    assert set(words) == set(template.LANGUAGES) == set(LANGUAGES)
    for lang in words:
        assert _form(words[lang]) == _form(words["en"]), lang


def _form(words):
    """Return how many texts there are and where they have placeholders, whatever they say."""
    if isinstance(words, Mapping):
        return {key: _form(value) for key, value in words.items()}
    if isinstance(words, list):
        return [_form(value) for value in words]
    return set(re.findall(r"{\w*}", words))


@pytest.mark.parametrize("of_resource", [False, True])
def test_every_column_is_found_by_its_key(of_resource: bool):
    listed = columns.of_distributions() if of_resource else columns.of_records()

    assert [columns.parse(one.key, of_resource=of_resource) for one in listed] == listed


def test_a_good_row_is_a_record():
    files = [{"record": "r-1", "url": "https://agency.example.org/data.csv", "license": "CC BY 4.0"}]
    bulk = rows.read(sheets.read(filled([{**GOOD, "contact.2.email": "b@agency.example.org"}], files)))

    (read,) = bulk.records
    assert read.good, read.problems
    assert read.record.fields["spatial_coverage"] == ["SDN", "TCD"]
    assert read.record.fields["title_translated"] == {"en": GOOD["title_translated.en"]}
    assert [row["email"] for row in read.record.fields["contact"]] == [
        "data@agency.example.org", "b@agency.example.org"
    ]  # fmt: skip
    assert read.record.fields["access_rights"] == "PUBLIC"
    assert read.record.resources == (
        {"url": "https://agency.example.org/data.csv", "license": "CC-BY-4.0", "format": "CSV"},
    )
    assert {one.kind for one in read.problems} == {"note"}


def test_each_fault_is_told_by_row_and_column_in_words():
    given = [
        GOOD,
        {**GOOD, "identifier": "r-2", "spatial_coverage": "Atlantis"},
        {**GOOD, "identifier": "r-1"},
        {"title_translated.en": "Without identifier"},
        {**GOOD, "identifier": "r-3", "issued": "=TODAY()"},
        {"identifier": "r-4", "title_translated.fr": "Incomplet"},
        {**GOOD, "identifier": "r-5", "colour": "blue"},
    ]
    bulk = rows.read(sheets.read(filled(given, [{"record": "r-9", "url": "https://x.example.org"}])))

    told = {read.row: read for read in bulk.records}
    assert [told[number].good for number in range(4, 11)] == [True, False, False, False, False, True, True]
    (place,) = [one for one in told[5].problems if one.kind == "error"]
    assert (place.label, place.value) == ("Geographic coverage", "Atlantis")
    assert "list" in place.message
    book = openpyxl.load_workbook(io.BytesIO(made()))
    assert book.worksheets[0][f"{place.column}1"].value == "spatial_coverage"
    assert any("row 4" in one.message for one in told[6].problems)
    assert any("formula" in one.message for one in told[8].problems)
    assert {one.label for one in told[9].problems if one.kind == "missing"} >= {
        "Access",
        "Information sensitivity",
    }
    assert [(one.kind, one.value) for one in bulk.elsewhere] == [("note", ""), ("error", "r-9")]


def test_french_words_and_dates_of_the_program():
    from_cell = openpyxl.load_workbook(
        io.BytesIO(filled([{**GOOD, "access_rights": "n’importe quoi"}], lang="fr"))
    )
    sheet = from_cell.worksheets[0]
    place = next(cell.column for cell in sheet[1] if cell.value == "issued")
    sheet.cell(4, place).number_format = "DD/MM/YYYY"
    sheet.cell(4, place, date(2024, 4, 3))
    text = io.BytesIO()
    from_cell.save(text)

    (read,) = rows.read(sheets.read(text.getvalue()), "fr").records

    assert read.record.fields["issued"] == "2024-04-03"
    (wrong,) = [one for one in read.problems if one.kind == "error"]
    assert wrong.message.startswith("Accès : choisissez une valeur")


def test_csv_with_the_same_keys():
    data = "identifier;title_translated.en;resources.url;spatial_coverage\nr-1;A title;https://x.example.org/a;Syria\n"

    (read,) = rows.read(sheets.read(data.encode(), "x.csv")).records

    assert read.record.fields["spatial_coverage"] == ["SYR"]
    assert read.record.resources[0]["url"] == "https://x.example.org/a"
    assert read.row == 2


def packed(parts: Mapping[str, bytes]) -> bytes:
    text = io.BytesIO()
    with zipfile.ZipFile(text, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return text.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(made())) as source:
        parts = {one: source.read(one) for one in source.namelist()}
    return packed({**parts, name: content})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0 an old or encrypted workbook",
        packed({"a.txt": b"x"}),
        packed({"bomb.xml": b"<a>" + b"0" * 70_000_000}),
        packed({f"{number}.xml": b"<a/>" for number in range(600)}),
        b"name,title\n1,2\n",
        b"\xff\xfe\x00\x01",
    ],
    ids=["nothing", "broken", "old", "no-workbook", "bomb", "parts", "other-csv", "binary"],
)
def test_what_is_no_workbook_of_ours_is_one_error(data: bytes):
    with pytest.raises(WorkbookError):
        sheets.read(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_anything_reads_them(encoding: str):
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><sst>&x;</sst>'.encode(encoding)

    with pytest.raises(WorkbookError, match="document type"):
        sheets.read(with_part("xl/sharedStrings.xml", bomb))


def test_too_many_rows_and_too_many_bytes_are_refused():
    limits = sheets.Limits(rows=2)
    with pytest.raises(WorkbookError, match="more than 2 rows"):
        sheets.read(filled([{**GOOD, "identifier": str(n)} for n in range(3)]), limits=limits)
    with pytest.raises(WorkbookError, match="more than 2 rows"):
        sheets.read(b"identifier\n" + b"x\n" * 9, "x.csv", limits)
    with pytest.raises(WorkbookError, match="larger than 0 MB"):
        sheets.read(made(), limits=sheets.Limits(input_bytes=100))
