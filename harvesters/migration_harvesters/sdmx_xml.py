"""Structure messages in SDMX-ML 2.1 and 3.0 (and the errors that registries send in their place)."""

from __future__ import annotations

from collections.abc import Iterator

from migration_harvesters import elements, languages, sdmx_model, text
from migration_harvesters.sdmx_model import Available, Dimension, Flow, Key, Names, Structures
from migration_harvesters.xml import Element

DIMENSIONS = "DataStructureComponents/DimensionList/Dimension|MeasureDimension|TimeDimension"


def read(root: Element) -> Structures:
    """Read everything that a catalogue needs out of one message."""
    found = Structures()
    _read_structures(root, found)
    _read_lists(root, found)
    _read_around(root, found)
    return found


def _read_structures(root: Element, found: Structures) -> None:
    for node in elements.find(root, "Structures/**/Dataflow"):
        if elements.attribute(node, "id"):
            flow = _flow(node)
            found.flows.setdefault(flow.key, flow)
    for node in elements.find(root, "Structures/**/DataStructure"):
        rows = elements.find(node, DIMENSIONS)
        if rows:
            found.dimensions.setdefault(_key(node), [_dimension(one) for one in rows])


def _read_lists(root: Element, found: Structures) -> None:
    for node in elements.find(root, "Structures/**/Codelist"):
        codes = {elements.attribute(one, "id"): _names(one) for one in elements.find(node, "Code")}
        if codes:
            found.codes.setdefault(_key(node), codes)
    for node in elements.find(root, "Structures/**/ConceptScheme/Concept"):
        places = elements.find(node, "CoreRepresentation/Enumeration")
        place = _referred(places[0]) if places else None
        found.concepts.setdefault(elements.attribute(node, "id"), (_names(node), place))
    for node in elements.find(root, "Structures/**/AgencyScheme/Agency"):
        found.agencies.setdefault(elements.attribute(node, "id"), _agency(node))


def _read_around(root: Element, found: Structures) -> None:
    for node in elements.find(root, "Structures/**/ContentConstraint|DataConstraint"):
        attached = elements.find(node, "ConstraintAttachment/Dataflow|DataStructure")
        sdmx_model.add_available(found, map(_referred, attached), _available(node))
    for node in elements.find(root, "Structures/**/Category"):
        found.categories.setdefault(elements.attribute(node, "id"), _names(node))
    for node in elements.find(root, "Structures/**/Categorisation"):
        _categorise(node, found)


def errors(root: Element) -> list[tuple[str, str]]:
    """List codes and texts of an error message, or of the messages in a footer (SD-01)."""
    found = []
    for node in elements.find(root, "ErrorMessage", "Footer/Message"):
        words = text.line(" ".join(dict.fromkeys(elements.words(node, "Text"))))
        found.append((elements.attribute(node, "code"), words))
    return found


def _flow(node: Element) -> Flow:
    places = elements.find(node, "Structure")
    return Flow(
        key=_key(node),
        urn=elements.attribute(node, "urn"),
        names=_names(node),
        descriptions=_names(node, "Description"),
        structure=_referred(places[0]) if places else None,
        valid_from=elements.attribute(node, "validFrom"),
        external=elements.attribute(node, "isExternalReference").lower() == "true",
    )


def _dimension(node: Element) -> Dimension:
    concepts = elements.find(node, "ConceptIdentity")
    lists = elements.find(node, "LocalRepresentation/Enumeration")
    concept = _item(concepts[0]) if concepts else ""
    return Dimension(
        id=elements.attribute(node, "id") or concept,
        concept=concept,
        codelist=_referred(lists[0]) if lists else None,
        time=elements.name(node) == "TimeDimension",
    )


def _available(node: Element) -> Available:
    values: dict[str, list[str]] = {}
    start = end = ""
    for region in elements.find(node, "CubeRegion"):
        if elements.attribute(region, "include").lower() == "false":
            continue
        for row in elements.find(region, "KeyValue"):
            ranges = elements.find(row, "TimeRange")
            if ranges:
                start = elements.word(ranges[0], "StartPeriod|BeforePeriod")
                end = elements.word(ranges[0], "EndPeriod|AfterPeriod")
            else:
                values.setdefault(elements.attribute(row, "id"), []).extend(elements.words(row, "Value"))
    return Available(values=values, start=start, end=end)


def _categorise(node: Element, found: Structures) -> None:
    sources, targets = elements.find(node, "Source"), elements.find(node, "Target")
    flow = _referred(sources[0]) if sources else None
    category = _item(targets[0]) if targets else ""
    if flow and category:
        found.categorised.setdefault(flow, []).append(category.rpartition(".")[2])


def _agency(node: Element) -> dict[str, object]:
    contacts = elements.find(node, "Contact")
    mail = next((words for one in contacts for words in elements.words(one, "Email")), "")
    page = next((words for one in contacts for words in elements.words(one, "URI")), "")
    return {"names": _names(node), "mail": mail, "page": page}


def _names(node: Element, name: str = "Name") -> Names:
    said = elements.spoken(node, name)
    return dict(sorted((lang or languages.DEFAULT, words) for lang, words in said))


def _key(node: Element) -> Key:
    names = ("agencyID", "id", "version")
    agency, name, version = (elements.attribute(node, one) for one in names)
    return agency, name, version or "1.0"


def _references(node: Element) -> Iterator[Element]:
    yield from elements.find(node, "Ref")


def _referred(node: Element) -> Key | None:
    """Read a reference: a `Ref` with attributes or a URN (2.1), or a URN as the text (3.0)."""
    for one in _references(node):
        return _key(one)
    return sdmx_model.key(elements.said(node))


def _item(node: Element) -> str:
    for one in _references(node):
        return elements.attribute(one, "id")
    return sdmx_model.item(elements.said(node))
