"""Which format a record in XML is written in, by its root element; protocols name their formats in many ways.

One portal calls the same format `oai_datacite`, `datacite4` or `datacite`, and sends another one under the
name that was asked for. What the record itself says decides who reads it.
"""

from __future__ import annotations

from migration_harvesters import elements
from migration_harvesters.xml import Element

DUBLIN_CORE, DATACITE, DDI, ISO = "dublin-core", "datacite-xml", "ddi", "iso"
PREFERRED = (DDI, ISO, DATACITE, DUBLIN_CORE)
"""From the format that says most about data to the one that says least."""

# Namespaces of formats as portals announce them, without scheme, as far as the version.
ANNOUNCED = {
    "ddi:codebook": DDI, "www.icpsr.umich.edu/ddi": DDI, "ddialliance.org/specification/ddi-codebook": DDI,
    "www.isotc211.org/2005/gmd": ISO, "www.isotc211.org/2005/gmi": ISO,
    "standards.iso.org/iso/19115/-3/mdb": ISO,
    "datacite.org/schema/kernel": DATACITE, "schema.datacite.org/oai": DATACITE,
    "schema.datacite.org/meta/kernel": DATACITE,
    "www.openarchives.org/oai/2.0/oai_dc": DUBLIN_CORE, "purl.org/dc/": DUBLIN_CORE,
    "www.opengis.net/cat/csw": DUBLIN_CORE, "ns.nsdl.org/nsdl_dc": DUBLIN_CORE,
}  # fmt: skip
_TYPES = {
    DUBLIN_CORE: ("type",),
    DATACITE: ("resourceType",),
    ISO: ("hierarchyLevel/MD_ScopeCode", "metadataScope/MD_MetadataScope/resourceScope/MD_ScopeCode"),
    DDI: (),
}


def announced(space: str) -> str | None:
    """Find the format of a namespace."""
    plain = space.strip().lower().removeprefix("http://").removeprefix("https://")
    return next((name for start, name in ANNOUNCED.items() if plain.startswith(start)), None)


def recognised(node: Element) -> tuple[str, Element] | None:
    """Find format and root of the record in an element, also where a portal wraps it into another one."""
    for root in node.iter():
        if not isinstance(root.tag, str):
            continue
        found = _named(root)
        if found is not None:
            return found, root
    return None


def kinds(name: str, root: Element) -> list[str]:
    """List what the record says it describes."""
    said = elements.words(root, *_TYPES[name])
    typed = elements.find(root, *_TYPES[name])
    return [*said, *(elements.attribute(node, "resourceTypeGeneral", "codeListValue") for node in typed)]


def without_statistics(name: str, root: Element) -> None:
    """Take the statistics of variables out: counts of small groups are not kept, not even unread (DD-02)."""
    if name == DDI:
        for node in elements.find(root, "dataDscr/var/**/sumStat|catStat"):
            parent = node.getparent()
            if parent is not None:
                parent.remove(node)


def _named(root: Element) -> str | None:
    name, space = elements.name(root), elements.namespace(root)
    if name == "codeBook":
        return DDI
    if name.endswith(("MD_Metadata", "MI_Metadata")):
        return ISO
    if name == "resource" and (not space or announced(space) == DATACITE):
        return DATACITE if elements.find(root, "titles/title") else None
    if name in ("dc", "nsdl_dc", "qualifieddc", "Record", "SummaryRecord", "BriefRecord"):
        return DUBLIN_CORE
    return None
