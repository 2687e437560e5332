"""The three portals that publish DCAT: each another syntax, each another way to turn the page."""

from __future__ import annotations

import html
import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from replies import Reply, youngest

TURTLE_PAGE_SIZE = 8
STORED_BASE = "http://127.0.0.1:5050"  # stands in the RDF/XML files so that they can be read without a server


class _Pages(ABC):
    """What the three have in common: an address of the catalogue and numbered pages."""

    syntax = ""
    suffix = ""
    media_type = ""

    def __init__(self, name: str, title: str, folder: Path) -> None:
        self.name = name
        self.title = title
        self.folder = folder / name

    def answer(self, path: str, query: Mapping[str, str], base: str) -> Reply:
        """Answer the catalogue, one of its pages, or the page that leads to it."""
        if path == "/":
            link = f"{html.escape(base)}/catalog.{self.suffix}"
            return Reply.page(
                self.title, f'<p>{self.syntax}: <a href="{link}">{link}</a>, {self.count()} records</p>'
            )
        if path != f"/catalog.{self.suffix}":
            return self.other(path)
        page = query.get("page", "1")
        if not re.fullmatch(r"[1-9]\d{0,5}", page) or int(page) > self.pages():
            return Reply.text(404, f"This catalogue has {self.pages()} pages.")
        return self.page(int(page), base)

    def other(self, _path: str) -> Reply:
        """Answer any other address."""
        return Reply.text(404, f"The catalogue is at catalog.{self.suffix}")

    def files(self) -> list[Path]:
        """Return the page files in their order."""
        return sorted(self.folder.glob(f"page-*.{self.suffix}"))

    def pages(self) -> int:
        """Return the number of pages."""
        return len(self.files())

    @abstractmethod
    def count(self) -> int:
        """Return the number of records."""

    @abstractmethod
    def page(self, number: int, base: str) -> Reply:
        """Answer one page."""


class TurtlePortal(_Pages):
    """Turtle, one file a record; pages made on request and linked by hydra:PartialCollectionView."""

    syntax = "DCAT in Turtle with the registry's own terms, hydra:PartialCollectionView"
    suffix = "ttl"
    media_type = "text/turtle; charset=utf-8"
    namespace = "https://protection-data.example/"

    def files(self) -> list[Path]:
        """Return the files of the records."""
        return sorted((self.folder / "datasets").glob("*.ttl"))

    def count(self) -> int:
        """Return the number of records."""
        return len(self.files())

    def pages(self) -> int:
        """Return the number of pages."""
        return max(1, math.ceil(self.count() / TURTLE_PAGE_SIZE))

    def other(self, path: str) -> Reply:
        """Answer a single record."""
        for file in self.files():
            if path == f"/dataset/{file.name}":
                return Reply(200, file.read_bytes(), self.media_type, youngest([file]))
        return super().other(path)

    def page(self, number: int, base: str) -> Reply:
        """Answer the catalogue's head, the page's records and the links to the other pages."""
        first = (number - 1) * TURTLE_PAGE_SIZE
        chosen = self.files()[first : first + TURTLE_PAGE_SIZE]
        head = self.folder / "catalogue.ttl"
        address = f"{base}/catalog.ttl?page="
        links = [f"hydra:first <{address}1>", f"hydra:last <{address}{self.pages()}>"]
        if number > 1:
            links.append(f"hydra:previous <{address}{number - 1}>")
        if number < self.pages():
            links.append(f"hydra:next <{address}{number + 1}>")
        members = "".join(f" ;\n  dcat:dataset <{self.namespace}dataset/{file.stem}>" for file in chosen)
        view = (
            f"\n<{self.namespace}catalogue> a hydra:Collection ; hydra:totalItems {self.count()} ;\n"
            f"  hydra:view <{address}{number}>{members} .\n"
            f"<{address}{number}> a hydra:PartialCollectionView ; {' ; '.join(links)} .\n"
        )
        parts = [
            head.read_text(encoding="utf-8"),
            view,
            *(file.read_text(encoding="utf-8") for file in chosen),
        ]
        return Reply(200, "\n".join(parts).encode(), self.media_type, youngest([head, *chosen]))


class RdfXmlPortal(_Pages):
    """RDF/XML, one file a page; linked by the older hydra:nextPage and by the HTTP header Link."""

    syntax = "DCAT-AP in RDF/XML, hydra:nextPage and Link header"
    suffix = "rdf"
    media_type = "application/rdf+xml; charset=utf-8"

    def count(self) -> int:
        """Return the number of records."""
        name = "{http://www.w3.org/ns/dcat#}Dataset"
        # The files are our own, beside this module: nothing foreign is parsed here.
        return sum(len(ET.parse(file).findall(f".//{name}")) for file in self.files())  # noqa: S314

    def page(self, number: int, base: str) -> Reply:
        """Answer a page with its links turned to the address that was asked."""
        file = self.files()[number - 1]
        origin = base.removesuffix(f"/portal/{self.name}")
        body = file.read_text(encoding="utf-8").replace(STORED_BASE, html.escape(origin))
        headers = {}
        if number < self.pages():
            headers["Link"] = f'<{base}/catalog.rdf?page={number + 1}>; rel="next"'
        return Reply(200, body.encode(), self.media_type, youngest([file]), headers)


class JsonLdPortal(_Pages):
    """JSON-LD, one file a page; linked by hydra:view with relative addresses."""

    syntax = "DCAT-AP in JSON-LD, hydra:view with relative links"
    suffix = "jsonld"
    media_type = "application/ld+json; charset=utf-8"

    def count(self) -> int:
        """Return the number of records."""
        nodes = [
            node for file in self.files() for node in json.loads(file.read_text(encoding="utf-8"))["@graph"]
        ]
        return sum(node.get("@type") == "dcat:Dataset" for node in nodes)

    def page(self, number: int, base: str) -> Reply:
        """Answer a page as it is stored."""
        file = self.files()[number - 1]
        return Reply(200, file.read_bytes(), self.media_type, youngest([file]))
