"""`data.json`: DCAT-US 1.1 (Project Open Data) and 3.0, and the national profiles that follow them.

Nearly always one document with all datasets. In 3.0 a catalogue may hold further catalogues, and datasets
also stand inside series and services; each is found wherever it stands, and counted once. Portals that cut
the document into pages say so in HTTP's Link header.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from migration_harvesters import closures, json_replies, next_pages, plain, strict_json, urls, walks
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import Asks, Listing, Page, RemoteRef, SourceConfig, Tally

FORMAT = "dcat_us"
MAX_DEPTH = 20
NO_DATASETS = frozenset({"DataService", "DatasetSeries", "Catalog", "CatalogRecord"})


class DcatUsSource:
    """Reads one `data.json`; the address of the source is that of the document."""

    TITLE: ClassVar[Texts] = {
        "en": "data.json (DCAT-US 1.1 or 3.0)",
        "fr": "data.json (DCAT-US 1.1 ou 3.0)",
    }
    ADDRESS: ClassVar[Texts] = {
        "en": "The address of the document, most often …/data.json.",
        "fr": "L’adresse du document, le plus souvent …/data.json.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = ()

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._home = urls.canonical(config.url)
        self._headers = config.authorization()

    def listing(self, resume: str | None = None) -> Listing:
        """All datasets; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        sorting = walks.Sorting(tally, FORMAT, _ref, _left_out)
        return walks.pages(self._read, sorting, self._home, resume)

    def _read(self, address: str) -> walks.Leaf:
        reply = self._http.get(address, accept="application/json", headers=self._headers)
        catalogue = json_replies.parsed(reply, "a catalogue in JSON (data.json)")
        if not isinstance(catalogue, dict):
            raise json_replies.not_expected("The document is not a catalogue: it is no JSON object.")
        _refuse_what_is_none(catalogue)
        rows = _gathered(catalogue)
        return walks.Leaf(reply.url, rows, following=next_pages.link_header(reply.headers.get("link", "")))


def _refuse_what_is_none(catalogue: Mapping[str, Any]) -> None:
    """Refuse an object that lists nothing at all: it is not an empty catalogue (JS-03)."""
    lists = [
        catalogue[name] for name in ("dataset", "datasetSeries", "service", "catalog") if name in catalogue
    ]
    if not lists or not all(isinstance(one, list) for one in lists):
        raise json_replies.not_expected("The document has no list of datasets (`dataset`).")


def _gathered(catalogue: Mapping[str, Any]) -> list[Any]:
    """Give everything that the document describes; datasets know the series they are members of."""
    rows = list(_inside(catalogue, 0))
    series: dict[str, Mapping[str, Any]] = {}
    for one in (row for row in rows if _kind(row) == "DatasetSeries"):
        for member in _members(one):
            series.setdefault(_name(member) or "", _told(one))
    parents = {name: row for row in rows if isinstance(row, dict) and (name := _name(row))}
    return [_with_series(row, series, parents) for row in rows]


def _inside(catalogue: Any, depth: int) -> Iterator[Any]:
    if not isinstance(catalogue, dict) or depth > MAX_DEPTH:
        return
    yield from plain.listed(catalogue.get("dataset"))
    for one in plain.listed(catalogue.get("datasetSeries")):
        yield {"@type": "DatasetSeries", **one} if isinstance(one, dict) else one
        yield from _members(one)
    for one in plain.listed(catalogue.get("service")):
        yield {"@type": "DataService", **one} if isinstance(one, dict) else one
        yield from (served for served in plain.entries(_of(one, "servesDataset")) if "title" in served)
    for one in plain.listed(catalogue.get("catalog")):
        yield from _inside(one, depth + 1)


def _members(series: Any) -> Iterator[Mapping[str, Any]]:
    for name in ("seriesMember", "first", "last"):
        yield from (one for one in plain.entries(_of(series, name)) if "title" in one)


def _told(series: Mapping[str, Any]) -> dict[str, Any]:
    return {key: series[key] for key in ("@id", "title", "description") if series.get(key)}


def _with_series(row: Any, series: Mapping[str, Any], parents: Mapping[str, Any]) -> Any:
    if not isinstance(row, dict) or row.get("inSeries") or _kind(row) in NO_DATASETS or type(row) is not dict:
        return row
    name = _name(row) or ""
    parent = parents.get(plain.word(row.get("isPartOf")))
    told = series.get(name) or (_told(parent) if parent is not None and parent is not row else None)
    return {**row, "inSeries": told} if told else row


def _ref(row: Any) -> RemoteRef | None:
    if not isinstance(row, dict):
        return None
    name = _name(row)
    if _kind(row) in NO_DATASETS:
        return RemoteRef(f"{_kind(row)}:{name or closures.content_hash(strict_json.canonical(_told(row)))}")
    if name is None:
        return None
    modified = row.get("modified")
    page = next(
        (link for one in (row.get("landingPage"), name) if (link := urls.web_link(plain.word(one)))), None
    )
    return RemoteRef(name, modified if isinstance(modified, str) else None, page)


def _name(row: Mapping[str, Any]) -> str | None:
    said = row.get("identifier")
    if isinstance(said, Mapping):
        said = said.get("@id") or said.get("notation")
    return json_replies.identifier(said) or json_replies.identifier(row.get("@id"))


def _kind(row: Any) -> str:
    return plain.word(_of(row, "@type")).rpartition(":")[2]


def _of(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else None


def _left_out(row: Any) -> str | None:
    return "not-a-dataset" if _kind(row) in NO_DATASETS else None
