"""NADA, the software of microdata libraries (UNHCR, World Bank, statistical offices): search and exports.

The search (`api/catalog/search`) lists the studies page by page with what is said about access; each study is
then read as JSON (`metadata/export/<id>/json`), which holds the parts of DDI Codebook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from migration_harvesters import json_replies, kinds, options, plain, strict_json, text, urls, walks
from migration_harvesters.errors import PayloadError, SourceRefused
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import (
    Asks,
    Failure,
    Listing,
    Page,
    RawRecord,
    RemoteRef,
    SourceConfig,
    Tally,
)

FORMAT = "nada"
PER_PAGE = options.rows(50, 500)
INDEX = "/index.php"
PASSING = ("total_views", "total_downloads", "rank", "score")


class NadaSource:
    """Reads one microdata library."""

    TITLE: ClassVar[Texts] = {"en": "Microdata library (NADA)", "fr": "Bibliothèque de microdonnées (NADA)"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The home page of the library, such as https://microdata.example.org.",
        "fr": "La page d'accueil de la bibliothèque, par exemple https://microdata.example.org.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(
            name="collection",
            label={"en": "Only this collection", "fr": "Seulement cette collection"},
            help={"en": "Its short name in the library.", "fr": "Son nom court dans la bibliothèque."},
        ),
        Option(name="keywords", label={"en": "Only studies with these words", "fr": "Seulement ces mots"}),
        PER_PAGE,
        options.all_types(
            {
                "en": "Documents, images and scripts as well, not only data.",
                "fr": "Aussi les documents, images et scripts, pas seulement les données.",
            }
        ),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._base = library_address(config.url)
        self._rows = PER_PAGE.of(config.options)
        self._all_types = bool(config.options.get("all_types", False))
        self._filters = {
            name: words
            for name in ("collection", "keywords")
            if (words := text.cleaned(config.options.get(name)))
        }
        self._headers = config.authorization("X-API-KEY")

    def listing(self, resume: str | None = None) -> Listing:
        """All studies of the library; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        number = 1 if resume is None else tally.resume_at(resume)
        return walks.numbered(self._search, lambda row: self._one(row, tally), tally, number, by_page=True)

    def _search(self, number: int) -> tuple[int, list[Any]]:
        """Ask for one page: how many studies there are in all, and its rows."""
        params = {"ps": str(self._rows), "page": str(number), **self._filters}
        answer = self._json(f"{self._base}{INDEX}/api/catalog/search", params)
        result = answer.get("result", answer) if isinstance(answer, dict) else None
        # Early versions put the rows into `result` itself and the count beside it.
        held = answer if isinstance(result, list) else result
        rows = result if isinstance(result, list) else plain.listed(plain.entry(result).get("rows"))
        count = text.cleaned(plain.entry(held).get("found"))
        if not (count.isascii() and count.isdigit() and len(count) < 10):
            raise json_replies.not_expected("The reply to the search has no rows and no count (`found`).")
        return int(count), rows

    def _one(self, row: Any, tally: Tally) -> RawRecord | Failure | None:
        ref = self._ref(row)
        if ref is None:
            return tally.lost("A study has no identifier.")
        if not tally.admit(ref.id):
            return Failure.again(ref.id)
        if not self._all_types and not kinds.is_data([row.get("type")]):
            tally.ignored["not-a-dataset"] += 1
            return None
        try:
            return RawRecord(ref, FORMAT, self._study(ref, row))
        except (PayloadError, SourceRefused) as error:
            if error.code == "unexpected-content":
                tally.cut(f"The study {ref.id} is listed, but what came for it is no study.")
            return Failure(ref.id, "read", error)

    def _study(self, ref: RemoteRef, row: Mapping[str, Any]) -> bytes:
        """Read one study, without variables and their counts, which can name people (DD-02)."""
        strict_json.check(row)
        whole = self._json(f"{self._base}{INDEX}/metadata/export/{ref.id}/json", {})
        strict_json.check(whole)
        if not isinstance(whole, dict) or not whole:
            raise PayloadError("The library lists this study, but shows nothing.", code="record-missing")
        kept = {name: part for name, part in whole.items() if name.endswith(("_desc", "_description"))}
        return strict_json.canonical({"row": _lasting(row), "metadata": kept})

    def _ref(self, row: Any) -> RemoteRef | None:
        identifier = text.cleaned(plain.entry(row).get("id"))
        # The identifier becomes part of an address, so it may be nothing but a number.
        if not (identifier.isascii() and identifier.isdigit()):
            return None
        page = urls.web_link(row.get("url")) or f"{self._base}{INDEX}/catalog/{identifier}"
        return RemoteRef(identifier, text.cleaned(row.get("changed")) or None, page)

    def _json(self, url: str, params: Mapping[str, str]) -> Any:
        reply = self._http.get(url, params=params, accept="application/json", headers=self._headers)
        return json_replies.parsed(reply, "JSON of a microdata library (NADA)")


def library_address(url: str) -> str:
    """Find the address of the library itself, whichever of its pages was registered."""
    address = urls.canonical(url).partition("?")[0]
    for tail in (INDEX, "/catalog", "/home"):
        address = address.partition(tail)[0] if address.count("/") > 2 else address
    return address.rstrip("/")


def _lasting(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what changes with every visit, such as how often a study was looked at."""
    return {name: value for name, value in row.items() if name not in PASSING}
