"""The catalogues of the interface: French is whole, the form of a dataset is whole in all of them.

Elsewhere a draft (Arabic, Chinese, Russian, Spanish) may lack a string, which is then shown in English.
"""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path

import ckan
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

EXTENSION = Path(__file__).resolve().parents[2] / "ckanext-migration" / "ckanext" / "migration"
CKAN = Path(str(ckan.__file__)).parent / "i18n"
METHODS = [("**.py", "python"), ("**.html", "ckan")]
KEYWORDS = {"_": None, "gettext": None, "ungettext": (1, 2), "ngettext": (1, 2)}
LANGUAGES = ["ar", "es", "fr", "ru", "zh_Hans_CN"]
DRAFTS = [language for language in LANGUAGES if language != "fr"]
FORM = (
    "logic/drafts.py",
    "logic/forms.py",
    "logic/multilingual.py",
    "logic/publishing.py",
    "logic/validators.py",
    "pages/drafts.py",
    "pages/form.py",
    "templates/migration/drafts.html",
    "templates/migration/macros/field.html",
    "templates/migration/macros/report.html",
    "templates/migration/snippets/errors.html",
    "templates/package/",
    "templates/scheming/form_snippets/",
    "templates/scheming/package/snippets/",
)
"""Where the form of a dataset gets its words: who describes data can do so in each of the six languages."""
# {name}, {} and %(name)s; a quoted name in braces is an example of JSON, not a placeholder.
PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)[sd]")

Texts = tuple[str, ...]


@cache
def messages() -> dict[str, set[str]]:
    """Each string of code and templates (of one with a plural the singular), with the files that have it."""
    options = {"**.html": {"silent": "false"}}
    found: dict[str, set[str]] = {}
    for name, _, text, *_ in extract_from_dir(str(EXTENSION), METHODS, options, KEYWORDS):
        found.setdefault(texts(text)[0], set()).add(name)
    return found


def opened(language: str) -> Catalog:
    with (EXTENSION / "i18n" / language / "LC_MESSAGES" / "ckanext-migration.po").open("rb") as file:
        return read_po(file, locale=language)


def compiled(language: str) -> Catalog:
    with (EXTENSION / "i18n" / language / "LC_MESSAGES" / "ckanext-migration.mo").open("rb") as file:
        return read_mo(file)


def translated(catalogue: Catalog) -> dict[Texts, Texts]:
    """Each translated string: its forms in English and in the other language."""
    return {
        texts(message.id): texts(message.string)
        for message in catalogue
        if message.id and any(texts(message.string)) and not message.fuzzy
    }


def whole(language: str) -> set[str]:
    """The strings that have all their forms in a language."""
    return {english[0] for english, forms in translated(opened(language)).items() if all(forms)}


def texts(text: str | list[str] | Texts) -> Texts:
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def test_every_string_is_translated():
    missing = {text: names for text, names in messages().items() if text not in whole("fr")}

    assert messages()
    assert missing == {}


@pytest.mark.parametrize("language", DRAFTS)
def test_every_string_of_the_form_is_translated(language):
    of_form = {text for text, names in messages().items() if any(name.startswith(FORM) for name in names)}

    assert of_form
    assert of_form - whole(language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_their_placeholders(language):
    # Every text has those of the English; only the forms for none, one or two may say the number in words.
    wrong = {}
    for english, forms in translated(opened(language)).items():
        wanted = placeholders(english[-1])
        if placeholders(forms[-1]) != wanted or any(placeholders(form) - wanted for form in forms):
            wrong[english[0]] = forms

    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_ckan(language):
    # The catalogues of CKAN and of the extensions are merged into one, which has one rule for all of them.
    with (CKAN / language / "LC_MESSAGES" / "ckan.mo").open("rb") as file:
        ckans = gettext.GNUTranslations(file)
    with (EXTENSION / "i18n" / language / "LC_MESSAGES" / "ckanext-migration.mo").open("rb") as file:
        ours = gettext.GNUTranslations(file)

    for number in [*range(205), 1000, 1_000_000]:
        assert ours.plural(number) == ckans.plural(number), number
    for english, forms in translated(opened(language)).items():
        assert all(forms), english


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_file_is_current(language):
    assert translated(compiled(language)) == translated(opened(language))


@pytest.mark.parametrize("language", DRAFTS)
def test_draft_says_that_it_is_one(language):
    catalogue = opened(language)

    assert "Draft, awaiting review by a language service" in catalogue.header_comment
    assert str(catalogue.locale) == language


@pytest.mark.usefixtures("with_plugins", "non_clean_db")
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_the_language(app, language):
    english = "Find data on migration and displacement"
    heading = translated(opened(language)).get((english,))
    if not heading:
        pytest.skip(f"the draft of {language} has no text for the heading yet")

    page = app.get(f"/{language}/").body

    assert heading[0] in page
    assert english not in page
