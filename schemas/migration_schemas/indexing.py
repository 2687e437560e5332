"""What the search index needs to know about a record, and the mapping that fits exactly that.

Pure: the search plugin merges `document` into CKAN's own document and `properties` into its mapping.
Only public fields are indexed, because counts and suggestions would tell what a page hides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migration_vocabularies import Concept, get
from migration_vocabularies.matching import fold

from . import coverage, freshness, series
from .fields import LANGUAGES, Field, every, load
from .record import Record
from .report import Report
from .validation import validate_record

OTHER = "other"
"""Suffix of texts in a language that has no analyser of its own here."""

ANALYZERS = {
    "ar": "arabic", "en": "english", "es": "spanish", "fr": "french", "ru": "russian", "zh": "cjk",
    OTHER: "standard",
}  # fmt: skip
DATE_FORMAT = "strict_date_optional_time||strict_year_month||strict_year"
CONFORMANCE = ("conforms", "recommendations", "violations")
NAMES = ("title_translated", "alternative_title", "identifier")
BEGINNINGS, SPELLING = "beginnings", "spelling"
"""Fields of the search filled from ours: beginnings of names, words as they are written."""
FIRST_FACETS = ("country", "migration_theme", "population_group")
PUBLISHER_KIND = "publisher_kind"


def document(
    record: Record, report: Report | None = None, publishers: Iterable[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the extra fields of a record's document; absent values have no key.

    `report` is what the check of exactly this record said, where that is known already; `publishers` are
    those of the record with what is known of them elsewhere.
    """
    found: dict[str, Any] = {}
    for field in _indexed(load(record.kind).fields):
        hidden = field.tier(sensitive=record.sensitive) != "public"
        if not hidden and (value := record.fields.get(field.name)) not in (None, "", [], {}):
            found.update(_values(field, value))
    named = record.fields.get("publisher") if publishers is None else publishers
    found[PUBLISHER_KIND] = publisher_kinds(named)
    found["country"] = coverage.places(record)
    found["country_reach"] = coverage.reach(record)
    found["corridors"] = coverage.corridors(record)
    found["reference_year"] = coverage.reference_years(record)
    found["reference_period"] = coverage.periods(record)
    found["concept_labels"] = concept_labels(record)
    found["exact_names"] = exact_names(record)
    found["series"] = series.key(record)
    found["round_order"] = series.order(record)
    found["conformance"] = conformance_of(report) if report else conformance(record)
    found.update(_update_schedule(record))
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def properties() -> dict[str, Any]:
    """Return the mapping for exactly the fields that `document` produces."""
    found: dict[str, Any] = {}
    for field in _indexed(every()):
        found.update(_mapping(field))
    found[PUBLISHER_KIND] = {"type": "keyword"}
    found["country"] = {"type": "keyword"}
    found["country_reach"] = {"type": "keyword"}
    pair: dict[str, Any] = {name: {"type": "keyword"} for name in coverage.CORRIDOR}
    found["corridors"] = {"type": "nested", "dynamic": False, "properties": pair}
    found["reference_year"] = {"type": "short"}
    found["reference_period"] = {"type": "date_range", "format": "strict_date"}
    labels = {lang: {**_text(lang), **_copied(*_spelling(lang))} for lang in LANGUAGES}
    found["concept_labels"] = {"properties": labels}
    found["exact_names"] = {"type": "keyword", "ignore_above": 1024}
    found["series"] = {"type": "keyword", "ignore_above": 1024}
    found["round_order"] = {"type": "keyword", "ignore_above": 1024}
    found["conformance"] = {"type": "keyword"}
    found["update_schedule"] = {"type": "keyword"}
    for name in freshness.Deadlines._fields:
        found[name] = {"type": "date", "format": "strict_date"}
    return found


def facets() -> tuple[str, ...]:
    """Return the names of the facet fields in the order in which a page shows them."""
    names = [field.name for field in load().facets]
    return (
        *FIRST_FACETS,
        *(name for name in names if name not in FIRST_FACETS),
        PUBLISHER_KIND,
        "reference_year",
    )


def weights() -> dict[str, float]:
    """Return the text fields to search with their weights."""
    found: dict[str, float] = {}
    for field in _indexed(every()):
        if field.search_type == "text":
            names = [f"{stem(field)}_{lang}" for lang in ANALYZERS] if field.translated else [field.name]
            found.update(dict.fromkeys(names, field.search_boost))
    found.update({f"concept_labels.{lang}": 1.5 for lang in LANGUAGES})
    return found


def stem(field: Field) -> str:
    """Return the name under which a translated field is indexed, without its language."""
    return field.name.removesuffix("_translated")


def _indexed(fields: Iterable[Field]) -> Iterable[Field]:
    return (f for f in fields if f.search_type != "none" and f.visibility == "public")


# ------------------------------------------------------------------ values


def _values(field: Field, value: Any) -> dict[str, Any]:
    if field.translated:
        return _texts(field, value)
    if field.subfields:
        name = field.subfields[0].name
        return {
            field.name: [str(node[name]) for node in value if isinstance(node, Mapping) and node.get(name)]
        }
    values = value if isinstance(value, list | tuple) else [value]
    if field.search_type == "number":
        return {field.name: [number for number in values if isinstance(number, int)]}
    if field.search_type == "date":
        return {field.name: str(value)} if freshness.last_day(str(value)) else {}
    return {field.name: _codes(field, [str(item) for item in values])}


def _codes(field: Field, codes: list[str]) -> list[str]:
    """In a facet a term counts for the terms above it too, each once."""
    if not (field.search_facet and field.vocabulary):
        return codes
    terms = get(field.vocabulary)
    above = (term for code in codes for term in terms.ancestors(code) if term != coverage.WORLD)
    return list(dict.fromkeys((*codes, *above)))


def _texts(field: Field, value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for lang, text in value.items() if isinstance(value, Mapping) else ():
        key = f"{stem(field)}_{lang if lang in LANGUAGES else OTHER}"
        texts = text if isinstance(text, list | tuple) else [text]
        found[key] = [*found.get(key, ()), *(str(item) for item in texts)]
    return {key: texts if len(texts) > 1 else texts[0] for key, texts in found.items() if texts}


def publisher_kinds(publishers: Any) -> list[str]:
    """Return what kinds of body the publishers are, with the broader ones."""
    terms = get("publisher-kind")
    nodes = publishers if isinstance(publishers, list | tuple) else ()
    kinds = [str(node.get("kind")) for node in nodes if isinstance(node, Mapping) and node.get("kind")]
    every = (code for kind in kinds if kind in terms for code in (kind, *terms.ancestors(kind)))
    return list(dict.fromkeys(every))


def exact_names(record: Record) -> list[str]:
    """Return what the record is called, folded: its titles in all languages, other titles, identifier."""
    found: dict[str, None] = {}
    for name in NAMES:
        value = record.fields.get(name) or ()
        values = (
            value.values() if isinstance(value, Mapping) else [value] if isinstance(value, str) else value
        )
        found.update(dict.fromkeys(fold(str(each)) for each in values))
    return [name for name in found if name]


def concept_labels(record: Record) -> dict[str, list[str]]:
    """Return the labels of what the data are about, and of the terms above them: `Africa` finds Sudan."""
    found: dict[str, dict[str, None]] = {lang: {} for lang in LANGUAGES}
    for vocabulary, codes in _about(record):
        for concept in _concepts(vocabulary, codes):
            for lang in LANGUAGES:
                names = [concept.labels[lang]] if lang in concept.labels else []
                found[lang].update(dict.fromkeys([*names, *concept.alt_labels.get(lang, ())]))
    return {lang: list(labels) for lang, labels in found.items() if labels}


def _about(record: Record) -> Iterator[tuple[str, Iterable[str]]]:
    """Give the code lists and codes that say what the data are about."""
    for field in _indexed(load(record.kind).fields):
        if field.vocabulary and field.group != "access":
            value = record.fields.get(field.name) or ()
            yield field.vocabulary, value if isinstance(value, list | tuple) else [value]
    ends = (code for pair in coverage.corridors(record) for codes in pair.values() for code in codes)
    yield coverage.PLACES, dict.fromkeys(ends)


def _concepts(name: str, codes: Iterable[str]) -> list[Concept]:
    vocabulary = get(name)
    known = [code for code in codes if code in vocabulary]
    widened = dict.fromkeys(
        code for known_code in known for code in (known_code, *vocabulary.ancestors(known_code))
    )
    return [vocabulary[code] for code in widened if code != coverage.WORLD or code in known]


def conformance(record: Record) -> str:
    """Return what the check against the profile finds: one of `CONFORMANCE`, best first."""
    return conformance_of(validate_record(record))


def conformance_of(report: Report) -> str:
    """Return the same from a report that was made before."""
    if not report.conforms:
        return CONFORMANCE[2]
    return CONFORMANCE[1] if report.warnings else CONFORMANCE[0]


def _update_schedule(record: Record) -> dict[str, Any]:
    frequency = record.fields.get("frequency")
    if frequency in freshness.WITHOUT_RHYTHM:
        return {"update_schedule": "not-applicable"}
    days = freshness.deadlines(frequency, freshness.changed(record))
    if days is None:
        return {"update_schedule": "unknown"}
    return {"update_schedule": "scheduled", **{name: day.isoformat() for name, day in days._asdict().items()}}


# ------------------------------------------------------------------ mapping


def _mapping(field: Field) -> dict[str, Any]:
    begun = (BEGINNINGS,) if field.name in NAMES else ()
    if field.translated:
        return {
            f"{stem(field)}_{lang}": {**_text(lang), **_copied(*begun, *_spelling(lang))}
            for lang in ANALYZERS
        }
    kinds: dict[str, dict[str, Any]] = {
        "text": {**_text(OTHER), **_copied(*begun, *_spelling(OTHER))},
        "keyword": {"type": "keyword", "ignore_above": 1024},
        "number": {"type": "integer"},
        "date": {"type": "date", "format": DATE_FORMAT, "ignore_malformed": True},
    }
    return {field.name: kinds[field.search_type]}


def _text(lang: str) -> dict[str, Any]:
    return {"type": "text", "analyzer": ANALYZERS[lang]}


def _spelling(lang: str) -> tuple[str, ...]:
    """Return where words are kept as they are written; Chinese has no letters to mistake."""
    return () if lang == "zh" else (f"{SPELLING}.{lang}",)


def _copied(*to: str) -> dict[str, Any]:
    return {"copy_to": list(to)} if to else {}
