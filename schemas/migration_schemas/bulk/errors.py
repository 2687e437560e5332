"""Why a spreadsheet cannot be read at all; faults of single cells are no errors but problems of a row."""

from __future__ import annotations

from migration_schemas.errors import ReadError


class WorkbookError(ReadError):
    """The file is no spreadsheet that can be read safely, or it is none that was made from the template."""

    code = "workbook"
