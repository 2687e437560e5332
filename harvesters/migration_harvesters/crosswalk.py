"""What a description says, field by field in its own words → the fields of the profile.

A mapper of a JSON format finds the values and puts them under the names of the profile's fields; how each is
read (as a text, a date, a term of a code list, a link) is said once, by the field list. Nothing but these
fields is ever taken (JS-12), and whatever is assumed or lost is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import migration_vocabularies
from migration_harvesters import files, languages, literals, mapping, plain, text, urls
from migration_harvesters.mapping import Mapped, Notebook
from migration_harvesters.records import RawRecord, SourceConfig
from migration_schemas import Field, load

FROM_WORDS = ("migration_theme", "population_group", "statistic_type")
_NO_LICENCE = frozenset(
    {"notspecified", "not specified", "none", "unknown", "other-closed-unknown", "other", "null"}
)
NAME_OF_A_PART = 500


def record(
    raw: RawRecord,
    config: SourceConfig,
    said: Mapping[str, Any],
    resources: Iterable[Mapping[str, Any]] = (),
    *,
    notebook: Notebook | None = None,
) -> Mapped:
    """Map one description.

    `said` has names of dataset fields, and besides `license` (for files that do not say theirs) and `topics`
    (words that may name themes, but are no keywords). `resources` have names of resource fields.
    """
    reading = Reading(notebook or Notebook(), str(config.options.get("language") or said.get("lang") or "en"))
    fields = reading.fields(said)
    if not fields.get("identifier"):
        fields["identifier"] = raw.ref.id
    page = urls.web_link(raw.ref.url)
    if page and not fields.get("url"):
        fields["url"] = page
    fields["contact"] = reading.contact(fields)
    found = (reading.file(one, said.get("license")) for one in resources)
    entries = [one for one in found if one]
    return mapping.finished(fields, entries, config.options.get("defaults"), reading.notebook)


class Reading:
    """Reads values by the declaration of their fields; `lang` is that of texts that do not say theirs."""

    def __init__(self, notebook: Notebook, lang: str) -> None:
        self.notebook = notebook
        self.lang = languages.tag(lang) or languages.DEFAULT

    def fields(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Read the fields of a dataset."""
        schema = load()
        fields = {
            one.name: self.value(one, said[one.name]) for one in schema.fields if _says(said.get(one.name))
        }
        for name in FROM_WORDS:
            vocabulary = schema.field(name).vocabulary
            if not fields.get(name) and vocabulary:
                words = self._words(fields, said.get("topics"))
                found = [
                    code for lang, some in words for code in self.notebook.among(name, vocabulary, some, lang)
                ]
                fields[name] = list(dict.fromkeys(found))
        return self._placed(fields, said.get("spatial_coverage"))

    def file(self, said: Mapping[str, Any], licence_of_all: Any = None) -> dict[str, Any] | None:
        """Read the fields of a file; without an address that may be shown there is no file."""
        address = urls.web_link(said.get("url")) or urls.web_link(said.get("download_url"))
        if address is None:
            shown = said.get("url") or said.get("download_url") or said.get("name") or ""
            if shown:
                # Some portals publish addresses with a password in them: it is not repeated in a report.
                secret = "@" in plain.word(shown)
                self.notebook.left_out(
                    "resources", "an address with a user name" if secret else shown, "no web address"
                )
            return None
        mine = {name: value for name, value in said.items() if name not in ("url", "format", "license")}
        declared = load().resource_fields
        fields = {one.name: self.value(one, mine[one.name]) for one in declared if _says(mine.get(one.name))}
        fields["url"] = address
        fields["description"] = text.markdown(plain.word(said.get("description")))
        fields["format"] = self._format(said, address)
        fields["license"] = self.licence(said.get("license")) or self.licence(licence_of_all)
        return fields

    def value(self, field: Field, said: Any) -> Any:
        """Read one value, or several, as the field wants it; what cannot be read is noted and left out."""
        if field.translated:
            return self._translated(field, said)
        if field.vocabulary:
            codes = self._codes(field, said)
            return codes if field.multiple else next(iter(codes), None)
        if field.subfields:
            nodes = [node for one in plain.listed(said) if (node := self._node(field, one))]
            return nodes if field.multiple else nodes[:1]
        found = [value for one in plain.listed(said) if (value := self._plain(field, one)) not in (None, "")]
        return list(dict.fromkeys(found)) if field.multiple else next(iter(found), None)

    def contact(self, fields: Mapping[str, Any]) -> list[dict[str, str]]:
        """Give who answers: those with a mailbox or a page; else the page of the dataset takes questions."""
        said: list[dict[str, str]] = fields.get("contact") or []
        reachable = [one for one in said if one.get("email") or one.get("url")]
        page = fields.get("url")
        if reachable or not page:
            return reachable
        names = [one.get("name", "") for one in [*said, *(fields.get("publisher") or [])]]
        name = next((name for name in names if name), "")
        return [{"url": page, **({"name": name} if name else {})}]

    def licence(self, said: Any) -> str | None:
        """Find the licence that any of these words names; terms in no list are the publisher's own."""
        words = [text.line(one, 2000) or "terms of several pages" for one in plain.words(said)]
        return files.licence((one for one in words if one.lower() not in _NO_LICENCE), self.notebook)

    # Texts

    def _translated(self, field: Field, said: Any) -> dict[str, Any]:
        texts = said if isinstance(said, Mapping) else {self.lang: said}
        if "@value" in texts:
            texts = {str(texts.get("@language") or self.lang): texts["@value"]}
        read: dict[str, Any] = {}
        for tag, value in texts.items():
            lang = languages.tag(tag) or self.lang
            if field.rdf_value == "translated_list":
                read[lang] = mapping.keywords(plain.words(value))
            elif field.name == "title_translated":
                read[lang] = text.line(plain.word(value))
            else:
                read[lang] = "\n\n".join(part for one in plain.words(value) if (part := text.markdown(one)))
        return {lang: found for lang, found in read.items() if found}

    def _words(self, fields: Mapping[str, Any], topics: Any) -> list[tuple[str, list[str]]]:
        tags: Mapping[str, list[str]] = fields.get("tags_translated") or {}
        return [*tags.items(), (self.lang, [text.line(word, 200) for word in plain.words(topics)])]

    # Terms of code lists

    def _codes(self, field: Field, said: Any) -> list[str]:
        vocabulary = field.vocabulary or ""
        known = migration_vocabularies.get(vocabulary)
        codes: dict[str, None] = {}
        for one in plain.listed(said):
            spellings = [word for word in self._spellings(vocabulary, one) if word]
            if spellings and spellings[0] in known:
                codes[spellings[0]] = None
                continue
            quiet = [self._quietly(field.name, vocabulary, word) for word in spellings]
            found = next(((code, notes) for code, notes in quiet if code), None)
            if found:
                codes[found[0]] = None
                self.notebook.notes |= found[1].notes
            elif spellings and vocabulary != "country":
                self.notebook.left_out(field.name, spellings[0])
        return list(codes)

    def _quietly(self, name: str, vocabulary: str, word: str) -> tuple[str | None, Notebook]:
        notes = Notebook()
        return notes.concept(name, vocabulary, word, self.lang), notes

    def _spellings(self, vocabulary: str, said: Any) -> list[str]:
        """List what one value may be called: an object by any of its names, an address by its end."""
        named = [said.get(key) for key in plain.NAMES] if isinstance(said, Mapping) else [said]
        words = [text.line(word) for one in named for word in plain.words(one)]
        if vocabulary == "language":
            words = [languages.tag(word) for word in words]
        if vocabulary == "country":
            words += [word.upper() for word in words if len(word) in (2, 3)]
            words += [word.removesuffix(" (the)") for word in words if word.endswith(" (the)")]
        ends = [word.rstrip("/").rpartition("/")[2] for word in words if word.startswith("http")]
        return [*words, *ends]

    def _format(self, said: Mapping[str, Any], address: str) -> str | None:
        """Find the file type by its name, else by the media type, else by the end of the address."""
        words = [
            text.line(word, 100) for key in ("format", "mimetype") for word in plain.words(said.get(key))
        ]
        words = [word.lstrip(".").partition(";")[0].strip() for word in words]
        for word in words:
            code, notes = self._quietly("format", "file-type", word) if word else (None, None)
            if code and notes:
                self.notebook.notes |= notes.notes
                return code
        known = next((word for word in words if word), None)
        if known:
            self.notebook.left_out("format", known)
            return None
        ending = files.of_address(address)
        if ending:
            self.notebook.assumed("format", address.rpartition("/")[2], ending, "the end of the address")
        return ending

    # Places

    def _placed(self, fields: dict[str, Any], said: Any) -> dict[str, Any]:
        """Keep places that are no country by their name: they are searched, and shown as what they are."""
        for one in plain.listed(said):
            words = [word for word in self._spellings("country", one) if not word.startswith("http")]
            if words and not any(self._quietly("", "country", word)[0] for word in words):
                self.notebook.left_out("spatial_coverage", words[0], "no country; kept as a place")
                places = fields.setdefault("places", [])
                if words[0] not in (place.get("name") for place in places):
                    places.append({"name": words[0][:NAME_OF_A_PART]})
        return fields

    # Everything else

    def _node(self, field: Field, said: Any) -> dict[str, Any]:
        ends = {part.name for part in field.subfields} == {"start", "end"}
        if ends:
            found = (
                text.span(said.get("start"), said.get("end"))
                if isinstance(said, Mapping)
                else text.period(said)
            )
            if not found:
                self.notebook.left_out(field.name, plain.word(said) or str(said)[:200], "not a period")
            return dict(found)
        given = said if isinstance(said, Mapping) else {field.subfields[0].name: said}
        parts = {
            part.name: self.value(part, given[part.name])
            for part in field.subfields
            if _says(given.get(part.name))
        }
        return {name: value for name, value in parts.items() if value not in (None, "", [])}

    def _plain(self, field: Field, said: Any) -> Any:
        words = plain.word(said)
        value = literals.read(field.rdf_value, words)
        if words and value is None and field.rdf_value in literals.WORTH_A_NOTE:
            self.notebook.left_out(field.name, words, literals.WORTH_A_NOTE[field.rdf_value])
        return value


def _says(value: Any) -> bool:
    return value not in (None, "", [], {})
