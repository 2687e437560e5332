"""One study of a NADA library (the search's row and the exported JSON, as cut out by the source) → record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from migration_harvesters import extents, files, languages, mapping, plain, strict_json, studies, text, urls
from migration_harvesters.errors import MappingError
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.people import Party
from migration_harvesters.records import RawRecord, SourceConfig
from migration_harvesters.studies import Study

# The library's own words for access, where they mean another thing here than elsewhere.
ACCESS = {"public": "puf", "direct": "direct", "data_enclave": "enclave", "data_na": "data_na"}
METHODS = (
    "time_method", "coll_mode", "research_instrument", "coll_situation", "weight", "cleaning_operations",
)  # fmt: skip
CONDITIONS = ("conf_dec", "spec_perm", "restrictions", "conditions")
_MONTH = re.compile(r"([A-Z][a-z]{2})-(\d{2})-(\d{4})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one study and say what was assumed and what was left out."""
    whole = strict_json.loads(raw.body)
    if not isinstance(whole, dict):
        raise MappingError("The record is not a JSON object.")
    row, metadata = (plain.entry(whole.get(name)) for name in ("row", "metadata"))
    notebook = Notebook()
    default = languages.chosen(config.options.get("language"))
    reader = _Reader(row, plain.entry(metadata.get("study_desc")))
    study = reader.study()
    study.page = raw.ref.url or ""
    found = studies.fields(study, notebook, default, raw.ref.id)
    found["modified"] = reader.changed()
    return mapping.finished(
        found, reader.files(studies.licence(study, notebook)), config.options.get("defaults"), notebook
    )


class _Reader:
    """One study: what the search says of it, and its description (`study_desc`, empty for other types)."""

    def __init__(self, row: Mapping[str, Any], described: Mapping[str, Any]) -> None:
        self.row = row
        self.node = described

    def study(self) -> Study:
        """Read the description of the study."""
        title, info, method = self.part("title_statement"), self.part("study_info"), self.part("method")
        collected = plain.entry(method.get("data_collection"))
        produced, given = self.part("production_statement"), self.part("distribution_statement")
        version, series = self.part("version_statement"), self.part("series_statement")
        use, available = self.access()
        return Study(
            titles=_said(title.get("title") or self.row.get("title"))
            + [("", words) for words in _words(title.get("translated_title"))],
            alternatives=_words(title.get("alternate_title")) + _words(title.get("sub_title")),
            identifiers=[("", words) for words in _words(title.get("idno") or self.row.get("idno"))]
            + [
                (text.line(one.get("type")), text.line(one.get("identifier")))
                for one in _rows(title, "identifiers")
            ],
            abstract=_said(info.get("abstract") or self.row.get("abstract")),
            universe=_said(info.get("universe")),
            sampling=_said(collected.get("sampling_procedure")) + _said(collected.get("sampling_deviation")),
            methods=[said for name in METHODS for said in _said(collected.get(name))],
            quality=[
                said for value in plain.entry(method.get("analysis_info")).values() for said in _said(value)
            ],
            keywords=[("", text.line(one.get("keyword"))) for one in _rows(info, "keywords")]
            + [("", text.line(one.get("topic"))) for one in _rows(info, "topics")],
            authors=[Party(_name(one)) for one in _rows(self.node, "authoring_entity")]
            or [Party(words) for words in _words(self.row.get("authoring_entity"))],
            parties=[
                *(Party(_name(one), "producer") for one in _rows(produced, "producers")),
                *(Party(_name(one), "funder") for one in _rows(produced, "funding_agencies")),
                *(Party(_name(one), "collector") for one in _rows(collected, "data_collectors")),
                *(Party(_name(one), "depositor") for one in _rows(given, "depositor")),
            ],
            distributors=[
                Party(_name(one), page=text.line(one.get("uri"))) for one in _rows(given, "distributors")
            ],
            contacts=[_contact(one) for one in (*_rows(given, "contact"), *_rows(use, "contact"))],
            **self.coverage(info),
            frequency=text.line(collected.get("frequency"), 100),
            units=_words(info.get("analysis_unit")),
            kinds=[*_words(info.get("data_kind")), *_words(collected.get("coll_mode"))],
            access=[ACCESS.get(words, words) for words in self.access_words(available)],
            conditions=[said for name in CONDITIONS for said in _said(use.get(name))],
            licences=[words for words in _words(produced.get("copyright")) if studies.names_licence(words)],
            version=text.line(version.get("version"), 200),
            series=text.line(series.get("series_name"), 300),
            series_about=text.markdown(series.get("series_info")),
            issued=[
                text.line(value)
                for value in (
                    given.get("distribution_date"),
                    version.get("version_date"),
                    produced.get("prod_date"),
                )
            ],
        )

    def coverage(self, info: Mapping[str, Any]) -> dict[str, Any]:
        """Read place and time."""
        return {
            "nations": list(self.nations(info)),
            "regions": _words(info.get("geog_coverage")),
            "boxes": [
                box
                for one in _rows(info, "bbox")
                for box in extents.boxes(*(one.get(side) for side in ("west", "south", "east", "north")))
            ],
            "collected": studies.spans(_moments(info, "coll_dates")),
            "periods": studies.spans(_moments(info, "time_periods")) or self.years(),
        }

    def part(self, name: str) -> Mapping[str, Any]:
        """Give one part of the description, empty if it is missing or something else."""
        return plain.entry(self.node.get(name))

    def access(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Give the parts about use and about availability."""
        part = self.part("data_access")
        return plain.entry(part.get("dataset_use")), plain.entry(part.get("dataset_availability"))

    def access_words(self, available: Mapping[str, Any]) -> list[str]:
        """Give the words about access: the library's own form of access first."""
        said = (self.row.get("form_model"), self.row.get("data_access_type"), available.get("status"))
        return [words.lower() for value in said if (words := text.line(value, 100))]

    def nations(self, info: Mapping[str, Any]) -> Iterator[str]:
        """Name the countries, by their code where it is given."""
        rows = _rows(info, "nation")
        for one in rows:
            yield text.line(one.get("abbreviation")) or text.line(one.get("name"))
        if not rows:
            yield from (part.strip() for part in text.line(self.row.get("nation")).split(","))

    def years(self) -> list[dict[str, str]]:
        """Give the years that the search says, where the description says no period and no field work."""
        said = text.span(self.row.get("year_start"), self.row.get("year_end"))
        return [said] if said and not self.part("study_info").get("coll_dates") else []

    def changed(self) -> str | None:
        """Give the day of the last change, which the search writes as `Dec-05-2019` or in ISO 8601."""
        said = text.line(self.row.get("changed"), 40)
        found = _MONTH.fullmatch(said)
        if found and found[1] in _MONTHS:
            return text.day(f"{found[3]}-{_MONTHS.index(found[1]) + 1:02}-{found[2]}")
        return text.day(said)

    def files(self, licence: str | None) -> list[dict[str, Any]]:
        """Give the file, where the place of the data is the address of one."""
        _, available = self.access()
        link = urls.web_link(available.get("access_place_url") or available.get("access_place_uri"))
        kind = files.of_address(link)
        return [{"url": link, "format": kind, "license": licence}] if link and kind else []


def _rows(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Give a list of objects; the editor of DDI leaves many of them empty."""
    rows = [plain.entry(one) for one in plain.listed(part.get(name))]
    return [row for row in rows if any(text.cleaned(value) for value in row.values())]


def _words(value: Any) -> list[str]:
    return [words for one in plain.listed(value) if (words := text.line(one, 2000))]


def _said(value: Any) -> list[tuple[str, str]]:
    """Give texts without a language: a text, a list of texts, or of objects with one (`txt`)."""
    found = [one.get("txt") if isinstance(one, Mapping) else one for one in plain.listed(value)]
    return [("", words) for one in found if (words := text.markdown(one))]


def _name(row: Mapping[str, Any]) -> str:
    return text.line(row.get("name")) or text.line(row.get("abbreviation")) or text.line(row.get("agency"))


def _contact(row: Mapping[str, Any]) -> Party:
    """Read a contact: the body that a person or a desk belongs to."""
    body = text.line(row.get("affiliation"))
    return Party(body or _name(row), mail=text.line(row.get("email")), page=text.line(row.get("uri")))


def _moments(info: Mapping[str, Any], name: str) -> Iterator[tuple[str, str, str]]:
    for number, row in enumerate(_rows(info, name)):
        for event in ("start", "end"):
            yield str(number), event, text.line(row.get(event))
