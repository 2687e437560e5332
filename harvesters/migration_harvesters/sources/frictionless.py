"""Frictionless data packages: a `datapackage.json`, or a list of them.

A list is a document in JSON: an array of addresses or of packages, or an object that holds one as
`packages` or `datasets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from migration_harvesters import json_replies, next_pages, plain, urls, walks
from migration_harvesters.errors import ListingTruncated, PayloadError, SourceRefused
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import Asks, Failure, Listing, Page, RemoteRef, SourceConfig, Tally

FORMAT = "frictionless"
MAX_PACKAGES = 20_000


class FrictionlessSource:
    """Reads one package or a list of packages."""

    TITLE: ClassVar[Texts] = {"en": "Frictionless data packages", "fr": "Paquets de données Frictionless"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The address of a datapackage.json, or of a list of such addresses in JSON.",
        "fr": "L’adresse d’un datapackage.json ou d’une liste JSON de telles adresses.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(name="more", label={"en": "Further packages", "fr": "Autres paquets"}, kind="lines"),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._home = urls.canonical(config.url)
        self._more = [urls.canonical(one) for one in plain.words(config.options.get("more"))]
        self._headers = config.authorization()

    def listing(self, resume: str | None = None) -> Listing:
        """All packages; there is no cursor, a list is read from its beginning."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        walks.from_the_beginning(resume)
        sorting = walks.Sorting(tally, FORMAT, _ref)
        url, answer = self._ask(self._home)
        if isinstance(answer, dict) and isinstance(answer.get("resources"), list):
            listed: list[Any] = [answer]
        else:
            listed = answer if isinstance(answer, list) else _list(answer)
        packages = [
            {"@base": url, **one} if type(one) is dict else one for one in listed if isinstance(one, dict)
        ]
        yield from walks.parts(packages, sorting)
        named = [*(one for one in listed if not isinstance(one, dict)), *self._more]
        if len(named) > MAX_PACKAGES:
            tally.cut(f"The list names more than {MAX_PACKAGES:,} packages.")
        for reference in named[:MAX_PACKAGES]:
            yield self._package(plain.word(reference), url, sorting)

    def _package(self, reference: str, url: str, sorting: walks.Sorting) -> Page:
        try:
            address = next_pages.address(reference, url, self._home)
            here, answer = self._ask(address)
            if not isinstance(answer, dict) or not isinstance(answer.get("resources"), list):
                raise json_replies.not_expected("The document is no data package: it has no resources.")
        except (SourceRefused, PayloadError, ListingTruncated) as error:
            name = urls.shown(reference)
            sorting.tally.cut(f"A package of the list could not be read: {name}")
            return Page((), (Failure(name, "read", error),) if sorting.tally.admit(name) else ())
        return Page(*sorting.sort([{"@base": here, **answer} if type(answer) is dict else answer]))

    def _ask(self, address: str) -> tuple[str, Any]:
        reply = self._http.get(address, accept="application/json", headers=self._headers)
        return reply.url, json_replies.parsed(reply, "a data package in JSON")


def _list(answer: Any) -> list[Any]:
    for key in ("packages", "datasets", "items"):
        if isinstance(answer, dict) and isinstance(answer.get(key), list):
            found: list[Any] = answer[key]
            return found
    raise json_replies.not_expected("The document is no data package, and no list of them.")


def _ref(row: Any) -> RemoteRef | None:
    if not isinstance(row, dict):
        return None
    base = plain.word(row.get("@base"))
    name = (
        json_replies.identifier(row.get("id"))
        or json_replies.identifier(row.get("name"))
        or json_replies.identifier(base)
    )
    page = urls.web_link(row.get("homepage")) or urls.web_link(base)
    return (
        RemoteRef(name, plain.word(row.get("updated") or row.get("created")) or None, page) if name else None
    )
