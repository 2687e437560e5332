"""Lists of datasets that people keep by hand: CSV, TSV, an XLSX workbook, or a list in JSON.

Many agencies have no catalogue, but a sheet with one row a dataset. A mapping says which column is which
field; a list whose columns have the names of the profile's fields needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from migration_harvesters import grouping, json_replies, plain, replies, row_mapping, tables, urls, walks
from migration_harvesters.mappers import row as rows_mapper
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import Asks, Listing, Page, RemoteRef, SourceConfig, Tally
from migration_harvesters.replies import Reply

FORMAT = "row"
XLSX = b"PK\x03\x04"
ACCEPT = "text/csv, application/json;q=0.9, */*;q=0.5"


class TableSource:
    """Reads one list, or several of the same form (`more`)."""

    TITLE: ClassVar[Texts] = {"en": "List in CSV, XLSX or JSON", "fr": "Liste en CSV, XLSX ou JSON"}
    ADDRESS: ClassVar[Texts] = {"en": "The address of the file.", "fr": "L’adresse du fichier."}
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(
            name="mapping",
            label={"en": "Mapping", "fr": "Correspondance"},
            help={
                "en": "A field = a text with {columns}; not needed where columns are named as fields.",
                "fr": "Un champ = un texte avec des {colonnes} ; inutile si elles portent le nom des champs.",
            },
            kind="mapping",
            example="title_translated = {Name of the dataset}",
        ),
        Option(name="sheet", label={"en": "Sheet of the workbook", "fr": "Feuille du classeur"}),
        Option(
            name="skip",
            label={
                "en": "Rows above the names of the columns",
                "fr": "Lignes au-dessus des noms de colonnes",
            },
            kind="number",
            minimum=0,
            maximum=100,
        ),
        Option(name="delimiter", label={"en": "Mark between cells", "fr": "Séparateur"}, example=";"),
        Option(
            name="encoding",
            label={"en": "Encoding", "fr": "Encodage"},
            kind="choice",
            choices=tables.ENCODINGS,
        ),
        Option(
            name="open_end",
            label={
                "en": "The file does not end with a line end",
                "fr": "Le fichier ne se termine pas par un retour",
            },
            help={
                "en": "Otherwise such a file counts as cut off, and nothing is removed because of it.",
                "fr": "Sinon un tel fichier est tenu pour tronqué, et rien n’est supprimé à cause de lui.",
            },
            kind="flag",
        ),
        Option(
            name="more",
            label={"en": "Further lists of the same form", "fr": "Autres listes de même forme"},
            kind="lines",
        ),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._config = config
        self._options = config.options
        self._homes = [urls.canonical(one) for one in (config.url, *plain.words(config.options.get("more")))]
        self._headers = config.authorization()
        given = config.options.get("mapping")
        self._rules = row_mapping.read(given) if given else None

    def listing(self, resume: str | None = None) -> Listing:
        """All rows; `resume` is the cursor of an earlier list of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        sorting = walks.Sorting(tally, FORMAT, self._ref, self._left_out)
        if self._rules and self._rules.group:
            walks.from_the_beginning(resume)
            return grouping.pages(self._rules, sorting, lambda one: self._read(one, tally), self._homes[0])
        return walks.pages(lambda one: self._read(one, tally), sorting, self._homes[0], resume)

    def _read(self, address: str, tally: Tally) -> walks.Leaf:
        reply = self._http.get(address, accept=ACCEPT, headers=self._headers)
        rows = self._rows(reply, tally)
        number = self._homes.index(address) + 1 if address in self._homes else len(self._homes)
        following = self._homes[number] if number < len(self._homes) else None
        return walks.Leaf(reply.url, rows, following=following)

    def _rows(self, reply: Reply, tally: Tally) -> list[Any]:
        head = reply.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:200]
        skip = int(self._options.get("skip") or 0)
        if head.startswith(XLSX):
            return list(tables.of_workbook(reply.body, str(self._options.get("sheet") or ""), skip).records())
        if head[:1] in (b"{", b"["):
            return self._json(reply)
        if head[:1] == b"<":
            raise replies.unexpected(reply, "a list in CSV, XLSX or JSON")
        encoding, mark = (str(self._options.get(name) or "") for name in ("encoding", "delimiter"))
        table = tables.of_csv(reply.body, encoding, mark, skip)
        if not table.whole and not self._options.get("open_end"):
            tally.cut("The list does not end with a whole line: it may have been cut off on its way.")
        return list(table.records())

    def _json(self, reply: Reply) -> list[Any]:
        answer = json_replies.parsed(reply, "a list in JSON")
        rows = plain.dug(answer, self._rules.part("records") if self._rules else "")
        if not isinstance(rows, list):
            raise json_replies.not_expected("The reply is not a list; say where it is (mapping, records).")
        return rows

    def _mapping(self, row: Any) -> row_mapping.RowMapping:
        return self._rules or rows_mapper.of(self._config, row if isinstance(row, dict) else {})

    def _ref(self, row: Any) -> RemoteRef | None:
        rules = self._mapping(row)
        name = json_replies.identifier(rules.identifier(row))
        if name is None:
            return None
        page = urls.web_link(plain.word(row_mapping.value(rules.fields.get("url"), row)))
        modified = plain.word(row_mapping.value(rules.fields.get("modified"), row))
        return RemoteRef(name, modified or None, page)

    def _left_out(self, row: Any) -> str | None:
        rules = self._mapping(row)
        return None if rules.group or rules.kept(row) else "filtered"
