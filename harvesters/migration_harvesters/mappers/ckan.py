"""A package of CKAN's action API → record, with the extra fields of HDX and the habits of DKAN and old CKAN.

Only the fields named here are read: what a partner sends besides (`private`, `owner_org`, `extras` with the
names of our own bookkeeping) means nothing to us (JS-12). A package of another registry with the same
profile is read field by field instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import migration_vocabularies
from migration_harvesters import cleaning, mapping, people, strict_json, text, urls
from migration_harvesters.errors import MappingError
from migration_harvesters.mappers import ckan_resources
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.records import RawRecord, SourceConfig
from migration_schemas.record import from_package

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
# HDX's two answers that say only that there is a text beside them, or that there is nothing to say.
_NO_METHOD = frozenset({"other", "none"})


def interpret(raw: RawRecord, config: SourceConfig) -> Mapped:
    """Map one package and say what was assumed and what was left out."""
    package = strict_json.loads(raw.body)
    if not isinstance(package, dict):
        raise MappingError("The record is not a JSON object.")
    defaults = config.options.get("defaults")
    if _of_this_profile(package):
        record, notebook = from_package(package), Notebook()
        fields = cleaning.fields({"identifier": raw.ref.id, **record.fields}, notebook)
        files = [cleaning.resource(entry, notebook) for entry in record.resources]
        return mapping.finished(fields, files, defaults, notebook)
    reader = _Package(package, raw, str(config.options.get("language") or ""))
    return mapping.finished(reader.fields(), reader.resources(), defaults, reader.notebook)


def _of_this_profile(package: Mapping[str, Any]) -> bool:
    """Whether it comes from a registry like this one: titles by language, and a theme of our list."""
    themes = package.get("migration_theme")
    known = migration_vocabularies.get("migration-theme")
    return isinstance(package.get("title_translated"), dict) and any(
        str(code) in known for code in _list(themes)
    )


class _Package:
    """One package, its extras beside its fields, and the notes made while it is read."""

    def __init__(self, package: Mapping[str, Any], raw: RawRecord, language: str) -> None:
        self.package = package
        self.raw = raw
        self.notebook = Notebook()
        self.extras = _extras(package.get("extras"))
        self.languages = self._languages()
        only = self.languages[0] if len(self.languages) == 1 else ""
        self.lang = language or only or "en"

    def get(self, *names: str) -> Any:
        """Give the first value that is there, in a field or in an extra of one of these names."""
        for name in names:
            for place in (self.package, self.extras):
                if place.get(name) not in (None, "", [], {}):
                    return place[name]
        return None

    def fields(self) -> dict[str, Any]:
        """Read everything but the resources."""
        words = mapping.keywords(self._tags())
        countries, subjects = self._groups()
        topics = [*words, *subjects]
        return {
            "title_translated": self._texts("title", text.line),
            "notes_translated": self._texts("notes", text.markdown),
            "identifier": text.line(self.get("doi", "identifier"), 500) or self.raw.ref.id,
            "tags_translated": self._keywords(words),
            "migration_theme": self.notebook.among("migration_theme", "migration-theme", topics, self.lang),
            "population_group": self.notebook.among(
                "population_group", "population-group", topics, self.lang
            ),
            "statistic_type": self.notebook.among("statistic_type", "statistic-type", words, self.lang),
            "spatial_coverage": countries or self._places(),
            "temporal_coverage": self._period(),
            "frequency": self.notebook.concept("frequency", "frequency", self._frequency(), self.lang),
            "issued": text.day(self.get("issued", "release_date", "metadata_created")),
            "modified": text.day(self.get("modified", "last_modified", "metadata_modified")),
            "language": self.languages,
            "collection_method": self._method(),
            "provenance_translated": self._provenance(),
            "publisher": self._publisher(),
            "contact": self._contact(),
            "url": urls.web_link(self.get("url")) or urls.web_link(self.raw.ref.url),
            "documentation": [link for link in map(urls.web_link, _list(self.get("documentation"))) if link],
            **self._access(),
        }

    def resources(self) -> list[dict[str, Any]]:
        """Read the files."""
        licence = ckan_resources.licence(self.package, self.notebook)
        entries = self.package.get("resources")
        rows = [row for row in entries if isinstance(row, dict)] if isinstance(entries, list) else []
        return [found for row in rows if (found := ckan_resources.read(row, licence, self.notebook))]

    # Words

    def _texts(self, name: str, read: Any) -> dict[str, str]:
        """Read a text in one or several languages (ckanext-fluent's form)."""
        translated = self.package.get(f"{name}_translated")
        said = {self.lang: self.package.get(name)}
        if isinstance(translated, dict):
            said = {text.language(lang).lower(): value for lang, value in translated.items()}
        return {lang: words for lang, value in said.items() if (words := read(value))}

    def _keywords(self, words: list[str]) -> dict[str, list[str]]:
        translated = self.package.get("tags_translated")
        if isinstance(translated, dict):
            said = {text.language(lang).lower(): _list(value) for lang, value in translated.items()}
            return {lang: found for lang, value in said.items() if (found := mapping.keywords(value))}
        return {self.lang: words} if words else {}

    def _tags(self) -> list[str]:
        """Tags are objects (CKAN), texts (CKAN before 2.0), or one text with commas in `tag_string`."""
        tags = self.package.get("tags") or str(self.package.get("tag_string") or "").split(",")
        return [_name(tag, "display_name", "name") for tag in _list(tags)]

    def _languages(self) -> list[str]:
        said = [text.language(value) for value in _list(self.get("language", "metadata_language"))]
        return Notebook().concepts("language", "language", said)

    # Place and time

    def _groups(self) -> tuple[list[str], list[str]]:
        """Sort groups into countries (HDX names them by ISO code) and subjects."""
        countries: dict[str, None] = {}
        subjects: list[str] = []
        for group in _list(self.package.get("groups")):
            name, title = _name(group, "name"), _name(group, "title", "display_name")
            code = self._country(name.upper() if len(name) == 3 else name) or self._country(title)
            if code:
                countries[code] = None
            else:
                subjects.extend(word for word in (title, name) if word)
        return list(countries), subjects

    def _country(self, words: str) -> str | None:
        quiet = Notebook()
        return quiet.concept("spatial_coverage", "country", words, self.lang)

    def _places(self) -> list[str]:
        said = _list(
            self.get("spatial_coverage", "country", "countries", "geographic_coverage", "spatial_text")
        )
        return self.notebook.concepts(
            "spatial_coverage", "country", [_name(value, "uri", "text") for value in said]
        )

    def _period(self) -> list[dict[str, str]]:
        given = self.get("temporal_coverage")
        if isinstance(given, list):
            spans = [text.span(one.get("start"), one.get("end")) for one in given if isinstance(one, dict)]
            return [one for one in spans if one]
        start = self.get("temporal_start", "temporal_coverage_from", "temporal_coverage-from")
        end = self.get("temporal_end", "temporal_coverage_to", "temporal_coverage-to")
        found = text.span(start, end) or text.period(
            self.get("dataset_date", "temporal_coverage", "temporal")
        )
        return [found] if found else []

    def _frequency(self) -> str:
        said = self.get("data_update_frequency", "frequency", "update_frequency", "accrual_periodicity")
        words = text.cleaned(said)
        return words.rstrip("/").rpartition("/")[2] if words.startswith("http") else words

    # Where it comes from

    def _method(self) -> list[str]:
        said = [
            word for word in _list(self.get("methodology")) if text.cleaned(word).lower() not in _NO_METHOD
        ]
        return self.notebook.concepts("collection_method", "collection-method", said, self.lang)

    def _provenance(self) -> dict[str, str]:
        """Put together what HDX keeps in four fields: source, method, caveats, own terms of use."""
        source = text.line(self.get("dataset_source", "source"))
        method = text.markdown(self.get("methodology_other"))
        terms = text.markdown(self.package.get("license_other"))
        parts = [
            f"Source: {source}" if source else "",
            method or text.line(self.get("methodology")) if self._says_method(method) else "",
            text.markdown(self.get("caveats", "provenance")),
            f"Terms of use: {terms}" if terms else "",
        ]
        whole = "\n\n".join(part for part in parts if part)
        return {self.lang: whole} if whole else {}

    def _says_method(self, method: str) -> bool:
        return bool(method) or text.cleaned(self.get("methodology")).lower() not in _NO_METHOD

    def _publisher(self) -> list[dict[str, str]]:
        organization = self.package.get("organization")
        name = _name(organization, "title", "display_name", "name") or text.line(
            self.get("publisher_name", "publisher", "author")
        )
        uri = urls.web_link(self.get("publisher_uri"))
        return [{"name": name, **({"uri": uri} if uri else {})}] if name else []

    def _contact(self) -> list[dict[str, str]]:
        """Read who answers: a mailbox, else the page of the dataset, where CKAN portals take questions."""
        for role in ("contact", "maintainer", "author", "publisher"):
            mail = text.line(self.get(f"{role}_email"))
            if people.mail(mail):
                name = text.line(self.get(f"{role}_name", role))
                return [{"email": mail, **({"name": name} if name and not _UUID.fullmatch(name) else {})}]
        page = urls.web_link(self.raw.ref.url)
        name = _name(self.package.get("organization"), "title", "name")
        return [{"url": page, **({"name": name} if name else {})}] if page else []

    # Access

    def _access(self) -> dict[str, Any]:
        """Read who may have the data; nothing here makes a dataset more open than its partner does."""
        fields: dict[str, Any] = {}
        page = urls.web_link(self.raw.ref.url)
        if self.package.get("private") in (True, "true", "True"):
            fields["access_rights"] = "NON_PUBLIC"
        elif self.get("is_requestdata_type") in (True, "true", "True"):
            how = {"en": "The data are given on request, through the page of the dataset at its publisher."}
            fields = {
                "access_rights": "RESTRICTED",
                "access_mode": "on-request",
                "access_procedure_translated": how,
            }
            if page:
                fields["access_url"] = page
        elif self.package.get("is_requestdata_type") is False and self.package.get("resources"):
            fields["access_rights"] = "PUBLIC"
        else:
            said = self.notebook.concept(
                "access_rights", "access-right", self.get("access_rights"), self.lang
            )
            fields["access_rights"] = said
        if any(_flagged(row) for row in _list(self.package.get("resources"))):
            self.notebook.assumed(
                "sensitivity_level", "personal data found or quarantined", "high", "HDX's own check"
            )
            fields["sensitivity_level"] = "high"
        return fields


def _flagged(resource: object) -> bool:
    """Whether HDX's check found personal data, or holds the file back."""
    if not isinstance(resource, dict):
        return False
    return resource.get("in_quarantine") in (True, "true") or resource.get("pii_is_sensitive") in (
        True,
        "true",
    )


def _extras(value: object) -> dict[str, Any]:
    """Read the extras, a list of keys and values (CKAN 2) or an object (before)."""
    if isinstance(value, dict):
        return dict(value)
    rows = value if isinstance(value, list) else []
    return {str(row.get("key")): row.get("value") for row in reversed(rows) if isinstance(row, dict)}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _name(value: object, *keys: str) -> str:
    """Give the name of an entry that is an object, or a text."""
    if isinstance(value, Mapping):
        return next((found for key in keys if (found := text.line(value.get(key)))), "")
    return text.line(value)
