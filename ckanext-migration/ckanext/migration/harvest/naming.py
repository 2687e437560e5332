"""Names and identifiers of harvested datasets: the same input always gives the same name. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator

LONGEST = 100  # CKAN's limit for names
_SUFFIX = 9
_WORDS = re.compile(r"[^a-z0-9]+")
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "ı": "i"}
)


def package_id(source_id: str, remote_id: str) -> str:
    """Derive the dataset's id from its identity, so that a repeated step cannot make a second dataset."""
    return str(uuid.uuid5(uuid.UUID(source_id), remote_id))


def slug(title: str, source: str, remote_id: str) -> str:
    """Make a name of a title; one without Latin letters is named after its source and identity (ID-06)."""
    folded = unicodedata.normalize("NFKD", title.lower().translate(_LETTERS))
    plain = "".join(mark for mark in folded if not unicodedata.combining(mark))
    name = _WORDS.sub("-", plain.encode("ascii", "ignore").decode()).strip("-")
    latin = sum(mark.isalpha() for mark in name)
    letters = sum(mark.isalpha() for mark in title)
    if latin < 3 or latin * 2 < letters:
        name = f"{_WORDS.sub('-', source.lower()).strip('-')}-{_digest(source, remote_id, 8)}"
    return _cut(name, LONGEST - _SUFFIX)


def names(wanted: str, source: str, remote_id: str) -> Iterator[str]:
    """Yield names in the order of preference: as wanted, else with suffixes that follow from the identity."""
    yield wanted
    for length in (6, 8, 16, 32):
        yield f"{_cut(wanted, LONGEST - length - 1)}-{_digest(source, remote_id, length)}"
    yield _digest(source, f"{remote_id}\x1f{wanted}", 40)


def free_name(wanted: str, source: str, remote_id: str, taken: Callable[[str], bool]) -> str:
    """Choose the first name that is not taken, the last one unasked; a rerun renumbers nothing."""
    *known, last = names(wanted, source, remote_id)
    return next((name for name in known if not taken(name)), last)


def identity(remote_id: str) -> str:
    """Keep a remote id as it is; one that no index would hold is cut and told apart by its digest."""
    clean = remote_id.replace("\x00", "").encode("utf-8", "replace").decode()
    if clean == remote_id and len(clean.encode()) <= 1000:
        return clean
    digest = hashlib.blake2b(remote_id.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"{clean[:200]}#{digest}"


def _digest(source: str, remote_id: str, length: int) -> str:
    whole = f"{source}\x1f{remote_id}".encode()
    return hashlib.blake2b(whole, digest_size=32).hexdigest()[:length]


def _cut(name: str, length: int) -> str:
    """Cut at a word where that keeps most of the name."""
    if len(name) <= length:
        return name
    head = name[:length]
    at_word = head.rsplit("-", 1)[0]
    return (at_word if len(at_word) > length // 2 else head).strip("-")
