"""A protocol from outside: one line a dataset, `identifier | title | country | address`."""

from __future__ import annotations

from typing import ClassVar

from migration_harvesters import crosswalk, replies, strict_json, urls, walks
from migration_harvesters.options import Option
from migration_harvesters.records import Listing, RemoteRef


class PlainTextSource:
    """Lists and cuts: knows where the records are, not what they mean."""

    TITLE: ClassVar = {"en": "Lines of text", "fr": "Lignes de texte"}
    ADDRESS: ClassVar = {"en": "The address of the file.", "fr": "L’adresse du fichier."}
    OPTIONS = (Option(name="comment", label={"en": "Mark of a comment", "fr": "Marque d’un commentaire"}),)

    def __init__(self, config, http):
        self._http = http
        self._home = urls.canonical(config.url)
        self._comment = config.options.get("comment") or "#"

    def listing(self, resume=None):
        def pages(tally):
            sorting = walks.Sorting(tally, "plain-text", self._name)
            return walks.pages(self._read, sorting, self._home, resume)

        return Listing(pages)

    def _read(self, address):
        reply = self._http.get(address, accept="text/plain")
        lines = [line.strip() for line in reply.body.decode("utf-8", "replace").splitlines()]
        if not lines or lines[-1] != f"{self._comment} end":  # a list that was cut off is never a whole list
            raise replies.unexpected(reply, "a list with an end mark")
        rows = [line.split("|") for line in lines if line and not line.startswith(self._comment)]
        keys = ("identifier", "title", "country", "address")
        return walks.Leaf(reply.url, [dict(zip(keys, map(str.strip, row), strict=False)) for row in rows])

    def _name(self, row):
        return RemoteRef(row["identifier"], url=row.get("address")) if row.get("identifier") else None


def interpret(raw, config):
    """Map: the values under the names of the profile's fields; how each is read is said by the field list."""
    row = strict_json.loads(raw.body)
    said = {
        "title_translated": row.get("title"),
        "spatial_coverage": [row.get("country")],
        "topics": row.get("title"),
    }
    return crosswalk.record(raw, config, said, [{"url": row.get("address")}])
