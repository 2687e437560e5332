"""SDMX registries and data services, REST of SDMX 2.1 and 3.0, structure messages in XML and JSON.

The list of dataflows is one reply; each dataflow is then asked for with all that refers to it and that it
refers to, because which countries and years it holds stands in constraints and code lists.

The kept libraries (sdmx1, pysdmx) parse XML by themselves and build the whole information model, with pandas
or with expat; what a catalogue needs is read here from the tree of our own parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import quote

from migration_harvesters import sdmx_model, sdmx_replies, text, urls, walks
from migration_harvesters.errors import PartnerConfigError, PayloadError, SourceRefused
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
from migration_harvesters.sdmx_model import Flow, Structures
from migration_harvesters.sdmx_replies import NOTHING_FOUND, Problem

FORMAT = "sdmx"
MAX_FLOWS = 20_000
# Path of a list of dataflows, of one dataflow, and of its data, by version of the standard.
PATHS = {
    "2.1": (
        "dataflow/{agency}/all/latest",
        "dataflow/{agency}/{id}/{version}",
        "data/{agency},{id},{version}/all",
    ),
    "3.0": (
        "structure/dataflow/{agency}/*/~",
        "structure/dataflow/{agency}/{id}/{version}",
        "data/dataflow/{agency}/{id}/{version}/*",
    ),
}
EVERYONE = {"2.1": "all", "3.0": "*"}
_TYPE = "application/vnd.sdmx.structure"
ACCEPT = {
    "2.1": f"{_TYPE}+xml;version=2.1, {_TYPE}+json;version=1.0;q=0.9, application/xml;q=0.5",
    "3.0": f"{_TYPE}+xml;version=3.0.0, {_TYPE}+json;version=2.0.0;q=0.9",
}
NO_SUCH_PATH = frozenset({400, 404, 405, 406, 501})


class SdmxSource:
    """Reads one registry."""

    TITLE: ClassVar[Texts] = {"en": "SDMX registry", "fr": "Registre SDMX"}
    ADDRESS: ClassVar[Texts] = {
        "en": "The entry of the web service, such as https://sdmx.example.org/rest.",
        "fr": "L'entrée du service web, par exemple https://sdmx.example.org/rest.",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(
            name="version",
            label={"en": "Version of SDMX", "fr": "Version de SDMX"},
            kind="choice",
            choices=("2.1", "3.0"),
        ),
        Option(
            name="agency",
            label={"en": "Only dataflows of this agency", "fr": "Seulement les flux de cette agence"},
            help={
                "en": "Its identifier; some registries refuse to list all agencies at once.",
                "fr": "Son identifiant ; certains registres refusent de lister toutes les agences.",
            },
            example="UNSD",
        ),
        Option(
            name="flows",
            label={"en": "Only these dataflows", "fr": "Seulement ces flux"},
            help={"en": "Their identifiers.", "fr": "Leurs identifiants."},
            kind="list",
        ),
    )

    def __init__(self, config: SourceConfig, http: Asks) -> None:
        self._http = http
        self._base = service_address(config.url)
        self._agreed = text.cleaned(config.options.get("version"))
        if self._agreed and self._agreed not in PATHS:
            raise PartnerConfigError("The option “version” must be 2.1 or 3.0.")
        self._agency = text.cleaned(config.options.get("agency"))
        flows = config.options.get("flows") or ()
        self._flows = frozenset([flows] if isinstance(flows, str) else map(str, flows))
        self._headers = config.authorization()
        self._version = self._agreed

    def listing(self, resume: str | None = None) -> Listing:
        """All dataflows of the registry; `resume` is the cursor of an earlier page of this source."""
        return Listing(lambda tally: self._pages(tally, resume))

    def _pages(self, tally: Tally, resume: str | None) -> Iterator[Page]:
        try:
            known = self._list()
        except Problem as problem:
            if problem.sdmx_code != NOTHING_FOUND:
                raise
            tally.expected = 0
            return
        # Registries list in no certain order; a cursor is a place in this one.
        wanted = (flow for flow in known.flows.values() if not self._flows or flow.key[1] in self._flows)
        flows = sorted(wanted, key=sdmx_model.urn_of)
        places = walks.FixedList([sdmx_model.urn_of(flow) for flow in flows])
        done = 0 if resume is None else places.resume(tally, resume)
        tally.expected = len(flows)
        if len(flows) > MAX_FLOWS:
            tally.cut(f"The registry has more than {MAX_FLOWS:,} dataflows.")
        for number, flow in enumerate(flows[done:MAX_FLOWS], start=done + 1):
            items, failures = self._read(flow, known, tally)
            yield Page(items, failures, places.cursor(tally, number) if number < len(flows) else None)

    def _list(self) -> Structures:
        """Ask for the dataflows; without an agreed version the older one is tried first (SD-03)."""
        refused: SourceRefused | None = None
        for version in [self._agreed] if self._agreed else list(PATHS):
            self._version = version
            path = PATHS[version][0].format(agency=quote(self._agency or EVERYONE[version], safe="*"))
            try:
                return self._ask(path, {})
            except SourceRefused as problem:
                if problem.status not in NO_SUCH_PATH or isinstance(problem, Problem):
                    raise
                refused = refused or problem
        raise refused or PartnerConfigError("The registry speaks no version of SDMX that is read here.")

    def _read(
        self, flow: Flow, known: Structures, tally: Tally
    ) -> tuple[tuple[RawRecord, ...], tuple[Failure, ...]]:
        """Read one dataflow with its structure; one that cannot be had is named."""
        name = sdmx_model.urn_of(flow)
        if not tally.admit(name):
            return (), ()
        try:
            described = self._described(flow)
        except (SourceRefused, PayloadError) as error:
            if error.code == "unexpected-content":
                if tally.count == 1:
                    # Not even the first one can be had: the service is down, and no single dataflow at fault.
                    raise
                tally.cut(f"The dataflow {flow.key[1]} is listed, but what came for it is no structure.")
            return (), (Failure(name, "read", error),)
        agencies = {**known.agencies, **described.agencies}
        described.agencies = agencies
        body = sdmx_model.record(flow, described, f"{self._base}/{self._path(flow, 2)}")
        return (RawRecord(RemoteRef(name, flow.valid_from or None), FORMAT, body),), ()

    def _described(self, flow: Flow) -> Structures:
        """Ask for a dataflow with everything around it, or, if that is too much, with what it refers to."""
        path = self._path(flow, 1)
        try:
            return self._ask(path, {"references": "all"})
        except SourceRefused as refused:
            if refused.code == "unexpected-content":
                raise
            return self._ask(path, {"references": "descendants"})

    def _path(self, flow: Flow, which: int) -> str:
        agency, name, version = (quote(part, safe="") for part in flow.key)
        return PATHS[self._version][which].format(agency=agency, id=name, version=version)

    def _ask(self, path: str, params: dict[str, str]) -> Structures:
        try:
            reply = self._http.get(
                f"{self._base}/{path}", params=params, accept=ACCEPT[self._version], headers=self._headers
            )
        except SourceRefused as refused:
            sdmx_replies.explain(refused)
            raise
        return sdmx_replies.structures(reply)


def service_address(url: str) -> str:
    """Find the entry of the service, whichever of its addresses was registered."""
    address = urls.canonical(url).partition("?")[0]
    for tail in ("/dataflow", "/structure", "/datastructure", "/data/", "/codelist"):
        head, found, _ = address.partition(tail)
        if found and head.count("/") >= 2:
            address = head
    return address.rstrip("/")
