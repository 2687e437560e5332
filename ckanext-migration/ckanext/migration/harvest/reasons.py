"""Why a run asks a person, in the reader's language."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.harvest.decisions import Reason

FIGURES = ("known", "listed", "missing", "added", "titles_worse", "grades_worse", "publishers")


def in_words(guard: dict[str, Any]) -> list[str]:
    """Say why the guard asks, one sentence a reason."""
    figures = {key: guard.get(key, 0) for key in FIGURES}
    words = {
        Reason.EMPTY: tk._("The partner's list was empty, while {known} datasets are known."),
        Reason.INCOMPLETE: tk._("The partner's list was not complete; {missing} datasets were not in it."),
        Reason.UNSTABLE: tk._(
            "The partner's list changed while it was read; {missing} datasets were not in it."
        ),
        Reason.SHRUNKEN: tk._("{missing} of {known} datasets were not in the partner's list."),
        Reason.AGREEMENT: tk._(
            "The settings of the source were changed; {missing} datasets were not in the list."
        ),
        Reason.TITLES: tk._("The titles of {titles_worse} of {known} datasets became empty or the same."),
        Reason.GRADES: tk._("The descriptions of {grades_worse} of {known} datasets became worse."),
        Reason.PUBLISHER: tk._("{publishers} of {known} datasets have another publisher than before."),
        Reason.GROWN: tk._("The list brought {added} new records, while {known} datasets are known."),
    }
    return [words[Reason(reason)].format(**figures) for reason in guard.get("reasons", [])]
