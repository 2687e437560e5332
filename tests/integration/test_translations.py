"""Every string of the interface has a French translation, and the compiled file is the current one."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

EXTENSION = Path(__file__).resolve().parents[2] / "ckanext-migration" / "ckanext" / "migration"
FRENCH = EXTENSION / "i18n" / "fr" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("**.html", "ckan")]
KEYWORDS = {"_": None, "gettext": None, "ungettext": (1, 2), "ngettext": (1, 2)}


def messages() -> dict[str | tuple[str, ...], str]:
    """Each string of code and templates, with the file that has it."""
    options = {"**.html": {"silent": "false"}}
    found = extract_from_dir(str(EXTENSION), METHODS, options, KEYWORDS)
    return {(tuple(text) if isinstance(text, tuple | list) else text): name for name, _, text, *_ in found}


def catalogue() -> dict[str | tuple[str, ...], str | tuple[str, ...]]:
    with (FRENCH / "ckanext-migration.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale="fr") if message.id}


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_string_is_translated():
    singulars = {key if isinstance(key, str) else key[0] for key, value in catalogue().items() if value}

    missing = {
        text: name
        for text, name in messages().items()
        if (text if isinstance(text, str) else text[0]) not in singulars
    }

    assert messages()
    assert missing == {}


def test_translations_keep_their_placeholders():
    for text, translation in catalogue().items():
        texts, translations = (text, translation) if isinstance(text, tuple) else ((text,), (translation,))
        for one in translations:
            if "{" in one and '{"en"' not in one:
                assert placeholders(one) <= set().union(*(placeholders(part) for part in texts)), text


def test_compiled_file_is_current():
    with (FRENCH / "ckanext-migration.mo").open("rb") as file:
        compiled = {frozen(message.id): frozen(message.string) for message in read_mo(file) if message.id}

    assert compiled == {frozen(text): frozen(translation) for text, translation in catalogue().items()}


def frozen(text: object) -> object:
    return tuple(text) if isinstance(text, list | tuple) else text


@pytest.mark.usefixtures("with_plugins", "non_clean_db")
def test_pages_speak_french(app):
    page = app.get("/fr/").body

    assert "Trouver des données sur les migrations et les déplacements" in page
    assert "Find data on migration" not in page
