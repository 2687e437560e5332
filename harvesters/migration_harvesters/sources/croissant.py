"""Croissant (MLCommons, 1.0 and 1.1): data for machine learning, with the columns of each table.

Croissant is schema.org with a vocabulary for files and records. A portal offers one document a dataset, or
puts it into its pages; both are found and read as schema.org's are.
"""

from __future__ import annotations

from typing import ClassVar

from migration_harvesters.options import Texts
from migration_harvesters.sources.schemaorg import SchemaOrgSource


class CroissantSource(SchemaOrgSource):
    """Reads one document, several, or the pages of a sitemap. Options: as for schema.org."""

    TITLE: ClassVar[Texts] = {"en": "Croissant", "fr": "Croissant"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The address of a document, of a page that holds one, or of a sitemap.",
        "fr": "L’adresse d’un document, d’une page qui en contient un ou d’un plan du site.",
    }
    FORMAT: ClassVar[str] = "croissant"
