"""Recorded CSW catalogues and ISO records, served over HTTP, read and mapped: each is accounted for."""

# ruff: noqa: E501 - tables of recorded files

from __future__ import annotations

import json
import re

import pytest

import replay
from migration_harvesters import elements, xml, xml_formats
from migration_harvesters.errors import PayloadError
from partners import FIXTURES, harvest, present

pytestmark = present
CSW = FIXTURES / "csw"
GMD = "http://www.isotc211.org/2005/gmd"
CAPABILITIES = (
    '<Capabilities version="2.0.2"><OperationsMetadata><Operation name="GetRecords">'
    f'<Parameter name="outputSchema"><Value>{GMD}</Value></Parameter></Operation></OperationsMetadata></Capabilities>'
)


def catalogue(page):
    """Answer with capabilities, and with what `page` gives for a start position."""

    def answering(path, query):
        if query["request"] == "GetCapabilities":
            return replay.Answer(CAPABILITIES.encode(), "application/xml")
        found = page(int(query["startPosition"]))
        return replay.Answer(found, "application/xml") if isinstance(found, bytes) else found

    return answering


def wrapped(*bodies):
    """Recorded documents as the records of one page."""
    inner = "".join(re.sub(r"^\s*<\?xml.*?\?>", "", body.decode("utf-8-sig")) for body in bodies)
    return (
        f'<GetRecordsResponse><SearchResults numberOfRecordsMatched="{len(bodies)}" nextRecord="0">{inner}'
        "</SearchResults></GetRecordsResponse>"
    ).encode()


def read(page, **options):
    with replay.serving(catalogue(page)) as portal:
        return harvest(portal, "csw", f"{portal.url}/csw", options)


def show(name, found):
    print(f"\n{name}: {found.counts}")


def documents():
    """Recorded files that are a record of ISO 19115 or hold one, by name."""
    found = []
    for path in sorted(CSW.rglob("*.xml")):
        try:
            root = xml.parse(path.read_bytes())
        except PayloadError:
            continue
        known = xml_formats.recognised(root)
        if known and known[0] == xml_formats.ISO and elements.name(root).endswith("_Metadata"):
            found.append(str(path.relative_to(CSW)))
    return found


# A record of another format under the same name, one with 1,213 keywords, and four whose identifier was spoilt.
REFUSED = {
    "owslib/gm03_example1.xml": "no-identifier",
    "us-waf/iso_2_waf/valid_iso_too_many_keywords.xml": "too-many-keywords",
    "uk-gemini/gemini2.1/validation/01_Dataset_Invalid_XSD_No_Such_Element.xml": "no-identifier",
    "uk-gemini/gemini2.1/validation/01_Dataset_Invalid_XSD_No_Such_Element_unix.xml": "no-identifier",
    "uk-gemini/gemini2.1/validation/05_Series_Invalid_XSD_No_Such_Element.xml": "no-identifier",
    "uk-gemini/gemini2.1/validation/09_Service_Invalid_No_Such_Element.xml": "no-identifier",
}
WITHOUT_A_BODY = "geonetwork-ui/geo2france.iso19139.reuse+roilaye.xml"
RECORDS = documents() if CSW.is_dir() else []


@pytest.mark.parametrize("name", RECORDS)
def test_every_recorded_iso_record_is_mapped_or_named(name):
    body = (CSW / name).read_bytes()
    found = read(lambda start: wrapped(body), all_types=True)
    show(name, found)
    found.account()
    if name in REFUSED:
        assert [failure.error.code for failure in found.failures] == [REFUSED[name]]
        return
    assert not found.failures
    (record,) = found.records.values()
    print(json.dumps(record.fields, ensure_ascii=False)[:900])
    assert record.fields["title_translated"]
    assert "publisher" in record.fields or name == WITHOUT_A_BODY
    assert found.listing.complete


def test_all_records_of_all_portals_in_one_catalogue():
    bodies = [(CSW / name).read_bytes() for name in RECORDS]
    found = read(lambda start: wrapped(*bodies))
    show("all", found)
    found.account()
    codes = {failure.error.code for failure in found.failures}
    assert codes == {"duplicate-identifier", "no-identifier", "too-many-keywords"}
    assert found.listing.ignored["not-a-dataset"] >= 8


def test_geonetwork_pages_are_followed_to_their_end():
    def page(start):
        return (CSW / f"geonetwork-france/geonetwork-iso19139-page-{start}.xml").read_bytes()

    found = read(page)
    show("geonetwork-iso19139", found)
    found.account()
    assert found.listing.complete
    assert found.listing.listed == 6
    assert all("fr" in record.fields["title_translated"] for record in found.records.values())


@pytest.mark.parametrize("schema", ["dcat", "geodcatap"])
def test_geo2france_in_rdf(schema):
    def page(start):
        return (CSW / f"geonetwork-france/geonetwork-{schema}-page-{start}.xml").read_bytes()

    found = read(page)
    show(f"geonetwork-{schema}", found)
    found.account()
    assert found.listing.complete
    assert found.listing.listed == 6
    assert len(found.records) == 6
    assert all(name.startswith("http") and ".invalid" not in name for name in found.records)


def test_cs01_the_inspire_portal_sends_two_of_216_and_leads_to_85():
    body = (CSW / "owslib/inspire-getrecords-response.xml").read_bytes()
    found = read(lambda start: body, all_types=True)
    show("inspire-getrecords", found)
    assert not found.listing.complete
    assert found.listing.expected == 216


def test_the_esri_portal_in_dublin_core_is_never_whole_after_ten():
    body = (CSW / "esri-geoportal/GetRecordsResponse.xml").read_bytes()
    found = read(lambda start: body, all_types=True)
    show("esri-geoportal", found)
    found.account()
    assert len(found.records) == 10
    assert not found.listing.complete


def test_the_esri_capabilities_are_understood():
    asked = []

    def answering(path, query):
        asked.append(query)
        name = "GetCapabilitiesResponse" if query["request"] == "GetCapabilities" else "GetRecordsResponse"
        return replay.Answer((CSW / f"esri-geoportal/{name}.xml").read_bytes(), "application/xml")

    with replay.serving(answering) as portal:
        harvest(portal, "csw", f"{portal.url}/csw")
    print(f"\n{asked[1]['version']} {asked[1]['outputSchema']}")
    assert asked[1]["version"] == "2.0.2"


def test_one_dataset_from_two_sources_has_one_name():
    one, two = ((CSW / f"uk-gemini/gemini2.1/source{n}/same_dataset.xml").read_bytes() for n in (1, 2))
    first, second = (read(lambda start, body=body: wrapped(body)) for body in (one, two))
    assert set(first.records) == set(second.records)


def test_texts_come_in_the_languages_of_the_record():
    body = (CSW / "geonetwork-ui/geocat-ch.iso19139.dataset.xml").read_bytes()
    (record,) = read(lambda start: wrapped(body)).records.values()
    assert {"de", "fr", "it", "en"} <= set(record.fields["title_translated"])
    assert record.fields["title_translated"]["fr"] == "Convention des Alpes"


WAF = CSW / "uk-gemini/gemini2.1-waf"


def folder(root):
    """A recorded folder behind index pages, made where none was recorded."""

    def answering(path, query):
        place = root / path.removeprefix("/waf/")
        if not place.is_dir():
            return replay.Answer(place.read_bytes(), "text/xml") if place.is_file() else None
        if (place / "index.html").is_file():
            return replay.Answer((place / "index.html").read_bytes(), "text/html")
        links = "".join(
            f'<a href="{one.name}{"/" if one.is_dir() else ""}">{one.name}</a>'
            for one in sorted(place.iterdir())
        )
        return replay.Answer(f"<html><body>{links}</body></html>".encode(), "text/html")

    return answering


@pytest.mark.parametrize(
    ("root", "records", "failures"),
    [
        ("uk-gemini/gemini2.1-waf", 2, {}),
        (
            "us-waf/iso_2_waf",
            3,
            {
                "decode_error.xml",
                "invalid_iso2.xml",
                "to_be_filtered_by_datetime.xml",
                "20th_Century_Reanalysis_V3",
            },
        ),
        ("us-waf/waf", 0, None),
    ],
)
def test_web_folders_file_by_file(root, records, failures):
    with replay.serving(folder(CSW / root)) as portal:
        found = harvest(portal, "waf", f"{portal.url}/waf/", {"all_types": True})
    show(root, found)
    for failure in found.failures:
        print(f"  {failure.remote_id}: {failure.error}")
    found.account()
    assert len(found.records) == records
    if failures is None:
        # FGDC with document types, in nested folders: each of the seven files is named.
        assert len(found.failures) == 7
    else:
        assert all(any(name in str(failure.remote_id) for name in failures) for failure in found.failures)
    assert found.listing.complete is (not found.failures)
