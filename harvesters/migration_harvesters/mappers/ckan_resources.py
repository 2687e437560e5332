"""The files of a CKAN package, and the licence that the package gives for all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from migration_harvesters import licences, text, urls
from migration_harvesters.mapping import Notebook

_SIZE = re.compile(r"\d{1,15}")
_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9][\w.+-]*")
_NO_LICENCE = frozenset({"notspecified", "not specified", "none", "unknown", "other-closed-unknown"})


def licence(package: Mapping[str, Any], notebook: Notebook) -> str | None:
    """Find the licence of a package by identifier, address or name, else its own terms if there are any."""
    said = [
        text.line(package.get(key)) for key in ("license_id", "license_url", "license_title", "license_other")
    ]
    said = [words for words in said if words and words.lower() not in _NO_LICENCE]
    for words in said:
        found = licences.find(words)
        if found:
            if found[1]:
                notebook.assumed("license", words, found[0].code, found[1])
            return found[0].code
    if not said:
        return None
    code = licences.own_terms().code
    notebook.assumed("license", " / ".join(said), code, "terms that are in no list")
    return code


def read(row: Mapping[str, Any], licence_of_all: str | None, notebook: Notebook) -> dict[str, Any] | None:
    """Read one file; without an address that may be shown there is no file."""
    address = urls.web_link(row.get("url")) or urls.web_link(row.get("download_url"))
    if address is None:
        notebook.left_out("resources", row.get("url") or row.get("name") or "", "no web address")
        return None
    own = text.line(row.get("license") or row.get("license_url"))
    kind = text.line(row.get("mimetype"), 100).partition(";")[0]
    return {
        "url": address,
        "download_url": urls.web_link(row.get("download_url")),
        "name": text.line(row.get("name") or row.get("title")),
        "description": text.markdown(row.get("description")),
        "format": _format(row, notebook),
        "license": licence({"license_id": own}, notebook) or licence_of_all,
        "mimetype": kind if _TYPE.fullmatch(kind) else None,
        "size": _size(row.get("size")),
        "language": notebook.concepts("language", "language", _languages(row)),
    }


def _format(row: Mapping[str, Any], notebook: Notebook) -> str | None:
    """Find the file type by its name, else by the media type."""
    said = [text.line(row.get(key), 100).lstrip(".") for key in ("format", "mimetype")]
    for words in said:
        quiet = Notebook()
        code = quiet.concept("format", "file-type", words) if words else None
        if code:
            notebook.notes |= quiet.notes
            return code
    if any(said):
        notebook.left_out("format", next(words for words in said if words))
    return None


def _size(value: object) -> int | None:
    digits = text.cleaned(value).removesuffix(".0")
    return int(digits) if _SIZE.fullmatch(digits) and int(digits) > 0 else None


def _languages(row: Mapping[str, Any]) -> list[str]:
    said = row.get("language")
    return [text.language(value) for value in (said if isinstance(said, list) else [said]) if value]
