"""Texts, codes and parties of ISO 19139 and ISO 19115-3, which put the same things on different paths."""

from __future__ import annotations

from collections.abc import Iterator

from migration_harvesters import elements, languages
from migration_harvesters.people import Party
from migration_harvesters.xml import Element

LOCALES = ("locale/PT_Locale", "otherLocale/PT_Locale", "defaultLocale/PT_Locale", "**/PT_Locale")
MAILS = "contactInfo/CI_Contact/address/*/electronicMailAddress"
PEOPLE = (
    "individualName", "party/CI_Individual/name", "party/CI_Organisation/individual/CI_Individual/name",
)  # fmt: skip
PAGES = "contactInfo/CI_Contact/onlineResource/CI_OnlineResource/linkage"


class Texts:
    """Reads texts in all the languages that a record declares (PT_FreeText)."""

    def __init__(self, root: Element) -> None:
        said = elements.find(root, "defaultLocale/PT_Locale", "language")
        self.default = next((tag for node in said if (tag := _language(node))), "")
        self._locales: dict[str, str] = {}
        for node in elements.find(root, *LOCALES):
            if tag := _language(node):
                self._locales.setdefault(elements.attribute(node, "id").lower(), tag)

    def read(self, node: Element) -> list[tuple[str, str]]:
        """Give one text in its languages, that of the record first."""
        found = [(self.default, plain(node))]
        for other in elements.find(node, "PT_FreeText/textGroup/LocalisedCharacterString"):
            name = elements.attribute(other, "locale").lstrip("#").lower()
            found.append((self._locales.get(name) or languages.tag(name), elements.said(other)))
        return [(tag, words) for tag, words in found if words]

    def all(self, node: Element, *paths: str) -> list[tuple[str, str]]:
        """Give the texts of all elements on the paths."""
        return [text for one in elements.find(node, *paths) for text in self.read(one)]


def plain(node: Element) -> str:
    """Give a text without its translations: a character string, an anchor, a code, an address."""
    if not len(node):
        return elements.said(node)
    parts = [one for one in node if isinstance(one.tag, str) and elements.name(one) != "PT_FreeText"]
    return next((words for one in parts if (words := elements.said(one))), "")


def code(node: Element, *paths: str) -> str:
    """Give the value of a code list on one of the paths; where it is missing, the text beside it."""
    return next(iter(codes(node, *paths)), "")


def codes(node: Element, *paths: str) -> list[str]:
    """Give all values of code lists on the paths."""
    found = elements.find(node, *(f"{path}/*" for path in paths))
    said = [elements.attribute(one, "codeListValue") or elements.said(one) for one in found]
    return [value for value in said if value]


def address(node: Element, path: str) -> str:
    """Give the first text on a path, such as an address."""
    return next((words for one in elements.find(node, path) if (words := plain(one))), "")


def parties(node: Element, *paths: str) -> Iterator[Party]:
    """List responsible parties: bodies by their name, people only where no body is named."""
    for one in elements.find(node, *(f"{path}/*" for path in paths)):
        bodies = elements.find(one, "organisationName", "party/CI_Organisation/name")
        people = elements.find(one, *PEOPLE)
        body = next((words for each in bodies if (words := plain(each))), "")
        person = next((words for each in people if (words := plain(each))), "")
        inside = (one, *elements.find(one, "party/*", "party/*/individual/CI_Individual"))
        mail = next((words for each in inside if (words := address(each, MAILS))), "")
        page = next((words for each in inside if (words := address(each, PAGES))), "")
        yield Party(body or person, code(one, "role"), mail, page, person=not body and bool(person))


def _language(node: Element) -> str:
    """Read a language out of an element that holds one, by its code or as a text."""
    for one in elements.find(node, "**/LanguageCode"):
        if tag := languages.tag(elements.attribute(one, "codeListValue") or elements.said(one)):
            return tag
    return languages.tag(elements.said(node)) if elements.name(node) == "language" else ""
