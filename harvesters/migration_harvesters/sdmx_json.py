"""Structure messages in SDMX-JSON 1.0 and 2.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migration_harvesters import plain, sdmx_model, text
from migration_harvesters.sdmx_model import Available, Dimension, Flow, Key, Names, Structures

LISTS = ("dataflows", "dataStructures", "codelists", "conceptSchemes", "categorySchemes", "agencySchemes")


def holds(message: Any) -> bool:
    """Say whether a document is a structure message: it has a list of artefacts, or an empty body."""
    data = body(message)
    return any(isinstance(data.get(name), list) for name in LISTS) or (
        isinstance(message, Mapping) and "data" in message and not data
    )


def body(message: Any) -> Mapping[str, Any]:
    """Give the part of a message that holds the artefacts."""
    whole = message if isinstance(message, Mapping) else {}
    return plain.entry(whole.get("data")) if "data" in whole else whole


def read(message: Any) -> Structures:
    """Read everything that a catalogue needs out of one message."""
    data, found = body(message), Structures()
    _read_structures(data, found)
    _read_lists(data, found)
    _read_around(data, found)
    return found


def _read_structures(data: Mapping[str, Any], found: Structures) -> None:
    for row in plain.entries(data.get("dataflows")):
        flow = _flow(row)
        if flow.key[1]:
            found.flows.setdefault(flow.key, flow)
    for row in plain.entries(data.get("dataStructures")):
        rows = list(_dimensions(plain.entry(row.get("dataStructureComponents"))))
        if rows:
            found.dimensions.setdefault(_key(row), rows)


def _read_lists(data: Mapping[str, Any], found: Structures) -> None:
    for row in plain.entries(data.get("codelists")):
        codes = {_id(one): _names(one) for one in plain.entries(row.get("codes")) if _id(one)}
        if codes:
            found.codes.setdefault(_key(row), codes)
    for scheme in plain.entries(data.get("conceptSchemes")):
        for row in plain.entries(scheme.get("concepts")):
            found.concepts.setdefault(_id(row), (_names(row), _enumeration(row, "coreRepresentation")))
    for scheme in plain.entries(data.get("agencySchemes")):
        for row in plain.entries(scheme.get("agencies")):
            found.agencies.setdefault(_id(row), _agency(row))


def _read_around(data: Mapping[str, Any], found: Structures) -> None:
    for name in ("contentConstraints", "dataConstraints"):
        for row in plain.entries(data.get(name)):
            attached = plain.entry(row.get("constraintAttachment"))
            urns = [*plain.words(attached.get("dataflows")), *plain.words(attached.get("dataStructures"))]
            sdmx_model.add_available(found, map(sdmx_model.key, urns), _available(row))
    for scheme in plain.entries(data.get("categorySchemes")):
        _categories(scheme, found)
    for row in plain.entries(data.get("categorisations")):
        source = sdmx_model.key(text.cleaned(row.get("source")))
        category = sdmx_model.item(text.cleaned(row.get("target")))
        if source and category:
            found.categorised.setdefault(source, []).append(category.rpartition(".")[2])


def errors(message: Any) -> list[tuple[str, str]]:
    """List codes and texts of the errors in a message (SD-01)."""
    rows = plain.entries(message.get("errors")) if isinstance(message, Mapping) else []
    return [
        (text.cleaned(row.get("code")), text.line(plain.word(row, "title", "detail", "message")))
        for row in rows
    ]


def _flow(row: Mapping[str, Any]) -> Flow:
    links = plain.entries(row.get("links"))
    urns = [text.cleaned(link.get("urn")) for link in links if link.get("rel") == "self"]
    return Flow(
        key=_key(row),
        urn=next((urn for urn in urns if urn), ""),
        names=_names(row),
        descriptions=_names(row, "description"),
        structure=sdmx_model.key(text.cleaned(row.get("structure"))),
        valid_from=text.cleaned(row.get("validFrom")),
        external=row.get("isExternalReference") is True,
    )


def _dimensions(parts: Mapping[str, Any]) -> Iterator[Dimension]:
    given = plain.entry(parts.get("dimensionList"))
    times = (*plain.entries(given.get("timeDimensions")), *plain.entries(given.get("timeDimension")))
    rows = (*plain.entries(given.get("dimensions")), *plain.entries(given.get("measureDimensions")))
    for time, row in (*((False, row) for row in rows), *((True, row) for row in times)):
        concept = sdmx_model.item(text.cleaned(row.get("conceptIdentity")))
        place = _enumeration(row, "localRepresentation")
        yield Dimension(id=_id(row) or concept, concept=concept, codelist=place, time=time)


def _available(row: Mapping[str, Any]) -> Available:
    values: dict[str, list[str]] = {}
    start = end = ""
    for region in plain.entries(row.get("cubeRegions")):
        if region.get("isIncluded", region.get("include", True)) is False:
            continue
        for entry in plain.entries(region.get("keyValues")):
            time = plain.entry(entry.get("timeRange"))
            if time:
                start = plain.word(time.get("startPeriod"), "period") or start
                end = plain.word(time.get("endPeriod"), "period") or end
            else:
                values.setdefault(_id(entry), []).extend(plain.words(entry.get("values"), "value"))
    return Available(values=values, start=start, end=end)


def _categories(scheme: Mapping[str, Any], found: Structures) -> None:
    waiting = plain.entries(scheme.get("categories"))
    while waiting:
        row = waiting.pop()
        found.categories.setdefault(_id(row), _names(row))
        waiting.extend(plain.entries(row.get("categories")))


def _agency(row: Mapping[str, Any]) -> dict[str, Any]:
    contacts = plain.entries(row.get("contacts"))
    mails = [mail for one in contacts for mail in plain.words(one.get("emails"))]
    pages = [page for one in contacts for page in plain.words(one.get("uris"))]
    return {"names": _names(row), "mail": next(iter(mails), ""), "page": next(iter(pages), "")}


def _enumeration(row: Mapping[str, Any], name: str) -> Key | None:
    return sdmx_model.key(text.cleaned(plain.entry(row.get(name)).get("enumeration")))


def _names(row: Mapping[str, Any], name: str = "name") -> Names:
    """Read texts by language; without them the one text, in the language that was negotiated (English)."""
    found = sdmx_model.names_in(row.get(f"{name}s"))
    one = text.cleaned(row.get(name))
    return found or ({"en": one} if one else {})


def _key(row: Mapping[str, Any]) -> Key:
    return text.cleaned(row.get("agencyID")), _id(row), text.cleaned(row.get("version")) or "1.0"


def _id(row: Mapping[str, Any]) -> str:
    return text.cleaned(row.get("id"))
