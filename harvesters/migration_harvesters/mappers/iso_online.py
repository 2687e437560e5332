"""Online resources of ISO 19115: which are files, services, documents or pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from migration_harvesters import elements, files, languages, text, urls
from migration_harvesters.mappers.iso_texts import Texts, address, code
from migration_harvesters.xml import Element

# Beginnings of the names that portals give to protocols → file type.
SERVICES = (
    ("ogc:wms", "WMS_SRVC"), ("ogc:wfs", "WFS_SRVC"), ("ogc api", "API"), ("esri:rest", "API"),
    ("ogc:wcs", "API"),
    ("ogc:csw", "API"), ("ogc:sos", "API"), ("ogc:wps", "API"), ("ogc:wmts", "API"), ("sparql", "SPARQLQ"),
)  # fmt: skip
DOCUMENTS = frozenset({"information", "documentation", "search", "order", "offlineAccess", "browseGraphic"})
_OGC = re.compile(r"opengis\.net/def/servicetype/ogc/(\w+)", re.I)


@dataclass(frozen=True, slots=True)
class Link:
    """One online resource; `document` and `page` say that it is about the data."""

    node: Element
    url: str
    protocol: str
    format: str | None
    document: bool
    page: bool


def links(root: Element, path: str) -> list[Link]:
    """Read the online resources that have an address which may be shown, each address once."""
    found: dict[tuple[str, str], Link] = {}
    for node in elements.find(root, f"{path}/*"):
        url = urls.web_link(address(node, "linkage"))
        if url is None:
            continue
        protocol = _protocol(address(node, "protocol"), url)
        kind = next((kind for start, kind in SERVICES if protocol.startswith(start)), None)
        kind = kind or files.of_address(url)
        function = code(node, "function")
        about = kind is None and not _download(protocol, function)
        link = Link(node, url, protocol, kind, about and function in DOCUMENTS, about)
        found.setdefault((url, address(node, "name")), link)
    return list(found.values())


def resources(
    found: Sequence[Link], formats: Sequence[str], licence: str | None, texts: Texts, lang: str
) -> list[dict[str, Any]]:
    """Give the files and services; the format of the whole counts where a file does not say its own."""
    shared = {kind for name in formats if (kind := files.file_type(name))}
    only = shared.pop() if len(shared) == 1 else None
    rows = []
    for link in found:
        if link.page:
            continue
        names = languages.texts(texts.all(link.node, "name"), lang)
        about = languages.paragraphs(texts.all(link.node, "description"), lang)
        rows.append(
            {
                "url": link.url,
                "name": text.line(_one(names, lang)),
                "description": _one(about, lang),
                "format": link.format or files.of_name(_one(names, lang)) or only,
                "license": licence,
            }
        )
    return rows


def _protocol(said: str, url: str) -> str:
    service = _OGC.search(said)
    if service:
        return f"ogc:{service[1].lower()}"
    words = said.strip().lower()
    if not words and (asked := re.search(r"[?&]service=(w[mfc]s)\b", url, re.I)):
        return f"ogc:{asked[1].lower()}"
    return words


def _download(protocol: str, function: str) -> bool:
    named = "download" in protocol or protocol.startswith(("file", "ftp"))
    return named or function in ("download", "fileAccess")


def _one(said: dict[str, str], lang: str) -> str:
    return said.get(lang) or next(iter(said.values()), "")
