"""A code list: concepts with labels in many languages, their tree, and look-up by any name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .matching import Index, Match

FALLBACK = "en"
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS 84); west is never above east."""


def language_tag(lang: str) -> str:
    """Reduce a locale id of CKAN (`zh_Hans_CN`, `pt_BR`, `sr@latin`) to its language tag."""
    return lang.replace("-", "_").replace("@", "_").split("_", 1)[0].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One term of a code list (skos:Concept).

    `code` is what records, CKAN and the index store; `notations` are other codes that portals
    use for the same thing (M49 number, ISO alpha-2, media type, HDX number of days).
    """

    code: str
    iri: str
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    alt_labels: Mapping[str, tuple[str, ...]]
    notations: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    order: int | None = None
    extent: tuple[Box, ...] = ()
    """Boxes that together hold a country, none of them across the 180th meridian."""
    deprecated: bool = False
    replaced_by: str | None = None

    def label(self, lang: str) -> str:
        """Return the label in a language, else in English, else the code."""
        return self.labels.get(language_tag(lang)) or self.labels.get(FALLBACK) or self.code

    def definition(self, lang: str) -> str:
        """Return the definition in a language, else in English, else nothing."""
        return self.definitions.get(language_tag(lang)) or self.definitions.get(FALLBACK) or ""


class Vocabulary:
    """A concept scheme (skos:ConceptScheme), read-only and in the order of its file.

    ``version`` is its owl:versionInfo, ``source`` where the list comes from, ``note`` what still needs
    a review; each is empty where the file does not say.
    """

    def __init__(  # noqa: PLR0913 - what a scheme says of itself
        self,
        name: str,
        iri: str,
        titles: Mapping[str, str],
        concepts: tuple[Concept, ...],
        *,
        version: str = "",
        source: str = "",
        note: str = "",
    ) -> None:
        self.name = name
        self.iri = iri
        self.titles = titles
        self.version = version
        self.source = source
        self.note = note
        self._concepts = {concept.code: concept for concept in concepts}
        self._by_iri = {iri: c for c in reversed(concepts) for iri in (*c.same_as, c.iri)}
        self._narrower: dict[str, list[str]] = {}
        for concept in concepts:
            for parent in concept.broader:
                self._narrower.setdefault(parent, []).append(concept.code)
        self._index: Index | None = None

    def __repr__(self) -> str:
        return f"<Vocabulary {self.name}: {len(self)} concepts>"

    def __iter__(self) -> Iterator[Concept]:
        return iter(self._concepts.values())

    def __len__(self) -> int:
        return len(self._concepts)

    def __contains__(self, code: object) -> bool:
        return code in self._concepts

    def __getitem__(self, code: str) -> Concept:
        return self._concepts[code]

    def get(self, code: str) -> Concept | None:
        """Return the concept with this code, if there is one."""
        return self._concepts.get(code)

    def title(self, lang: str) -> str:
        """Return the scheme's title in a language, else in English, else its name."""
        return self.titles.get(language_tag(lang)) or self.titles.get(FALLBACK) or self.name

    def label(self, code: str, lang: str) -> str:
        """Return the label of a code; an unknown code is its own label."""
        concept = self._concepts.get(code)
        return concept.label(lang) if concept else code

    def label_with_code(self, code: str, lang: str) -> str:
        """Return the label with the code behind it: ``Sudan (SDN)``; an unknown code stands alone."""
        label = self.label(code, lang)
        return code if label == code else f"{label} ({code})"

    def by_iri(self, iri: str) -> Concept | None:
        """Return the concept with this IRI or with a skos:exactMatch to it."""
        return self._by_iri.get(iri)

    def top(self) -> tuple[Concept, ...]:
        """Return the concepts without a broader one."""
        return tuple(concept for concept in self if not concept.broader)

    def narrower(self, code: str) -> tuple[Concept, ...]:
        """Return the direct children of a concept."""
        return tuple(self._concepts[child] for child in self._narrower.get(code, ()))

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above a concept, nearest first (a country's regions up to the world)."""
        found: dict[str, None] = {}
        queue = list(self._concepts[code].broader) if code in self._concepts else []
        while queue:
            parent = queue.pop(0)
            if parent not in found:
                found[parent] = None
                queue.extend(self._concepts[parent].broader)
        return tuple(found)

    def descendants(self, code: str) -> tuple[str, ...]:
        """Return the codes of everything narrower, nearest first; each once."""
        found: dict[str, None] = {}
        waiting = [code]
        while waiting:
            for child in self.narrower(waiting.pop(0)):
                if child.code != code and child.code not in found:
                    found[child.code] = None
                    waiting.append(child.code)
        return tuple(found)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which every concept has a label."""
        spoken = [set(concept.labels) for concept in self]
        return tuple(sorted(set.intersection(*spoken))) if spoken else ()

    def match(self, text: str, lang: str | None = None) -> Match | None:
        """Find the one concept that a text names, or None when there is none or more than one.

        The answer says how sure it is, so that a harvester can show what it assumed.
        """
        return self._spellings().find(text, language_tag(lang) if lang else None)

    def candidates(self, text: str) -> tuple[Match, ...]:
        """Return every concept that a text could name, the surest first: for a person who has to choose."""
        return self._spellings().all(text)

    def _spellings(self) -> Index:
        if self._index is None:
            self._index = Index(tuple(self))
        return self._index
