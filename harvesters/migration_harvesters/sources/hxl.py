"""Files with HXL hashtags: one dataset a file, described by what its data prove and by what is agreed.

A file says nothing of its title, publisher or licence: these come from a mapping, in which `{@file}` is the
name of the file and `{@title}` its title in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, ClassVar

from migration_harvesters import hxl, json_replies, plain, replies, row_mapping, tables, urls, walks
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import Asks, Listing, Page, RemoteRef, SourceConfig, Tally

FORMAT = "hxl"


class HxlSource:
    """Reads the files at the address of the source and in `more`."""

    TITLE: ClassVar[Texts] = {"en": "Files with HXL hashtags", "fr": "Fichiers avec étiquettes HXL"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The address of a file in CSV or XLSX.",
        "fr": "L’adresse d’un fichier CSV ou XLSX.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(name="more", label={"en": "Further files", "fr": "Autres fichiers"}, kind="lines"),
        Option(
            name="mapping",
            label={"en": "What the files do not say", "fr": "Ce que les fichiers ne disent pas"},
            kind="mapping",
            example="title_translated = Refugees: {@title}",
        ),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._files = [urls.canonical(one) for one in (config.url, *plain.words(config.options.get("more")))]
        self._headers = config.authorization()
        row_mapping.read(config.options.get("mapping") or {})

    def listing(self, resume: str | None = None) -> Listing:
        """All files; `resume` is the cursor of an earlier file of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        sorting = walks.Sorting(tally, FORMAT, _ref)
        return walks.pages(lambda address: self._read(address, tally), sorting, self._files[0], resume)

    def _read(self, address: str, tally: Tally) -> walks.Leaf:
        reply = self._http.get(address, accept="text/csv, */*;q=0.5", headers=self._headers)
        if reply.body.startswith(b"PK\x03\x04"):
            table = tables.of_workbook(reply.body)
        elif reply.body.lstrip()[:1] == b"<":
            raise replies.unexpected(reply, "a file with HXL hashtags")
        else:
            table = tables.of_csv(reply.body)
        if not any(table.tags):
            raise json_replies.not_expected("The file has no row of HXL hashtags.")
        if not table.whole:
            tally.cut("A file does not end with a whole line: it may have been cut off on its way.")
        number = self._files.index(address) + 1 if address in self._files else len(self._files)
        following = self._files[number] if number < len(self._files) else None
        return walks.Leaf(reply.url, [_row(address, table)], following=following)


def _row(address: str, table: tables.Table) -> dict[str, Any]:
    name = address.partition("?")[0].rstrip("/").rpartition("/")[2]
    title = name.rpartition(".")[0] or name
    about = {
        "@url": address,
        "@file": name,
        "@title": " ".join(title.replace("_", " ").replace("-", " ").split()),
    }
    return {**about, "proven": asdict(hxl.proven(table)), "columns": hxl.columns(table)}


def _ref(row: Any) -> RemoteRef | None:
    return RemoteRef(row["@url"], None, row["@url"])
