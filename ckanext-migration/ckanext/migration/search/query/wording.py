"""Words that only look like a query (threats SR-05).

CKAN reads everything with a colon as a query of fields, so "Sudan: displacement in 2024", a pasted
address or an open parenthesis would find nothing or fail. What cannot be meant as a query is
searched as the words that it holds.
"""

from __future__ import annotations

import re

from ckanext.migration.search.errors import QueryNotAllowedError, QuerySyntaxError
from ckanext.migration.search.query import syntax
from ckanext.migration.search.query.fields import Fields

_SIGNS = re.compile(r"[:(){}\[\]^~*?\\/\"!|&<>=]+")
_LABEL = re.compile(r"([\w.\-]+):(?=\s+[^\s\"(\[{])")


def as_words(text: str, fields: Fields) -> str | None:
    """Return the words to search for, or None where the text is a query to be taken as written."""
    if ":" not in text or text.lstrip().startswith("{!"):
        return None
    try:
        syntax.parse(text, "AND", syntax.SEARCHER)
    except QueryNotAllowedError:
        return None  # a query indeed: the search refuses it
    except QuerySyntaxError:
        return _words(text)
    headings = _LABEL.findall(text)
    if any(not fields.has(name) for name in headings):
        return _words(text)
    return None


def _words(text: str) -> str:
    return " ".join(word.strip("+-") for word in _SIGNS.sub(" ", text).split() if word.strip("+-"))
