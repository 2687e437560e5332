"""Why a document cannot be read is told in the reader's language."""

from __future__ import annotations

import re

import pytest

from migration_schemas import checking
from migration_schemas.errors import LimitError, ReadError
from migration_schemas.fields import LANGUAGES
from migration_schemas.parsing import Limits
from migration_schemas.refusals import words


def test_every_refusal_speaks_six_languages_with_the_same_values():
    for reason, parts in words().items():
        for part, texts in parts.items():
            assert set(texts) == set(LANGUAGES), (reason, part)
            wanted = set(re.findall(r"\{\w+\}", texts["en"]))
            assert {
                lang for lang, text in texts.items() if set(re.findall(r"\{\w+\}", text)) != wanted
            } == set()


@pytest.mark.parametrize(
    ("data", "french"),
    [
        (b"<html><body>x</body></html>", "Ceci est une page web, pas du RDF."),
        (b"\xff\xfe\x00", "du UTF-16."),
        (b"<?xml version='1.0'?><!DOCTYPE a><a/>", "<!DOCTYPE …>"),
        (b'{"@context": "https://a.example.org/c", "@id": "urn:a"}', "https://a.example.org/c"),
        (b"@prefix a: <urn:a> . a:b a:c", "n’est pas du Turtle valide : "),
        (b"<urn:a> <urn:b> <urn:c> .", "1 triplets mais aucun jeu de données."),
        (b"[]", "Ce JSON n’est pas une notice."),
    ],
)
def test_a_refusal_is_told_in_french_and_in_english(data, french):
    with pytest.raises(ReadError) as caught:
        checking.check(data)
    assert french in caught.value.told("fr")
    assert caught.value.told("de") == str(caught.value) != caught.value.told("zh_Hans_CN")


def test_limits_are_told_too():
    with pytest.raises(LimitError) as caught:
        checking.check(b"x" * 1001, limits=Limits(input_bytes=1000))
    assert caught.value.told("fr").startswith(
        "Le document compte 1\u202f001 octets ; 1\u202f000 sont acceptés."
    )
