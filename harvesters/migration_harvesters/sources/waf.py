"""Web accessible folders: pages with links to records in XML (ISO 19115, DDI, DataCite), one a file.

An index page says neither how many files there are nor where it ends, so a page that breaks off before its
closing tag is no list, and a page without a link to a file or folder is a page for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import ClassVar
from urllib.parse import urlsplit

from migration_harvesters import kinds, options, replies, urls, walks, xml, xml_formats
from migration_harvesters.errors import HarvestError, PayloadError, SourceRefused
from migration_harvesters.mappers import iso
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
from migration_harvesters.replies import Reply

MAX_DEPTH, MAX_FILES, MAX_FOLDERS = 8, 20_000, 5_000


class WafSource:
    """Reads one folder and the folders below it."""

    TITLE: ClassVar[Texts] = {"en": "Web folder of XML records", "fr": "Dossier web de fiches XML"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The address of the folder's index page.",
        "fr": "L'adresse de la page d'index du dossier.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        options.all_types(
            {
                "en": "Services, applications and the like as well, not only data.",
                "fr": "Aussi les services, applications, etc., pas seulement les données.",
            }
        ),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._home = urls.canonical(config.url)
        self._headers = config.authorization()
        self._all_types = bool(config.options.get("all_types", False))

    def listing(self, resume: str | None = None) -> Listing:
        """All records of the folder; a listing begins at its beginning, since folders name no places."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        walks.from_the_beginning(resume)
        for number, found in enumerate(self._files(tally)):
            if number == MAX_FILES:
                tally.cut(f"The folder holds more than {MAX_FILES:,} files.")
                return
            yield Page((), (found,)) if isinstance(found, Failure) else self._record(found, tally)

    def _files(self, tally: Tally) -> Iterator[str | Failure]:
        """Walk through the folders; give the address of each file once, and each folder that is closed."""
        seen, waiting = {self._home}, [(self._home, 0)]
        for _ in range(MAX_FOLDERS):
            if not waiting:
                return
            folder, depth = waiting.pop(0)
            try:
                files, folders = self._index(folder)
            except SourceRefused as refused:
                if folder == self._home:
                    raise
                # Folders that are closed to the public are often listed like any other.
                tally.cut(f"The folder {folder} is linked, but cannot be read.")
                yield Failure(folder, "list", refused)
                continue
            yield from (address for address in files if address not in seen)
            further = [address for address in folders if address not in seen]
            seen.update(files, folders)
            if further and depth == MAX_DEPTH:
                tally.cut(f"The folders are nested more than {MAX_DEPTH} deep.")
            else:
                waiting.extend((address, depth + 1) for address in further)
        if waiting:
            tally.cut(f"There are more than {MAX_FOLDERS:,} folders.")

    def _index(self, folder: str) -> tuple[list[str], list[str]]:
        """Read one index page: the files and the folders below it that it links to."""
        reply = self._http.get(folder, accept="text/html", headers=self._headers)
        if not _whole(reply.body):
            raise replies.unexpected(reply, "the index page of a folder, to its end,")
        page = _Links()
        page.feed(reply.body.decode("utf-8", "replace"))
        here = urls.parse(reply.url)
        files, folders = [], []
        for reference in page.found:
            try:
                target = urls.follow(here, reference.partition("#")[0])
            except HarvestError:
                continue
            path = urlsplit(target.url).path
            if target.origin != here.origin or not path.startswith(here.path.rpartition("/")[0] + "/"):
                continue
            if path.lower().endswith(".xml"):
                files.append(target.url)
            elif path.endswith("/") and "?" not in target.url and target.url != reply.url:
                folders.append(target.url)
        if folder == self._home and not files and not folders:
            raise replies.unexpected(reply, "the index page of a folder with records in XML")
        return list(dict.fromkeys(files)), list(dict.fromkeys(folders))

    def _record(self, address: str, tally: Tally) -> Page:
        try:
            reply = self._http.get(address, accept="application/xml, text/xml", headers=self._headers)
        except SourceRefused as refused:
            tally.admit(address)
            tally.cut(f"The file {address} is linked, but refused.")
            return Page((), (Failure(address, "read", refused),))
        if not tally.count and _is_page(reply.body):
            # Not even the first file is one: the folder shows a page for people in the place of its files.
            raise replies.unexpected(reply, "a record in XML")
        try:
            found = xml_formats.recognised(xml.parse(reply.body))
        except PayloadError as error:
            return self._unread(address, tally, error)
        if found is None:
            message = "The file holds no record in a format that is read here."
            return self._unread(address, tally, PayloadError(message, code="unknown-format"))
        name, root = found
        identifier = (iso.identifier(root) if name == xml_formats.ISO else "") or address
        if not tally.admit(identifier):
            return Page((), (Failure.again(identifier),))
        if not self._all_types and not kinds.is_data(xml_formats.kinds(name, root)):
            tally.ignored["not-a-dataset"] += 1
            return Page(())
        xml_formats.without_statistics(name, root)
        ref = RemoteRef(identifier, _modified(reply), address)
        return Page((RawRecord(ref, name, xml.canonical(root)),))

    def _unread(self, address: str, tally: Tally, error: PayloadError) -> Page:
        """Name a file by its address; which record it holds is unknown, so the list proves nothing."""
        tally.admit(address)
        tally.cut(f"The file {address} cannot be read.")
        return Page((), (Failure(address, "read", error),))


def _whole(body: bytes) -> bool:
    """Say whether a page closes what it opens: HTML has no other sign of its end."""
    page = body.strip().lower()
    closing = b"</html>" if b"<html" in page else b"</body>"
    return page.endswith(closing)


def _is_page(body: bytes) -> bool:
    return body.lstrip()[:100].lower().startswith((b"<!doctype html", b"<html"))


def _modified(reply: Reply) -> str | None:
    return reply.headers.get("last-modified")


class _Links(HTMLParser):
    """Collects the addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href")
        if tag == "a" and target:
            self.found.append(target)
