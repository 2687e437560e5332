"""Recorded OAI-PMH repositories, served over HTTP, read and mapped: every record is accounted for."""

from __future__ import annotations

import json
import re

import pytest

import replay
from migration_harvesters.errors import SourceRefused
from partners import FIXTURES, harvest, present

pytestmark = present
OAI = FIXTURES / "oai-pmh"
HEAD = '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'


def envelope(inner):
    return replay.Answer(f"{HEAD}{inner}</OAI-PMH>".encode(), "text/xml")


IDENTIFY = envelope("<Identify><granularity>YYYY-MM-DD</granularity></Identify>")


def formats(*rows):
    inner = "".join(
        f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix>"
        f"<metadataNamespace>{space}</metadataNamespace></metadataFormat>"
        for prefix, space in rows
    )
    return envelope(f"<ListMetadataFormats>{inner}</ListMetadataFormats>")


DUBLIN_CORE = formats(("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/"))


def repository(pages, offered=DUBLIN_CORE, identify=IDENTIFY):
    """Answer with these pages: the first one without a token, the others by theirs."""

    def answering(path, query):
        if query["verb"] == "Identify":
            return identify
        if query["verb"] == "ListMetadataFormats":
            return offered
        return pages.get(query.get("resumptionToken", ""))

    return answering


def recorded(name, media_type="text/xml"):
    return replay.Answer((OAI / name).read_bytes(), media_type)


def ended(answer):
    """The same page with the token of its end in the place of the next one's, and its own size."""
    count = len(re.findall(rb"<(?:\w+:)?record>", answer.body))
    body = re.sub(
        rb"<(\w+:)?resumptionToken[^>]*>[^<]*</(\w+:)?resumptionToken>",
        b"<resumptionToken xmlns='http://www.openarchives.org/OAI/2.0/' completeListSize='%d'/>" % count,
        answer.body,
    )
    return replay.Answer(body, answer.media_type)


def show(name, found):
    print(f"\n{name}: {found.counts}")


def read(answering, **options):
    with replay.serving(answering) as portal:
        return harvest(portal, "oai_pmh", f"{portal.url}/oai", options)


ZENODO = {
    row["file"]: row for row in json.loads((OAI / "zenodo/list_records/index.json").read_text())
} if OAI.is_dir() else {}  # fmt: skip
PAGES = [name for name, row in ZENODO.items() if row["status"] == 200]


@pytest.mark.parametrize("name", PAGES)
def test_zenodo_each_page_is_accounted_for(name):
    page = ended(recorded(f"zenodo/list_records/{name}"))
    found = read(repository({"": page}), all_types=True)
    show(f"zenodo/list_records/{name}, all types", found)
    found.account()
    assert found.listing.complete
    assert found.listing.listed == (found.listing.expected or 3)
    assert not found.failures
    data = read(repository({"": page}))
    show(f"zenodo/list_records/{name}", data)
    data.account()
    assert data.listing.complete
    assert data.listing.listed == found.listing.listed
    for record in found.records.values():
        assert record.fields["title_translated"]
        assert not re.search(r"&lt;|<p>", str(record.fields.get("notes_translated")))


@pytest.mark.parametrize("name", [name for name in PAGES if name != "008.xml"])
def test_oa05_zenodo_a_token_that_is_refused_is_tried_once_more(name):
    first, gone = recorded(f"zenodo/list_records/{name}"), recorded("zenodo/list_records/010.xml")
    whole = repository({"": first})

    def answering(path, query):
        return gone if "resumptionToken" in query else whole(path, query)

    with replay.serving(answering) as portal:
        with pytest.raises(SourceRefused) as refused:
            harvest(portal, "oai_pmh", f"{portal.url}/oai", {"all_types": True})
        asked = len(portal.asked)
    print(f"\nzenodo/{name}: {refused.value}")
    assert "badResumptionToken" in refused.value.message
    # Identify, formats, first page, its token; then the same once more.
    assert asked == 8


def refusal(name, status=422):
    body = (OAI / "zenodo/list_records" / name).read_bytes()
    return replay.Answer(body, "text/xml; charset=utf-8", status)


@pytest.mark.parametrize("name", ["002.xml", "006.xml"])
def test_oa06_zenodo_says_with_status_422_that_nothing_was_found(name):
    found = read(repository({"": refusal(name)}))
    assert found.listing.complete
    assert (found.listing.expected, found.listing.listed) == (0, 0)


def test_zenodo_says_with_status_422_what_is_wrong():
    with pytest.raises(SourceRefused) as refused:
        read(repository({"": refusal("003.xml")}))
    print(f"\nzenodo/003.xml: {refused.value}")
    assert "metadataPrefix does not exist" in refused.value.message


def test_zenodo_the_format_that_says_most_is_chosen():
    asked = []

    def answering(path, query):
        asked.append(query)
        if query["verb"] == "Identify":
            return recorded("zenodo/identify/002.xml")
        if query["verb"] == "ListMetadataFormats":
            return recorded("zenodo/list_metadata_formats/000.xml")
        return ended(recorded("zenodo/list_records/004.xml"))

    found = read(answering, **{"from": "2026-04-01"})
    show("zenodo, datacite", found)
    assert asked[2]["metadataPrefix"] == "datacite4"
    assert asked[2]["from"] == "2026-04-01T00:00:00Z"


@pytest.mark.parametrize("prefix", ["datacite", "oai_dc"])
def test_zenodo_one_record_in_two_formats_is_the_same_dataset(prefix):
    name = {"datacite": "001.xml", "oai_dc": "002.xml"}[prefix]
    body = (OAI / "zenodo/get_record" / name).read_bytes().replace(b"GetRecord", b"ListRecords")
    found = read(repository({"": replay.Answer(body, "text/xml")}), all_types=True)
    show(f"zenodo/get_record/{name}", found)
    (record,) = found.records.values()
    print(json.dumps(record.fields, ensure_ascii=False)[:1500])
    assert record.fields["identifier"].startswith("10.5281/zenodo.")
    assert record.fields["publisher"] == [{"name": "Zenodo"}]
    assert record.fields["url"].startswith("https://doi.org/10.5281/")


def test_nsdl_a_single_page_without_a_token_is_whole():
    found = read(repository({"": recorded("nsdl/GoodResponseSinglePage.xml")}), all_types=True)
    show("nsdl/GoodResponseSinglePage.xml", found)
    found.account()
    assert found.listing.complete
    assert found.listing.listed == 162


def test_nsdl_pages_of_identifiers_are_no_records():
    with pytest.raises(SourceRefused) as refused:
        read(repository({"": recorded("nsdl/GoodResponseFourPage_1.xml")}))
    assert "ListRecords" in refused.value.message


def test_a_repository_of_two_million_records_whose_second_page_is_lost():
    with pytest.raises(SourceRefused) as refused:
        read(repository({"": recorded("nsdl/NamespacedSample.xml")}), all_types=True)
    assert refused.value.status == 404


SICKLE = {
    "": "sickle/ListRecords.xml",
    "ListRecords2.xml": "sickle/ListRecords2.xml",
    "ListRecords3.xml": "sickle/ListRecords3.xml",
    "ListRecords4.xml": "sickle/ListRecords4.xml",
}


def test_rostock_four_pages_with_deleted_records():
    found = read(repository({token: recorded(name) for token, name in SICKLE.items()}), all_types=True)
    show("sickle/ListRecords*.xml", found)
    found.account()
    counts = {failure.error.code for failure in found.failures}
    assert counts <= {"duplicate-identifier", "record-missing"}
    assert found.listing.ignored["deleted"] >= 1


@pytest.mark.parametrize(
    "name", ["badArgument", "cannotDisseminateFormat", "noSetHierarchy", "undefinedError", "idDoesNotExist"]
)
def test_rostock_the_words_of_a_refusal_are_told(name):
    with pytest.raises(SourceRefused) as refused:
        read(repository({"": recorded(f"sickle/{name}.xml")}))
    print(f"\nsickle/{name}.xml: {refused.value}")
    assert name in refused.value.message
    assert refused.value.remedy


def test_rostock_broken_xml_is_refused():
    with pytest.raises(SourceRefused) as refused:
        read(repository({"": recorded("sickle/ListRecordsBroken.xml")}))
    assert refused.value.code == "unexpected-content"


PYCSW = {"get_ListRecords_dc.xml": 9, "get_ListRecords_oai_dc.xml": 9, "get_ListRecords_datacite.xml": 9}


@pytest.mark.parametrize("name", sorted(PYCSW))
def test_pycsw_records_in_each_format(name):
    page = ended(recorded(f"pycsw/{name}"))
    found = read(repository({"": page}), all_types=True)
    show(f"pycsw/{name}", found)
    found.account()
    assert found.listing.complete
    assert found.records


def test_a_page_for_people_in_the_place_of_identify():
    page = recorded("zenodo/identify/000.html", "text/html")
    with pytest.raises(SourceRefused) as refused:
        read(lambda path, query: page)
    assert refused.value.code == "unexpected-content"


DDI = FIXTURES / "ddi-nada"
STUDIES = ("cessda-fsd-ukds/fsd-3271.xml", "cessda-fsd-ukds/fsd-3307.xml", "cessda-fsd-ukds/ukds-2000.xml")
STUDIES += ("cessda-fsd-ukds/ukds-7481.xml", "dataverse-ddi/dataset-finch-private.xml")
STUDIES += ("dataverse-ddi/dataset-finch-terms-of-use.xml", "dataverse-ddi/dataset-finch1.xml")
STUDIES += ("dataverse-ddi/dataset-perma-w-separator.xml", "dataverse-ddi/dataset-perma.xml")
STUDIES += (
    "dataverse-ddi/dataset-spruce1.xml",
    "dataverse-ddi/ddi_dataset.xml",
    "dataverse-ddi/exportfull.xml",
)
STUDIES += ("dataverse-ddi/samplestudyddifull.xml",)
CODEBOOK = formats(
    ("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/"), ("oai_ddi25", "ddi:codebook:2_5")
)


def wrapped(name):
    """A recorded codebook as the only record of a list."""
    body = re.sub(r"<\?xml.*?\?>", "", (DDI / name).read_text("utf-8-sig"))
    header = "<header><identifier>oai:x:1</identifier><datestamp>2024-01-01</datestamp></header>"
    return envelope(f"<ListRecords><record>{header}<metadata>{body}</metadata></record></ListRecords>")


@pytest.mark.parametrize("name", STUDIES)
def test_ddi_every_recorded_study_is_mapped(name):
    found = read(repository({"": wrapped(name)}, CODEBOOK))
    show(name, found)
    found.account()
    (record,) = found.records.values()
    print(json.dumps(record.fields, ensure_ascii=False)[:1200])
    assert record.fields["title_translated"]
    assert record.fields["publisher"]
    assert not re.search(r"<\w+>|&lt;", json.dumps(record.fields))


def test_ddi_the_list_of_cessda_with_deleted_records():
    body = (DDI / "cessda-list-records/list-records-response.xml").read_bytes()
    found = read(repository({"": ended(replay.Answer(body, "text/xml"))}, CODEBOOK))
    show("cessda-list-records", found)
    found.account()
    assert found.listing.ignored == {"deleted": 3}
    assert len(found.records) == 3


@pytest.mark.parametrize(
    ("name", "outcome"), [("fsd-3307-oaipmh.xml", "mapped"), ("oaipmh-missing-metadata.xml", "named")]
)
def test_ddi_a_record_without_metadata_is_named(name, outcome):
    body = (DDI / "cessda-fsd-ukds" / name).read_bytes().replace(b"GetRecord", b"ListRecords")
    found = read(repository({"": replay.Answer(body, "text/xml")}, CODEBOOK))
    show(name, found)
    found.account()
    assert len(found.records) == (outcome == "mapped")
    assert [failure.error.code for failure in found.failures] == ["record-missing"] * (outcome == "named")
