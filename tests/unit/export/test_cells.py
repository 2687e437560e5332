"""EX-01, EX-02: whatever a record says, no cell of a table is a formula, and tables can be read back."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_schemas import cells

ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)
STARTERS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
    "﹦",
    " =",
    '"=',
    "'=",
    "\u200b=",
    "\ufeff=",
    "\x00=",
)


@pytest.mark.parametrize("start", STARTERS)
def test_ex_01_what_a_spreadsheet_would_run_is_a_text(start: str) -> None:
    assert cells.text(f"{start}cmd|' /C calc'!A0").startswith("'")


@pytest.mark.parametrize(
    "harmless", ["", "Sudan", "1,5", "a=b", "100 %", "—", "’=", "2024-03", "https://x.org/?a=-1"]
)
def test_ex_01_other_texts_stay_as_they_are(harmless: str) -> None:
    expected = f"'{harmless}" if harmless == "’=" else harmless
    assert cells.text(harmless) == expected


@given(ANY)
def test_ex_01_no_cell_begins_like_a_formula(value: str) -> None:
    cell = cells.text(value)
    seen = cell.lstrip("\"' \t\r\n").replace("\x00", "")
    if seen and unicodedata.normalize("NFKC", seen[0])[0] in "=+-@":
        assert cell.startswith("'")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cells.text(value.lstrip("=+-@")) is not None


@given(ANY)
def test_ex_02_a_cell_fits_and_can_be_written(value: str) -> None:
    cell = cells.text(value * 200)
    assert len(cell.encode("utf-16-le")) // 2 <= cells.LONGEST
    cell.encode("utf-8")
    assert not {"\x00", "\r", "\ufffe"}.intersection(cell)


@given(st.lists(ANY, min_size=1, max_size=5))
def test_ex_02_a_table_is_read_back_as_it_was_written(values: list[str]) -> None:
    row = [cells.text(value) for value in values]
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_NONNUMERIC).writerow(row)
    assert next(csv.reader(io.StringIO(file.getvalue(), newline=""))) == row


def test_ex_02_a_description_of_a_megabyte_is_cut_with_a_mark() -> None:
    cell = cells.text("😀" * 500_000)
    assert cell.endswith("😀 […]")
    assert len(cell.encode("utf-16-le")) // 2 <= cells.LONGEST
    assert cells.text("x" * cells.LONGEST) == "x" * cells.LONGEST
