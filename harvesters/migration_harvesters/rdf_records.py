"""Datasets described in RDF: what they are called, and those that come as RDF/XML inside another protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migration_harvesters import closures, elements, rdfxml, urls, xml
from migration_harvesters.closures import DATASET, TYPE
from migration_harvesters.errors import PayloadError
from migration_harvesters.records import Failure, RawRecord, RemoteRef, Tally
from migration_harvesters.xml import Element
from migration_schemas import parsing
from migration_schemas.errors import MigrationError
from migration_schemas.namespaces import plain
from migration_schemas.terms import Node, words
from migration_schemas.triples import Triples

FORMAT = "dcat"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DCAT = "http://www.w3.org/ns/dcat#"
MODIFIED, IDENTIFIER = plain("dct:modified"), plain("dct:identifier")
LANDING_PAGE, SERVICE = plain("dcat:landingPage"), plain("dcat:DataService")


def name(page: Triples, subject: Node, body: bytes) -> str:
    """Name a dataset as the partner does: its IRI, else its identifier, else what it says (RD-05)."""
    if not closures.nameless(subject):
        return words(subject)
    for identifier in sorted(words(value).strip() for value in page.objects(subject, IDENTIFIER)):
        if identifier and identifier.isprintable():
            return identifier
    return f"content:{closures.content_hash(body)}"


def ref(page: Triples, subject: Node, identifier: str) -> RemoteRef:
    """Say when the partner changed a dataset, and where its page is."""
    modified = sorted(words(value) for value in page.objects(subject, MODIFIED))
    pages = sorted(words(value) for value in page.objects(subject, LANDING_PAGE))
    url = next((link for link in map(urls.web_link, [*pages, identifier]) if link), None)
    return RemoteRef(identifier, modified[0] if modified else None, url)


def is_rdf(node: Element) -> bool:
    """Say whether an element is RDF/XML: a document of it, or a description with its properties."""
    return elements.namespace(node) in (RDF, DCAT)


def cut(nodes: Sequence[Element], tally: Tally, base: str) -> tuple[list[RawRecord], list[Failure]]:
    """Cut the datasets out of records in RDF/XML, each counted; a record of a service is left out.

    Addresses without a beginning are taken from `base`, that of the catalogue.
    """
    items: list[RawRecord] = []
    failures: list[Failure] = []
    try:
        pages = [(_read(nodes, base), len(nodes))]
    except MigrationError:
        alone = (_alone(node, base, tally, failures) for node in nodes)
        pages = [(page, 1) for page in alone if page is not None]
    for page, wanted in pages:
        known = tally.count
        for subject in page.subjects_with(TYPE, DATASET):
            one = _record(page, subject, tally)
            (items if isinstance(one, RawRecord) else failures).append(one)  # type: ignore[arg-type]
        # Services are described beside the datasets that they serve; a record of its own has no dataset.
        for service in sorted(map(words, page.subjects_with(TYPE, SERVICE))):
            if tally.count - known < wanted and tally.admit(service):
                tally.leave(service, "not-a-dataset")
        if tally.count - known < wanted and wanted == 1:
            failures.append(tally.lost("A record describes no dataset."))
    return sorted(items, key=lambda item: item.ref.id), failures


def _alone(node: Element, base: str, tally: Tally, failures: list[Failure]) -> Triples | None:
    try:
        return _read([node], base)
    except MigrationError as error:
        failures.append(tally.lost(f"A record in RDF cannot be read: {error.message}"))
        return None


def _read(nodes: Iterable[Element], base: str) -> Triples:
    """Read records as one document, for each reading costs a process."""
    inner = [
        xml.canonical(child)
        for node in nodes
        for child in (node if elements.namespace(node) == RDF and elements.name(node) == "RDF" else [node])
        if isinstance(child.tag, str)
    ]
    whole = b'<rdf:RDF xmlns:rdf="' + RDF.encode() + b'">' + b"".join(inner) + b"</rdf:RDF>"
    return read(whole, base)


def read(body: bytes, base: str) -> Triples:
    """Read RDF/XML, also where somebody's text stands between its properties. Raises MigrationError."""
    try:
        return parsing.read(body, "xml", base=base)
    except MigrationError:
        mended = rdfxml.without_stray_text(body)
        if mended is None:
            raise
        return parsing.read(mended, "xml", base=base)


def _record(page: Triples, subject: Node, tally: Tally) -> RawRecord | Failure:
    try:
        body = closures.ntriples(page, subject)
    except PayloadError as error:
        identifier = None if closures.nameless(subject) else words(subject)
        tally.admit(identifier or f"unreadable:{tally.count}")
        return Failure(identifier, "read", error)
    identifier = name(page, subject, body)
    if not tally.admit(identifier):
        return Failure.again(identifier)
    return RawRecord(ref(page, subject, identifier), FORMAT, body)
