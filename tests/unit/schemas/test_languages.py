"""What the profile says to people is said in all six languages of the United Nations."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.resources import files

import pytest
import yaml
from rdflib import Literal

from migration_schemas import shape_messages, shapes
from migration_schemas.fields import LANGUAGES
from migration_schemas.kinds import KINDS

SPOKEN = ("label", "help_text", "why", "example")
CODE = re.compile(r"P\d+[DMY]|\d+\.\d+|DDI|DOI|GLIDE|HAPI|HXL|OGC|SDMX")
"""What is typed, or looked up, as it stands in a text: durations, limits, names of standards."""


def _texts(node: object, place: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each text that is in languages, with its place; an example may be a bare value."""
    if isinstance(node, list):
        for entry in node:
            yield from _texts(entry, place)
    elif isinstance(node, Mapping):
        place = f"{place}/{node.get('field_name') or node.get('name') or ''}".rstrip("/")
        for key, value in node.items():
            if key in SPOKEN and isinstance(value, Mapping):
                yield f"{place}/{key}", value
            elif isinstance(value, list | Mapping):
                yield from _texts(value, place)


@pytest.fixture(scope="module", params=KINDS)
def field_list(request):
    return yaml.safe_load((files("migration_schemas") / f"{request.param}.yaml").read_text(encoding="utf-8"))


def test_form_speaks_six_languages(field_list):
    found = dict(_texts(field_list))
    lacking = {place: missing for place, texts in found.items() if (missing := set(LANGUAGES) - set(texts))}

    assert any(place.endswith("/help_text") for place in found)
    assert lacking == {}
    assert [place for place, texts in found.items() if not all(text.strip() for text in texts.values())] == []


def test_codes_in_a_text_are_the_same_in_each_language(field_list):
    # P12M, DOI, 0.03: what is typed as it stands there.
    wrong = {
        (place, lang): wanted
        for place, texts in _texts(field_list)
        for lang, text in texts.items()
        if (wanted := set(CODE.findall(texts["en"])) - set(CODE.findall(text)))
    }

    assert wrong == {}


def test_messages_keep_their_placeholders_in_six_languages():
    for what, texts in shape_messages.words().items():
        assert set(texts) == set(LANGUAGES), what
        wanted = placeholders(texts["en"])
        assert [lang for lang, text in texts.items() if placeholders(text) != wanted] == [], what


@pytest.mark.parametrize("layer", shapes.LAYERS)
def test_shapes_speak_six_languages(layer):
    # Names, reasons, messages and examples, of those made from the field list and of those written by hand.
    spoken = defaultdict(set)
    for shape, predicate, text in shapes.of_layer(layer):
        if isinstance(text, Literal) and text.language:
            spoken[shape, predicate].add(text.language)

    assert spoken
    assert {place: found for place, found in spoken.items() if found != set(LANGUAGES)} == {}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\w*\}", text))
