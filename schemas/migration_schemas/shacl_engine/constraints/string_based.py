"""sh:minLength, sh:pattern, sh:languageIn … (https://www.w3.org/TR/shacl/#core-components-string)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from ...terms import Blank, Iri, Literal, Term
from ...triples import Triples
from ..constraint import Builder, Constraint, Definition, NotCovered, Values, for_all_values, for_each_value
from ..names import sh
from ..parameters import is_true, whole_number

MIN, MAX, PATTERN, FLAGS = sh("minLength"), sh("maxLength"), sh("pattern"), sh("flags")
LANGUAGE_IN, UNIQUE_LANG = sh("languageIn"), sh("uniqueLang")
Search = Callable[[str], re.Match[str] | None]
KNOWN_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE}


def at_least_long(definition: Definition) -> Iterator[Constraint]:
    """Each value's text has at least so many characters."""
    least = whole_number(definition, MIN)

    def test(_data: Triples, value: Term) -> bool:
        found = _text(value)
        return found is not None and len(found) >= least

    yield for_each_value(definition, sh("MinLengthConstraintComponent"), test)


def at_most_long(definition: Definition) -> Iterator[Constraint]:
    """Each value's text has at most so many characters."""
    most = whole_number(definition, MAX)

    def test(_data: Triples, value: Term) -> bool:
        found = _text(value)
        return found is not None and len(found) <= most

    yield for_each_value(definition, sh("MaxLengthConstraintComponent"), test)


def like(definition: Definition) -> Iterator[Constraint]:
    """Each value's text contains something that the regular expression matches."""
    flags = re.NOFLAG
    for given in definition.all(FLAGS):
        for letter in given.text if isinstance(given, Literal) else "?":
            if letter not in KNOWN_FLAGS:
                raise NotCovered(f"the flag {letter} of sh:pattern")
            flags |= KNOWN_FLAGS[letter]
    for pattern in definition.all(PATTERN):
        if not isinstance(pattern, Literal):
            raise NotCovered("sh:pattern is not a literal")
        try:
            search = re.compile(pattern.text, flags).search
        except re.error as exc:
            raise NotCovered(f"sh:pattern {pattern.text!r}: {exc}") from exc

        def test(_data: Triples, value: Term, found_in: Search = search) -> bool:
            text = _text(value)
            return text is not None and found_in(text) is not None

        yield for_each_value(definition, sh("PatternConstraintComponent"), test)


def in_language(definition: Definition) -> Iterator[Constraint]:
    """Each value is a text in one of the languages, or in a variety of one (en covers en-GB)."""
    ranges = []
    for member in definition.members(definition.one(LANGUAGE_IN)):
        if not isinstance(member, Literal):
            raise NotCovered("sh:languageIn has a member that is not a literal")
        ranges.append(member.text.lower())
    stems = tuple(f"{one}-" for one in ranges)

    def test(_data: Triples, value: Term) -> bool:
        tag = value.lang if isinstance(value, Literal) else None
        return tag is not None and (tag in ranges or "*" in ranges or tag.startswith(stems))

    yield for_each_value(definition, sh("LanguageInConstraintComponent"), test)


def once_a_language(definition: Definition) -> Iterator[Constraint]:
    """No two values have the same language; one result for each language that has several."""
    if definition.path is None:
        raise NotCovered("sh:uniqueLang stands on a node shape")
    if not is_true(definition, UNIQUE_LANG):
        return

    def find(_data: Triples, _focus: Term, values: Values) -> Iterator[None]:
        if len(values) > 1:
            tags = Counter(value.lang for value in values if isinstance(value, Literal) and value.lang)
            yield from (None for number in tags.values() if number > 1)

    yield for_all_values(definition, sh("UniqueLangConstraintComponent"), find, vacuous=True)


def _text(value: Term) -> str | None:
    """Return what SPARQL's str() returns; None for a blank node."""
    if isinstance(value, str):
        return value
    return None if isinstance(value, Blank) else value.text


BUILDERS: Mapping[Iri, Builder] = {
    MIN: at_least_long,
    MAX: at_most_long,
    PATTERN: like,
    LANGUAGE_IN: in_language,
    UNIQUE_LANG: once_a_language,
}
