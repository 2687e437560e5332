"""Identifiers of organisations: which they are, how they are written, and what completes a publisher.

ROR (https://ror.readme.io/docs/identifier) names nine characters: a 0, six in Crockford's base 32 and two
digits that check them (ISO/IEC 7064 MOD 97-10). IATI (https://iatistandard.org, organisation identifiers)
writes the list of registration, a hyphen, and the code in that list: `XM-DAC-47066`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from migration_vocabularies.matching import fold

DETAILS = ("kind", "ror", "iati", "homepage")
"""Parts of a publisher that an agency states once, for all its datasets."""

ROR = "https://ror.org/"
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
ROR_PATTERN = "^https://ror[.]org/0[0-9a-hj-km-np-tv-z]{6}[0-9]{2}$"
ROR_MEANT = "^https?://(www[.])?ror[.]org"
IATI_PATTERN = "^[A-Z]{2}-[A-Z0-9_]+-[^ /&|?]+$"
IATI_MEANT = "^[A-Za-z]{2}-[A-Za-z]{3,}-"
"""What an identifier looks like, and what somebody wrote who meant one; also in the shapes."""

_ROR = re.compile(
    r"(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[0-9a-hj-km-np-tv-z]{6}[0-9]{2})/?", re.IGNORECASE
)
_IATI = re.compile(r"([A-Za-z]{2}-[A-Za-z0-9_]+)-([^\s/&|?]+)")


def ror(text: str) -> str | None:
    """Return the address of a ROR identifier, from its address or the bare nine characters; else None."""
    found = _ROR.fullmatch(text.strip())
    code = found[1].lower() if found else ""
    return f"{ROR}{code}" if code and code.endswith(check_digits(code[:7])) else None


def check_digits(characters: str) -> str:
    """Return the two digits that check the first seven characters of a ROR identifier."""
    number = 0
    for character in characters:
        number = number * 32 + DIGITS.index(character)
    return f"{98 - number * 100 % 97:02d}"


def iati(text: str) -> str | None:
    """Return an IATI organisation identifier with the list of registration in capitals; else None."""
    found = _IATI.fullmatch(text.strip())
    return f"{found[1].upper()}-{found[2]}" if found else None


def meant(text: str, pattern: str) -> bool:
    """Say whether a text was written to be an identifier, right or wrong."""
    return bool(re.match(pattern, text))


def likeness(publisher: Mapping[str, Any], agency: Mapping[str, Any]) -> int:
    """Say how surely a publisher is a registered agency: 3 by an identifier, 2 by address, 1 by name, 0 not.

    `agency` has its details with `uris` (addresses that mean it) and `names`. Identifiers that differ decide
    as well: two bodies of one name are two.
    """
    for key in ("ror", "iati"):
        if publisher.get(key) and agency.get(key):
            return 3 if publisher[key] == agency[key] else 0
    if uri := publisher.get("uri"):
        normal = ror(str(uri)) or str(uri)
        if normal == agency.get("ror"):
            return 3
        if normal.rstrip("/") in {str(each).rstrip("/") for each in agency.get("uris", ())}:
            return 2
    name = fold(str(publisher.get("name") or ""))
    return int(bool(name) and name in {fold(str(each)) for each in agency.get("names", ())})


def recognised(publisher: Mapping[str, Any], agencies: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the agency that a publisher is; nothing where two are equally likely."""
    found = [(rank, agency) for agency in agencies if (rank := likeness(publisher, agency))]
    best = max((rank for rank, _agency in found), default=0)
    first, *others = [agency for rank, agency in found if rank == best] or [{}]
    return {} if others else first


def completed(publishers: Any, known: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return publishers with what the registered agency says of itself; what a record says goes first."""
    agencies = list(known)
    found = []
    for publisher in publishers if isinstance(publishers, list | tuple) else ():
        if isinstance(publisher, Mapping):
            agency = recognised(publisher, agencies)
            found.append({**{key: agency[key] for key in DETAILS if agency.get(key)}, **publisher})
    return found
