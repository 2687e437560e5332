"""CKAN's permission filter, read as what it is: a set of labels.

``PackageSearchQuery.run`` writes it as text, ``+permission_labels:("a" OR "b")``, as the last of
the filters. It may hold thousands of labels (one for each dataset a user collaborates on), so it
becomes one ``terms`` query and none of the limits for queries of callers apply to it.
"""

from __future__ import annotations

import re
from typing import Any

from ckanext.migration.search.errors import QuerySyntaxError

_FILTER = re.compile(r'^\+permission_labels:\((?:"[^"]*"(?: OR "[^"]*")*)?\)$')
_LABEL = re.compile(r'"([^"]*)"')
START = "+permission_labels:"


def read(text: str) -> tuple[str, ...]:
    """Return the labels of a permission filter; anything else is refused, never guessed."""
    if not _FILTER.match(text):
        raise QuerySyntaxError("The permission filter cannot be read")
    return tuple(_LABEL.findall(text))


def query(labels: tuple[str, ...]) -> dict[str, Any]:
    """Documents that carry at least one of the labels; no label, no document."""
    return {"terms": {"permission_labels": sorted(set(labels))}}
