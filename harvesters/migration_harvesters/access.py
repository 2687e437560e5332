"""Who may have the data, out of the words that archives, repositories and geoportals have for it.

Several statements count as the strictest of them: a catalogue must never show data as more open than the one
who holds them does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from migration_harvesters import text, urls
from migration_harvesters.mapping import Notebook

PUBLIC, RESTRICTED, NON_PUBLIC = "PUBLIC", "RESTRICTED", "NON_PUBLIC"
_ORDER = (PUBLIC, RESTRICTED, NON_PUBLIC)
_MODES = (
    "open", "registration", "on-request", "licensed", "data-sharing-agreement", "remote-access", "enclave",
    "metadata-only",
)  # fmt: skip

# What is said, in letters and figures only → access right and way of access.
KNOWN: dict[str, tuple[str, str | None]] = {
    # info:eu-repo/semantics and COAR (repositories)
    "openaccess": (PUBLIC, None), "cabf2": (PUBLIC, None),
    "embargoedaccess": (RESTRICTED, None), "cf1cf": (RESTRICTED, None),
    "restrictedaccess": (RESTRICTED, None), "c16ec": (RESTRICTED, None),
    "closedaccess": (NON_PUBLIC, "metadata-only"), "metadataonlyaccess": (NON_PUBLIC, "metadata-only"),
    "c14cb": (NON_PUBLIC, "metadata-only"),
    # NADA (form_model / data_access_type)
    "open": (PUBLIC, "open"), "direct": (PUBLIC, "open"),
    "puf": (RESTRICTED, "registration"),
    "licensed": (RESTRICTED, "licensed"), "remote": (RESTRICTED, None),
    "dataenclave": (RESTRICTED, "enclave"), "enclave": (RESTRICTED, "enclave"),
    "datana": (NON_PUBLIC, "metadata-only"),
    # MD_ClassificationCode and the restriction codes of ISO 19115 that speak of access
    "unclassified": (PUBLIC, None), "public": (PUBLIC, None),
    "restricted": (RESTRICTED, None), "limiteddistribution": (RESTRICTED, None),
    "sensitivebutunclassified": (RESTRICTED, None), "forofficialuseonly": (RESTRICTED, None),
    "inconfidence": (NON_PUBLIC, None), "confidential": (NON_PUBLIC, None), "private": (NON_PUBLIC, None),
    "secret": (NON_PUBLIC, None), "topsecret": (NON_PUBLIC, None), "protected": (NON_PUBLIC, None),
    "sensitive": (RESTRICTED, None),
    # the list of the European Union, and its INSPIRE words
    "restrictedaccessrights": (RESTRICTED, None), "nonpublic": (NON_PUBLIC, None),
    "nolimitations": (PUBLIC, None),
    **{f"inspiredirectivearticle131{letter}": (RESTRICTED, None) for letter in "abcdefgh"},
}  # fmt: skip


def read(words: Iterable[object]) -> tuple[str | None, str | None]:
    """Give access right and way of access: the strictest that is said, or nothing if nothing is known."""
    found = [KNOWN[letters] for value in words if (letters := _letters(value)) in KNOWN]
    rights = [right for right, _ in found]
    modes = [mode for right, mode in found if mode]
    right = max(rights, key=_ORDER.index, default=None)
    mode = max(modes, key=_MODES.index, default=None)
    return right, mode if (mode == "open") == (right == PUBLIC) else None


def fields(
    words: Iterable[object],
    notebook: Notebook,
    *,
    page: object = None,
    procedure: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Give the fields about access; how to ask for data is said where they are not open."""
    said = [text.line(value) for value in words]
    right, mode = read(said)
    if right is None:
        return {}
    strictest = next(value for value in said if read([value])[0] == right)
    notebook.assumed("access_rights", strictest, right, "words of archives and portals for access")
    found: dict[str, Any] = {"access_rights": right, "access_mode": mode}
    if right != PUBLIC:
        found["access_url"] = urls.web_link(page)
        found["access_procedure_translated"] = procedure or {}
    return found


def _letters(value: object) -> str:
    last = text.line(value, 300).rstrip("/").rpartition("/")[2].rpartition("#")[2]
    return re.sub(r"[^a-z0-9]", "", last.lower())
