"""One SDMX dataflow (JSON, as written by `sdmx_model.record`) → record.

Dimensions say by what the figures are told apart, code lists and constraints for which countries, how often
and for which years there are figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from migration_harvesters import languages, mapping, people, plain, strict_json, text, topics, urls
from migration_harvesters.errors import MappingError
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.people import Party
from migration_harvesters.records import RawRecord, SourceConfig

# Names that agencies give to dimensions and their concepts → disaggregation.
DIMENSIONS = {
    "SEX": "sex", "GENDER": "sex", "AGE": "age", "AGE_GROUP": "age",
    "REF_AREA": "reference-area", "REFAREA": "reference-area", "GEO": "reference-area",
    "AREA": "reference-area", "COUNTRY": "reference-area", "LOCATION": "reference-area",
    "REGION": "reference-area",
    "CITIZEN": "nationality", "CITIZENSHIP": "nationality", "NATIONALITY": "nationality",
    "C_BIRTH": "country-of-birth", "COUNTRY_BIRTH": "country-of-birth", "CTRY_BIRTH": "country-of-birth",
    "COUNTRY_OF_BIRTH": "country-of-birth", "BIRTHPLACE": "country-of-birth",
    "COO": "country-of-origin", "ORIGIN": "country-of-origin", "COUNTRY_ORIGIN": "country-of-origin",
    "COA": "country-of-destination", "ASYLUM": "country-of-destination",
    "DESTINATION": "country-of-destination",
    "MIGRATORY_STATUS": "migratory-status", "MIG_STATUS": "migratory-status",
    "MIGRATION_STATUS": "migratory-status",
    "DISABILITY": "disability", "DISABILITY_STATUS": "disability",
    "EDUCATION_LEV": "education", "EDU_LEVEL": "education", "EDUCATION": "education", "ISCED11": "education",
    "OCCUPATION": "occupation", "ISCO08": "occupation", "REASON": "reason", "DURATION": "duration",
    "RESIDENCE": "urban-rural", "URBANISATION": "urban-rural", "URBANIZATION": "urban-rural",
    "DEGURB": "urban-rural",
}  # fmt: skip
# Dimensions whose codes are countries → field of the profile.
PLACES = {
    "reference-area": "spatial_coverage",
    "country-of-origin": "country_of_origin",
    "country-of-destination": "country_of_destination",
}
WORLD = "001"
FEW = 30
"""Countries of a whole code list that may be those of the data; a longer list is a list of the world."""
LONGEST_PHRASE = 4


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one dataflow and say what was assumed and what was left out."""
    flow = strict_json.loads(raw.body)
    if not isinstance(flow, dict):
        raise MappingError("The record is not a JSON object.")
    reader = _Reader(flow, languages.chosen(config.options.get("language"), plain.entry(flow.get("names"))))
    return mapping.finished(
        reader.fields(), reader.resources(), config.options.get("defaults"), reader.notebook
    )


class _Reader:
    """One dataflow and the notes made while it is read."""

    def __init__(self, flow: Mapping[str, Any], lang: str) -> None:
        self.flow = flow
        self.lang = lang
        self.notebook = Notebook()
        self.dimensions = plain.entries(flow.get("dimensions"))
        if flow.get("dimensions") is None:
            self.notebook.left_out("disaggregation", flow.get("structure") or "", "structure was not sent")

    def fields(self) -> dict[str, Any]:
        """Read everything but the access to the data."""
        names = languages.texts(_spoken(self.flow.get("names")), self.lang)
        agency = plain.entry(self.flow.get("agency"))
        period = plain.entry(self.flow.get("period"))
        span = text.span(_day(period.get("start")), _day(period.get("end")))
        called = languages.texts(_spoken(agency.get("names")), self.lang)
        body = called.get(self.lang) or next(iter(called.values()), "") or text.line(agency.get("id"))
        contact = Party(body, mail=text.line(agency.get("mail")), page=text.line(agency.get("page")))
        return {
            "title_translated": names,
            "notes_translated": languages.paragraphs(_spoken(self.flow.get("descriptions")), self.lang),
            "identifier": text.line(self.flow.get("urn"), 500),
            "publisher": people.agent(body),
            "contact": people.contacts([contact], self.notebook, self.flow.get("data")),
            "version": text.line(self.flow.get("version"), 100),
            "issued": text.day(self.flow.get("valid_from")),
            "temporal_coverage": [span] if span else [],
            "frequency": self._frequency(),
            **self._topics(names),
            **self._dimensions(),
        }

    def resources(self) -> list[dict[str, Any]]:
        """Give the address that answers with the data."""
        link = urls.web_link(self.flow.get("data"))
        return [{"url": link, "name": "Data (SDMX web service)", "format": "SDMX"}] if link else []

    def _topics(self, names: Mapping[str, str]) -> dict[str, Any]:
        """Read categories as keywords; what titles speak of is looked for phrase by phrase."""
        said = [pair for one in plain.entries(self.flow.get("categories")) for pair in _spoken(one)]
        found = topics.fields(languages.lists(said, self.lang), self.notebook)
        for lang, title in names.items():
            for name in ("migration_theme", "population_group"):
                codes = self.notebook.among(name, topics.FIELDS[name], _phrases(title), lang)
                found[name] = list(dict.fromkeys([*found[name], *codes]))
        if not found["statistic_type"]:
            found["statistic_type"] = ["indicator"]
            self.notebook.assumed("statistic_type", "SDMX dataflow", "indicator", "aggregated figures")
        return found

    def _frequency(self) -> str | None:
        for one in self.dimensions:
            codes = list(plain.entry(one.get("codes")))
            if "FREQ" in (one.get("id"), one.get("concept")) and len(codes) == 1:
                return self.notebook.concept("frequency", "frequency", codes[0])
        return None

    def _dimensions(self) -> dict[str, Any]:
        """Read by what the figures are told apart, and for which countries there are some."""
        apart: dict[str, None] = {}
        found: dict[str, Any] = {}
        for one in self.dimensions:
            code = self._disaggregation(one)
            if code is None or one.get("time"):
                continue
            apart[code] = None
            if one.get("missing"):
                self.notebook.left_out("disaggregation", one.get("codelist") or "", "code list was not sent")
            if code in PLACES:
                found.setdefault(PLACES[code], self._countries(PLACES[code], one))
        return {"disaggregation": list(apart), **found}

    def _disaggregation(self, one: Mapping[str, Any]) -> str | None:
        """Find what a dimension tells apart: by its identifier, its concept, or the concept's name."""
        for name in (text.line(one.get("id")), text.line(one.get("concept"))):
            code = DIMENSIONS.get(name.upper())
            if code:
                self.notebook.assumed("disaggregation", name, code, "name of a dimension")
                return code
        words = [words for _, words in _spoken(one.get("names"))]
        return next(iter(self.notebook.among("disaggregation", "disaggregation", words, self.lang)), None)

    def _countries(self, name: str, one: Mapping[str, Any]) -> list[str]:
        """Read countries out of the names of codes; a list of the whole world is the world."""
        codes = list(dict.fromkeys(self._named(name, plain.entry(one.get("codes")))))
        if one.get("available") or len(codes) <= FEW:
            return codes
        said = f"{one.get('codelist')}: {len(codes)} countries"
        self.notebook.assumed(name, said, WORLD, "whole code list")
        return [WORLD] if name == "spatial_coverage" else []

    def _named(self, name: str, codes: Mapping[str, Any]) -> list[str]:
        """Find countries by name, and by code where the codes of the list are those of ISO or M49.

        An aggregate in an agency's own list may look like the two letters of a country, so codes count only
        where they agree with the names beside them, or where there are no names.
        """
        quiet = Notebook()
        rows = []
        for code, names in codes.items():
            spoken = [words for _, words in _spoken(names)]
            found = (quiet.concept(name, "country", words, self.lang) for words in spoken)
            by_name = next((one for one in found if one), None)
            rows.append((quiet.concept(name, "country", code), by_name, spoken))
        both = [by_code == by_name for by_code, by_name, _ in rows if by_code and by_name]
        trusted = sum(both) > 9 * (len(both) - sum(both)) if both else not any(spoken for *_, spoken in rows)
        chosen = (by_name or (by_code if trusted else None) for by_code, by_name, _ in rows)
        return [one for one in chosen if one]


def _phrases(title: str) -> Iterator[str]:
    """Give the phrases of one to four words in a title, the longest first."""
    words = re.findall(r"[\w'’-]+", title)[:40]
    for length in range(LONGEST_PHRASE, 0, -1):
        for first in range(len(words) - length + 1):
            phrase = " ".join(words[first : first + length])
            if len(phrase) > 4:
                yield phrase


def _spoken(names: Any) -> list[tuple[str, str]]:
    said = plain.entry(names).items()
    return [(languages.tag(lang), words) for lang, words in said if isinstance(words, str)]


def _day(value: Any) -> str:
    """Read a period of SDMX (2020-Q1, 2020-S1, 2020-W05) by its year, anything else as a date."""
    said = text.line(value, 40)
    return said[:4] if re.fullmatch(r"\d{4}-[A-Z]\d{0,3}", said) else said
