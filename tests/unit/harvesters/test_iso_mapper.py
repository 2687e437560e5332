"""ISO 19139 and ISO 19115-3 → records (CS-05 to CS-07, crosswalk of the profile)."""

# ruff: noqa: E501 - records read best as they are written

from __future__ import annotations

import pytest

from migration_harvesters.errors import MappingError
from migration_harvesters.mappers import iso
from migration_harvesters.records import RawRecord, RemoteRef


def string(name, words, more=""):
    return f"<{name}><CharacterString>{words}</CharacterString>{more}</{name}>"


def coded(name, kind, value):
    return f'<{name}><{kind} codeListValue="{value}"/></{name}>'


def french(words):
    return f'<PT_FreeText><textGroup><LocalisedCharacterString locale="#FR">{words}</LocalisedCharacterString></textGroup></PT_FreeText>'


def box(west, south, east, north):
    sides = zip(
        ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude"),
        (west, south, east, north),
        strict=True,
    )
    inner = "".join(f"<{side}><Decimal>{value}</Decimal></{side}>" for side, value in sides)
    return f"<extent><EX_Extent><geographicElement><EX_GeographicBoundingBox>{inner}</EX_GeographicBoundingBox></geographicElement></EX_Extent></extent>"


TITLES = string("title", "Camps", french("Camps de réfugiés")) + string("alternateTitle", "CMP")
DATES = "".join(
    f"<date><CI_Date><date><Date>{day}</Date></date>{coded('dateType', 'CI_DateTypeCode', kind)}</CI_Date></date>"
    for day, kind in (("2020-01-02", "publication"), ("2021-03", "revision"), ("1999-02-30", "creation"))
)
KEYWORDS = f"<descriptiveKeywords><MD_Keywords>{string('keyword', 'refugees', french('réfugiés'))}</MD_Keywords></descriptiveKeywords>"
PLACES = f"<descriptiveKeywords><MD_Keywords>{string('keyword', 'Kenya')}{string('keyword', 'Georgia')}{string('keyword', 'Turkana')}{coded('type', 'MD_KeywordTypeCode', 'place')}</MD_Keywords></descriptiveKeywords>"
TIME = "<extent><EX_Extent><temporalElement><EX_TemporalExtent><extent><TimePeriod><beginPosition>2019-01-01</beginPosition><endPosition indeterminatePosition='now'/></TimePeriod></extent></EX_TemporalExtent></temporalElement></EX_Extent></extent>"
MORE = (
    coded(
        "resourceMaintenance><MD_MaintenanceInformation><maintenanceAndUpdateFrequency",
        "MD_MaintenanceFrequencyCode",
        "annually",
    ).replace(
        "</resourceMaintenance><MD_MaintenanceInformation><maintenanceAndUpdateFrequency>",
        "</maintenanceAndUpdateFrequency></MD_MaintenanceInformation></resourceMaintenance>",
    )
    + "<topicCategory><MD_TopicCategoryCode>society</MD_TopicCategoryCode></topicCategory>"
    + coded("spatialRepresentationType", "MD_SpatialRepresentationTypeCode", "vector")
    + '<spatialResolution><MD_Resolution><distance><Distance uom="m">100</Distance></distance></MD_Resolution></spatialResolution>'
    + coded("language", "LanguageCode", "eng")
)
LINKS = "".join(
    f"<onLine><CI_OnlineResource><linkage><URL>{url}</URL></linkage>{string('protocol', protocol)}{string('name', name)}{coded('function', 'CI_OnLineFunctionCode', function)}</CI_OnlineResource></onLine>"
    for url, protocol, name, function in (
        ("https://x.example/data.zip", "WWW:DOWNLOAD-1.0-http--download", "camps.shp", "download"),
        ("https://x.example/wms", "OGC:WMS", "camps", ""),
        ("https://x.example/about", "WWW:LINK-1.0-http--link", "about", "information"),
        ("javascript:alert(1)", "WWW:LINK", "bad", "download"),
    )
)
PARTY_2007 = f"<CI_ResponsibleParty>{string('individualName', 'Jane Doe')}{string('organisationName', 'Agency')}<contactInfo><CI_Contact><phone><CI_Telephone>{string('voice', '+1 234')}</CI_Telephone></phone><address><CI_Address>{string('electronicMailAddress', 'data@agency.example')}</CI_Address></address></CI_Contact></contactInfo>{coded('role', 'CI_RoleCode', 'owner')}</CI_ResponsibleParty>"
PARTY_2018 = f"<CI_Responsibility>{coded('role', 'CI_RoleCode', 'owner')}<party><CI_Organisation>{string('name', 'Agency')}<contactInfo><CI_Contact><phone><CI_Telephone>{string('number', '+1 234')}</CI_Telephone></phone><address><CI_Address>{string('electronicMailAddress', 'data@agency.example')}</CI_Address></address></CI_Contact></contactInfo><individual><CI_Individual>{string('name', 'Jane Doe')}</CI_Individual></individual></CI_Organisation></party></CI_Responsibility>"
LOCALE_2007 = '<language><LanguageCode codeListValue="eng"/></language><locale><PT_Locale id="FR"><languageCode><LanguageCode codeListValue="fre"/></languageCode></PT_Locale></locale>'
LOCALE_2018 = '<defaultLocale><PT_Locale id="EN"><language><LanguageCode codeListValue="eng"/></language></PT_Locale></defaultLocale><otherLocale><PT_Locale id="FR"><language><LanguageCode codeListValue="fra"/></language></PT_Locale></otherLocale>'
LINEAGE = f"<LI_Lineage>{string('statement', 'By satellite.')}</LI_Lineage>"
BEFORE = {
    "iso-19139": LOCALE_2007
    + f"<dataQualityInfo><DQ_DataQuality><lineage>{LINEAGE}</lineage></DQ_DataQuality></dataQualityInfo>",
    "iso-19115-3": LOCALE_2018 + f"<resourceLineage>{LINEAGE}</resourceLineage>",
}
PARTY = {"iso-19139": PARTY_2007, "iso-19115-3": PARTY_2018}


@pytest.fixture(params=sorted(BEFORE))
def mapped(request, config):
    def run(more="", options=None, **parts):
        party = f"<pointOfContact>{PARTY[request.param]}</pointOfContact>"
        whole = parts.get(
            "identification",
            f"<citation><CI_Citation>{TITLES}{DATES}</CI_Citation></citation>{string('abstract', 'About.')}{party}{KEYWORDS}{PLACES}{TIME}{MORE}{box(34, -5, 42, 5)}{more}",
        )
        links = f"<distributionInfo><MD_Distribution><transferOptions><MD_DigitalTransferOptions>{LINKS}</MD_DigitalTransferOptions></transferOptions></MD_Distribution></distributionInfo>"
        body = f"<MD_Metadata>{BEFORE[request.param]}<identificationInfo><MD_DataIdentification>{whole}</MD_DataIdentification></identificationInfo>{links}</MD_Metadata>"
        return iso.interpret(
            RawRecord(RemoteRef("rec-1"), "iso", body.encode()), config("csw", **(options or {}))
        )

    return run


def test_both_syntaxes_find_their_places(mapped):
    record = mapped().record
    fields = record.fields
    assert fields["title_translated"] == {"en": "Camps", "fr": "Camps de réfugiés"}
    assert fields["alternative_title"] == ["CMP"]
    assert fields["identifier"] == "rec-1"
    assert fields["tags_translated"] == {"en": ["refugees"], "fr": ["réfugiés"]}
    assert fields["migration_theme"] == ["refugees-asylum"]
    assert fields["theme"] == ["SOCI"]
    assert fields["statistic_type"] == ["geospatial"]
    assert fields["language"] == ["en"]
    assert fields["publisher"] == [{"name": "Agency"}]
    assert fields["contact"] == [{"email": "data@agency.example", "name": "Agency"}]
    assert fields["provenance_translated"] == {"en": "By satellite."}
    assert fields["frequency"] == "ANNUAL"
    assert (fields["issued"], fields["modified"]) == ("2020-01-02", "2021-03")
    assert fields["spatial_resolution_in_meters"] == "100"
    assert fields["temporal_coverage"] == [{"start": "2019-01-01"}]
    assert fields["spatial_coverage"] == ["KEN"]
    assert fields["places"] == [{"name": "Turkana"}, {"box": "34 -5 42 5"}]
    assert fields["url"] == "https://x.example/about"
    assert fields["documentation"] == ["https://x.example/about"]
    assert record.resources == (
        {"url": "https://x.example/data.zip", "name": "camps.shp", "format": "ZIP"},
        {"url": "https://x.example/wms", "name": "camps", "format": "WMS_SRVC"},
    )


def test_cs07_no_person_and_no_telephone_is_kept(mapped):
    found = str(mapped().record)
    assert "Jane" not in found
    assert "+1 234" not in found


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ((42, 5, 34, -5), [{"box": "42 -5 180 5"}, {"box": "-180 -5 34 5"}]),
        ((34, -95, 42, 5), []),
        (("NaN", 0, 1, 1), []),
    ],
)
def test_cs05_a_broken_extent_is_put_right_or_named(mapped, sides, expected):
    result = mapped(box(*sides))
    assert result.record.fields["places"][2:] == expected
    assert any(note.field == "places" for note in result.notes) is (not expected)


@pytest.mark.parametrize(
    ("classification", "right", "level"),
    [
        ("unclassified", "PUBLIC", None),
        ("restricted", "RESTRICTED", "moderate"),
        ("confidential", "NON_PUBLIC", "high"),
        ("topSecret", "NON_PUBLIC", "severe"),
    ],
)
def test_cs06_what_is_classified_is_never_public(mapped, classification, right, level):
    secret = f"<resourceConstraints><MD_SecurityConstraints>{coded('classification', 'MD_ClassificationCode', classification)}</MD_SecurityConstraints></resourceConstraints>"
    open_licence = f"<resourceConstraints><MD_LegalConstraints>{coded('accessConstraints', 'MD_RestrictionCode', 'otherRestrictions')}<otherConstraints><Anchor href='http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations'>none</Anchor></otherConstraints></MD_LegalConstraints></resourceConstraints>"
    fields = mapped(secret + open_licence, {"defaults": {"sensitivity_level": "low"}}).record.fields
    assert fields["access_rights"] == right
    assert fields["sensitivity_level"] == (level or "low")


def test_licences_are_found_in_anchors_and_texts(mapped):
    terms = f"<resourceConstraints><MD_LegalConstraints>{string('useLimitation', 'See https://creativecommons.org/licenses/by/4.0/ for the terms.')}</MD_LegalConstraints></resourceConstraints>"
    result = mapped(terms)
    assert {row["license"] for row in result.record.resources} == {"CC-BY-4.0"}
    assert "access_rights" not in result.record.fields


def test_a_record_that_identifies_nothing_is_named(config):
    with pytest.raises(MappingError):
        iso.interpret(RawRecord(RemoteRef("x"), "iso", b"<MD_Metadata/>"), config("csw"))


def test_an_empty_identification_is_mapped_to_next_to_nothing(mapped):
    fields = mapped(identification="").record.fields
    assert fields["identifier"] == "rec-1"
    assert "title_translated" not in fields
