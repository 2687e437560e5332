"""Replies of OGC Catalogue Services: capabilities, pages of records, and exceptions (2.0.2, 10; 3.0, 7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from migration_harvesters import elements, replies, text, xml
from migration_harvesters.errors import PayloadError, SourceRefused
from migration_harvesters.replies import Reply
from migration_harvesters.xml import Element


class Exceptional(SourceRefused):
    """The catalogue answered with an exception report; `locator` names the parameter that it is about."""

    def __init__(self, code: str, locator: str, message: str) -> None:
        about = f" about “{locator}”" if locator else ""
        reason = message or "no reason given"
        super().__init__(
            f"The catalogue refuses the request{about} ({code or 'no code'}): {reason}.",
            code="partner-error",
            remedy="Compare version, `output_schema` and `constraint` with what its GetCapabilities says.",
        )
        self.locator = locator


@dataclass(frozen=True, slots=True)
class Found:
    """One page: its records, how many there are in all, and where the next one begins (0: nowhere)."""

    records: tuple[Element, ...]
    matched: int | None
    following: int | None


def document(reply: Reply, expected: str) -> Element:
    """Parse a whole reply; an exception report is raised, a page for people is no answer."""
    try:
        root = xml.parse(reply.body)
    except PayloadError as error:
        refused = replies.unexpected(reply, expected)
        refused.detail = f"{error} {refused.detail}"
        raise refused from error
    if elements.name(root) in ("ExceptionReport", "ServiceExceptionReport"):
        raise exceptional(root)
    return root


def exceptional(root: Element) -> Exceptional:
    """Read an exception report."""
    found = elements.first(root, "Exception", "ServiceException")
    words = text.line(" ".join(elements.words(root, "Exception/ExceptionText", "ServiceException")))
    code = elements.attribute(found, "exceptionCode", "code")
    return Exceptional(code, elements.attribute(found, "locator"), words[:300].rstrip("."))


@contextmanager
def heard() -> Iterator[None]:
    """Read an exception that comes with a status of 400, as 3.0 demands it, like one that comes with 200."""
    try:
        yield
    except SourceRefused as refused:
        if b"ExceptionReport" in refused.body:
            raise exceptional(xml.parse(refused.body)) from refused
        raise


def page(reply: Reply) -> Found:
    """Read one page of records."""
    root = document(reply, "a page of a catalogue (GetRecords)")
    results = elements.find(root, "SearchResults")
    if elements.name(root) != "GetRecordsResponse" or not results:
        raise replies.unexpected(reply, "a page of a catalogue (GetRecords)")
    records = tuple(child for child in results[0] if isinstance(child.tag, str))
    return Found(
        records,
        _count(elements.attribute(results[0], "numberOfRecordsMatched")),
        _count(elements.attribute(results[0], "nextRecord")),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """What the capabilities name: output schemas, versions, and the ways of GetRecords (`Get`, `Post`)."""

    schemas: frozenset[str]
    versions: frozenset[str]
    methods: frozenset[str]


def offered(reply: Reply) -> Offer:
    """Read the capabilities."""
    root = document(reply, "the capabilities of a catalogue (CSW)")
    if elements.name(root) != "Capabilities":
        raise replies.unexpected(reply, "the capabilities of a catalogue (CSW)")
    schemas: set[str] = set()
    methods: set[str] = set()
    for operation in elements.find(root, "OperationsMetadata/Operation"):
        if elements.attribute(operation, "name") != "GetRecords":
            continue
        methods |= {elements.name(way) for way in elements.find(operation, "DCP/HTTP/Get|Post")}
        for parameter in elements.find(operation, "Parameter"):
            if elements.attribute(parameter, "name").lower() == "outputschema":
                schemas.update(elements.words(parameter, "**/Value"))
    versions = set(elements.words(root, "ServiceIdentification/ServiceTypeVersion"))
    versions |= {elements.attribute(root, "version")} - {""}
    return Offer(frozenset(schemas), frozenset(versions), frozenset(methods))


def _count(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else None
