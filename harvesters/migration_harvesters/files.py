"""What a file is, by its media type, name or address, and which licence a statement about rights names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import migration_vocabularies
from migration_harvesters import licences, text, urls
from migration_harvesters.mapping import Notebook

_ADDRESS = re.compile(r"https?://[^\s<>\"()\[\]]+")


def file_type(*said: object) -> str | None:
    """Find the code of a file type in media types, names or suffixes; the first that is known counts."""
    known = migration_vocabularies.get("file-type")
    for value in said:
        words = text.line(value, 100).partition(";")[0].strip().lstrip(".")
        found = known.match(words) if words else None
        if found is not None:
            return found.concept.code
    return None


def of_address(address: object) -> str | None:
    """Find the file type at the end of an address; `…/data.csv` is a file, `…/dataset/1` is a page."""
    link = urls.web_link(address)
    if link is None:
        return None
    last = urlsplit(link).path.rpartition("/")[2]
    _, dot, suffix = last.rpartition(".")
    found = file_type(suffix) if dot and 2 <= len(suffix) <= 7 else None
    # A page with the suffix of a page is a page.
    return found if found not in (None, "HTML") and suffix.lower() not in ("xhtml", "asp", "php") else None


def of_name(name: object) -> str | None:
    """Find the file type at the end of the name of a file."""
    _, dot, suffix = text.line(name, 300).rpartition(".")
    return file_type(suffix) if dot and 2 <= len(suffix) <= 7 else None


def licence(words: Iterable[object], notebook: Notebook) -> str | None:
    """Find the licence among statements about rights; if none is known, the publisher's own terms."""
    said = [line for value in words if (line := text.line(value, 2000))]
    for one in [*said, *(link for line in said for link in _ADDRESS.findall(line))]:
        found = licences.find(one)
        if found:
            if found[1]:
                notebook.assumed("license", one, found[0].code, found[1])
            return found[0].code
    if not said:
        return None
    own = licences.own_terms().code
    notebook.assumed("license", " / ".join(said), own, "terms that are in no list")
    return own
