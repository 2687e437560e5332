"""The one repair that real catalogues in RDF/XML need before a strict reader takes them.

GeoNetwork writes `<dcat:theme rdf:resource="…">Habitats</dcat:theme>`: an address and a text for one value,
which RDF/XML does not allow. The address is kept. XML that is not well-formed stays refused.
"""

from __future__ import annotations

from migration_harvesters import xml
from migration_harvesters.errors import PayloadError

RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"


def without_stray_text(body: bytes) -> bytes | None:
    """Give the document without texts beside addresses, or None if there is nothing of the kind to mend."""
    try:
        root = xml.parse(body)
    except PayloadError:
        return None
    stray = [found for found in root.iter() if RESOURCE in found.attrib and (found.text or "").strip()]
    for found in stray:
        found.text = None
    return xml.written(root) if stray else None
