"""A dataset in Croissant → record: schema.org's properties, columns of record sets, and the RAI vocabulary.

Croissant: https://docs.mlcommons.org/croissant/docs/croissant-spec.html, RAI (responsible AI):
https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_harvesters import crosswalk, plain
from migration_harvesters.mappers import schemaorg
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.records import RawRecord, SourceConfig

QUALITY = {"dataBiases": "Biases", "dataLimitations": "Limitations", "dataSocialImpact": "Social impact"}
COLLECTION = (
    "dataCollection",
    "dataCollectionRawData",
    "dataPreprocessingProtocol",
    "dataManipulationProtocol",
)
NOTHING = frozenset({"none", "no", "n/a", "not applicable", "false"})
MAX_COLUMNS = 500


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one dataset and say what was assumed and what was left out."""
    row, notebook = schemaorg.read(raw), Notebook()
    base = raw.ref.url or config.url
    columns = _columns(row)
    files = []
    for one in plain.entries(row.get("distribution")):
        # A set of files is what is inside an archive that is listed too.
        if one.get("contentUrl") or one.get("url"):
            file = schemaorg.file(one, base)
            files.append({**file, "columns": columns.get(plain.word(one.get("@id") or one.get("name")), [])})
    said = {**schemaorg.said(row, notebook), **_responsible(row, notebook)}
    return crosswalk.record(raw, config, said, files, notebook=notebook)


def _columns(row: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give the fields of record sets by the file that they are read from."""
    found: dict[str, list[dict[str, Any]]] = {}
    for field in (
        field
        for records in plain.entries(row.get("recordSet"))
        for field in plain.entries(records.get("field"))
    ):
        source = plain.entry(field.get("source"))
        place = plain.entry(source.get("fileObject") or source.get("distribution"))
        name = plain.word(place.get("@id") or place.get("name")) or plain.word(source.get("fileObject"))
        kind = plain.word(field.get("dataType")).rpartition(":")[2].rpartition("/")[2]
        entry = {
            "name": plain.word(plain.entry(source.get("extract")).get("column"))
            or plain.word(field.get("name")),
            "title": plain.word(field.get("description")),
            "datatype": kind,
        }
        if name and len(found.setdefault(name, [])) < MAX_COLUMNS:
            found[name].append(entry)
    return found


def _responsible(row: Mapping[str, Any], notebook: Notebook) -> dict[str, Any]:
    """Read what the RAI vocabulary says; personal information raises the sensitivity, nothing lowers it."""
    notes = [
        f"{label}: {word}" for key, label in QUALITY.items() for word in plain.words(_rai(row, key)) if word
    ]
    made = [word for key in COLLECTION for word in plain.words(_rai(row, key))]
    frame = plain.words(_rai(row, "dataCollectionTimeframe"))
    fields: dict[str, Any] = {
        "quality_note_translated": "\n\n".join(notes),
        "provenance_translated": "\n\n".join(made),
    }
    if methods := plain.words(_rai(row, "dataCollectionType")):
        fields["collection_method"] = methods
    if frame:
        fields["collection_start"], fields["collection_end"] = frame[0], frame[-1]
    personal = [
        word for word in plain.words(_rai(row, "personalSensitiveInformation")) if word.lower() not in NOTHING
    ]
    if personal:
        notebook.assumed(
            "sensitivity_level", ", ".join(personal)[:150], "high", "rai:personalSensitiveInformation"
        )
        fields["sensitivity_level"] = "high"
    return fields


def _rai(row: Mapping[str, Any], name: str) -> Any:
    return row.get(f"rai:{name}") or row.get(f"http://mlcommons.org/croissant/RAI/{name}")
