"""What the page of an agency tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import migration_schemas
from ckanext.migration.logic.publishing import language
from migration_schemas.agencies import DETAILS
from migration_vocabularies import get as vocabulary


def details(agency: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what an agency says of itself: ``label``, ``text``, and ``url`` where it leads somewhere."""
    publisher, lang = migration_schemas.load("dataset").field("publisher"), language()
    found = []
    for name in DETAILS:
        value, field = str(agency.get(name) or ""), publisher.subfield(name)
        if not value:
            continue
        text = vocabulary(field.vocabulary).label(value, lang) if field.vocabulary else value
        url = value if field.rdf_value in {"iri", "ror"} else ""
        found.append({"label": field.label(lang), "text": text, "url": url})
    return found
