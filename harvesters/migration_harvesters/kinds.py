"""What a record describes: data, or something else that a portal lists (articles, pictures, services)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from migration_harvesters import text

# In letters only: types of Dublin Core, DataCite and repositories, and the scope codes of ISO 19115.
DATA = frozenset(
    {
        "dataset", "series", "nongeographicdataset", "collection", "collectiondataset", "data", "datafile",
        "microdata", "survey", "surveydata", "numericdata", "statisticaldata", "timeseries", "database",
        "datatable", "geographicdataset", "studyunit", "cddb1",
    }
)  # fmt: skip
OTHER = frozenset(
    {
        "text", "article", "journalarticle", "review", "book", "bookchapter", "bookpart", "thesis",
        "dissertation", "bachelorthesis", "masterthesis", "doctoralthesis", "preprint", "workingpaper",
        "report", "technicaldocumentation", "conferencepaper", "conferenceproceedings", "conferenceobject",
        "conferenceposter", "poster", "presentation", "lecture", "lesson", "patent", "peerreview",
        "annotation", "proposal", "deliverable", "milestone", "journal", "image", "stillimage",
        "movingimage", "video", "audiovisual", "sound", "audio", "software", "computationalnotebook",
        "interactiveresource", "event", "physicalobject", "service", "application", "workflow", "tile",
        "datapaper", "standard", "documentation", "document", "script", "map",
        "outputmanagementplan", "datamanagementplan",
    }
)  # fmt: skip


def is_data(said: Iterable[object]) -> bool:
    """Say whether a record may describe data: it says so, or says nothing that speaks against it."""
    last = (re.split(r"[/#:]", text.line(value, 300).lower())[-1] for value in said)
    words = {re.sub(r"[^a-z]", "", part) for part in last}
    words.discard("")
    return not words or bool(words & DATA) or not words <= OTHER
