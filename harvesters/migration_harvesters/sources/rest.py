"""Services of agencies that answer in JSON of their own: DTM, refugee statistics, indicators, reports.

What differs between them (where the rows are, how pages follow each other, what a row means) is a mapping,
not a program; some come with this package (`service`), any other can be given (`mapping`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from migration_harvesters import grouping, json_replies, plain, row_mapping, urls, walks
from migration_harvesters.errors import PartnerConfigError
from migration_harvesters.options import Option, Texts
from migration_harvesters.records import Asks, Listing, Page, RemoteRef, SourceConfig, Tally

FORMAT = "row"


class RestSource:
    """Reads one service; `service` names a mapping of ours, `mapping` changes or replaces it."""

    TITLE: ClassVar[Texts] = {
        "en": "Service in JSON (DTM, UNHCR statistics, World Bank, ReliefWeb, …)",
        "fr": "Service en JSON (DTM, statistiques du HCR, Banque mondiale, ReliefWeb…)",
    }
    ADDRESS: ClassVar[Texts] = {
        "en": "The address of the service; what a service of the list needs is added to it.",
        "fr": "L’adresse du service ; ce qu’il faut pour un service de la liste y est ajouté.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(
            name="service",
            label={"en": "Known service", "fr": "Service connu"},
            kind="choice",
            choices=row_mapping.names(),
        ),
        Option(
            name="mapping",
            label={"en": "Mapping", "fr": "Correspondance"},
            help={
                "en": "What a record is, how it is called, what its parts mean; changes that of the service.",
                "fr": "Ce qu’est une fiche, son nom et le sens de ses parties ; modifie celle du service.",
            },
            kind="mapping",
        ),
        Option(
            name="parameters",
            label={"en": "Parameters of the request", "fr": "Paramètres de la requête"},
            kind="mapping",
            example="appname = my-registry",
        ),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._rules = _rules(config)
        self._home = self._address(config)
        header = self._rules.part("credential_header", "Authorization")
        self._headers = config.authorization(header)
        self._pages_rule: Mapping[str, Any] = plain.entry(self._rules.parts.get("pages"))

    def listing(self, resume: str | None = None) -> Listing:
        """All records; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        sorting = walks.Sorting(tally, FORMAT, self._ref, self._left_out)
        if not self._rules.group:
            yield from walks.pages(self._read, sorting, self._home, resume)
            return
        walks.from_the_beginning(resume)
        yield from grouping.pages(self._rules, sorting, self._read, self._home)

    def _read(self, address: str) -> walks.Leaf:
        reply = self._http.get(address, accept="application/json", headers=self._headers)
        answer = json_replies.parsed(reply, "JSON")
        rows = plain.dug(answer, self._rules.part("records"))
        if not isinstance(rows, list):
            where = self._rules.part("records") or "the reply itself"
            raise json_replies.not_expected(f"The service sent no list of records (in {where}).")
        total = plain.dug(answer, self._rules.part("total")) if self._rules.parts.get("total") else None
        return walks.Leaf(reply.url, rows, _count(total), self._following(answer, address, rows))

    def _following(self, answer: Any, address: str, rows: list[Any]) -> str | None:
        if self._rules.parts.get("next"):
            return plain.word(plain.dug(answer, self._rules.part("next"))) or None
        rule = self._pages_rule
        if not rule:
            return None
        name, first = str(rule.get("parameter") or "page"), _count(rule.get("first")) or 0
        here = dict(parse_qsl(urlsplit(address).query)).get(name)
        number = int(here) if here and here.isdigit() else first
        step = _count(rule.get("step")) or 1
        last = _count(plain.dug(answer, str(rule["last"]))) if rule.get("last") else None
        # A page that is not full is the last one; where nobody says what is full, an empty one is.
        more = number < last if last is not None else len(rows) >= (_count(rule.get("size")) or 1)
        return with_parameters(address, {name: str(number + step)}) if more and rows else None

    def _ref(self, row: Any) -> RemoteRef | None:
        name = json_replies.identifier(self._rules.identifier(row))
        if name is None:
            return None
        page = urls.web_link(plain.word(row_mapping.value(self._rules.fields.get("url"), row)))
        modified = plain.word(row_mapping.value(self._rules.fields.get("modified"), row))
        return RemoteRef(name, modified or None, page)

    def _left_out(self, row: Any) -> str | None:
        return None if self._rules.kept(row) or self._rules.group else "filtered"

    def _address(self, config: SourceConfig) -> str:
        address = urls.canonical(config.url)
        path = self._rules.part("path").strip("/")
        parts = urlsplit(address)
        if path and path.rpartition("/")[2] not in parts.path.split("/"):
            address = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{path}"))
        wanted = {
            **plain.entry(self._rules.parts.get("parameters")),
            **plain.entry(config.options.get("parameters")),
        }
        return urls.canonical(with_parameters(address, {str(key): str(one) for key, one in wanted.items()}))


def with_parameters(address: str, wanted: Mapping[str, str]) -> str:
    """Set parameters of an address, and leave its others as they are."""
    parts = urlsplit(address)
    kept = [(name, one) for name, one in parse_qsl(parts.query, keep_blank_values=True) if name not in wanted]
    return urlunsplit(parts._replace(query=urlencode([*kept, *wanted.items()])))


def _rules(config: SourceConfig) -> row_mapping.RowMapping:
    service, given = config.options.get("service"), config.options.get("mapping")
    if not service and not given:
        raise PartnerConfigError("Choose a known service, or give a mapping.")
    rules = row_mapping.read({**(row_mapping.shipped(str(service)) if service else {}), **(given or {})})
    if not rules.parts.get("identifier"):
        raise PartnerConfigError("mapping: say how a record is called (identifier).")
    return rules


def _count(value: Any) -> int | None:
    word = plain.word(value)
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else None
