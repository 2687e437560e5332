"""Records of OAI-PMH: the header that names one, and its content in the format that is inside."""

from __future__ import annotations

from migration_harvesters import elements, kinds, languages, xml, xml_formats
from migration_harvesters.errors import PayloadError
from migration_harvesters.records import RawRecord, RemoteRef
from migration_harvesters.xml import Element


def identifier(header: Element) -> str | None:
    """Give the name that a header has for its record; None if nobody could use it."""
    name = elements.word(header, "identifier")
    return name if name and name.isprintable() else None


def deleted(header: Element) -> bool:
    """Say whether the repository tells of the record only that it is gone."""
    return elements.attribute(header, "status").lower() == "deleted"


def content(record: Element, name: str, *, all_types: bool) -> RawRecord | None:
    """Cut the content of a record out; None for one that is no dataset. Raises PayloadError."""
    metadata = next(iter(elements.find(record, "metadata")), None)
    if metadata is None or not len(metadata):
        raise PayloadError("The repository lists this record, but shows nothing.", code="record-missing")
    found = xml_formats.recognised(metadata)
    if found is None:
        raise PayloadError(
            f"The record is written in a format that is not read here ({elements.name(metadata[0])}).",
            code="unknown-format",
            remedy="Choose another `metadata_prefix` for the source.",
        )
    form, root = found
    if not all_types and not kinds.is_data(xml_formats.kinds(form, root)):
        return None
    xml_formats.without_statistics(form, root)
    modified = elements.word(record, "header/datestamp") or None
    return RawRecord(RemoteRef(name, modified), form, xml.canonical(_with_language(root)))


def _with_language(root: Element) -> Element:
    """Keep the language that only the envelope says."""
    around = elements.language(root)
    if around and elements.LANG not in root.attrib and languages.tag(around):
        root.set(elements.LANG, around)
    return root
