"""The border where our errors become CKAN's (style: one function, nothing else knows both trees)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from migration_schemas.errors import MigrationError


def to_toolkit(error: MigrationError, lang: str = "en") -> Exception:
    """Return the CKAN exception that says what is wrong and what to do; ``detail`` stays in the log."""
    field = getattr(error, "field", None) or "message"
    return tk.ValidationError({str(field): [error.told(lang)]})
