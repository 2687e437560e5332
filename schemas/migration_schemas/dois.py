"""DOIs, in whichever way people write them: `10.5072/x`, `doi:10.5072/x`, `https://doi.org/10.5072/x`."""

from __future__ import annotations

import re

RESOLVER = "https://doi.org/"
_DOI = re.compile(r"(?:^|doi\.org/|doi:\s*)(10\.\d+(?:\.\d+)*/\S+)$", re.IGNORECASE)


def short(words: str) -> str:
    """Give the DOI alone, as it is written; empty where the words are none."""
    found = _DOI.search(words.strip())
    return found[1] if found else ""


def link(words: str) -> str:
    """Give a DOI as an address that leads to its object; empty where the words are none."""
    name = short(words)
    return RESOLVER + name if name else ""
