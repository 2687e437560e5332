"""Languages as partners name them (letters, with a region, a name, an address), and texts by language."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import migration_vocabularies
from migration_harvesters import text

DEFAULT = "en"
# The twenty languages whose older three letters (ISO 639-2/B) differ from those of today (ISO 639-3).
BIBLIOGRAPHIC = {
    "alb": "sq", "arm": "hy", "baq": "eu", "bur": "my", "chi": "zh", "cze": "cs", "dut": "nl", "fre": "fr",
    "geo": "ka", "ger": "de", "gre": "el", "ice": "is", "mac": "mk", "mao": "mi", "may": "ms", "per": "fa",
    "rum": "ro", "slo": "sk", "tib": "bo", "wel": "cy",
}  # fmt: skip

Spoken = Iterable[tuple[str, object]]


def tag(value: object) -> str:
    """Give a language as two letters (three where it has no two), or nothing if it is none that is known."""
    words = text.language(value)
    short = words.lower()
    if short in BIBLIOGRAPHIC:
        return BIBLIOGRAPHIC[short]
    if len(short) == 2 and short.isalpha() and short.isascii():
        return short
    found = migration_vocabularies.get("language").match(words) if words else None
    if found is not None:
        return "" if found.concept.code == "mul" else found.concept.code
    return short if len(short) == 3 and short.isalpha() and short.isascii() and short != "und" else ""


def codes(values: Iterable[object]) -> list[str]:
    """Give the languages that are in our list, each once."""
    known = migration_vocabularies.get("language")
    return [code for code in dict.fromkeys(tag(value) for value in values) if code in known]


def chosen(option: object, said: Iterable[object] = ()) -> str:
    """Choose the language of texts that say none: as agreed, else the only one said, else English."""
    agreed = tag(option)
    only = list(dict.fromkeys(code for value in said if (code := tag(value))))
    return agreed or (only[0] if len(only) == 1 else "") or DEFAULT


def texts(said: Spoken, default: str, read: Callable[[object], str] = text.line) -> dict[str, str]:
    """Put one text a language; where a language says two, the first one wins."""
    found: dict[str, str] = {}
    for lang, value in said:
        words = read(value)
        if words:
            found.setdefault(lang or default, words)
    return found


def paragraphs(said: Spoken, default: str) -> dict[str, str]:
    """Put all texts of a language below each other."""
    found: dict[str, dict[str, None]] = {}
    for lang, value in said:
        words = text.markdown(value)
        if words:
            found.setdefault(lang or default, {})[words] = None
    return {lang: "\n\n".join(parts) for lang, parts in found.items()}


def lists(said: Spoken, default: str) -> dict[str, list[str]]:
    """Put the words of each language into a list."""
    found: dict[str, list[str]] = {}
    for lang, value in said:
        words = text.line(value, 200)
        if words and words not in found.setdefault(lang or default, []):
            found[lang or default].append(words)
    return {lang: words for lang, words in found.items() if words}
