"""Dublin Core and DataCite → records (crosswalk of the profile)."""

# ruff: noqa: E501 - tables of cases read best one case a line

from __future__ import annotations

import pytest

from migration_harvesters.mappers import datacite_xml, dublin_core
from migration_harvesters.records import RawRecord, RemoteRef

DC = '<dc xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'


@pytest.fixture
def core(config):
    def run(inner, **options):
        raw = RawRecord(RemoteRef("oai:x:1"), "dublin-core", f"{DC}{inner}</dc>".encode())
        return dublin_core.interpret(raw, config("oai_pmh", **options))

    return run


@pytest.fixture
def datacite(config):
    def run(inner, **options):
        body = f'<resource xmlns="http://datacite.org/schema/kernel-4">{inner}</resource>'
        raw = RawRecord(RemoteRef("oai:x:1"), "datacite-xml", body.encode())
        return datacite_xml.interpret(raw, config("oai_pmh", **options))

    return run


def test_dublin_core_says_what_its_elements_are_by_their_form(core):
    record = core(
        "<dc:title xml:lang='eng'>Refugees</dc:title><dc:title xml:lang='fre'>Réfugiés</dc:title>"
        "<dc:creator>Unit of Statistics</dc:creator><dc:publisher>Agency</dc:publisher>"
        "<dc:subject xml:lang='en'>refugees; remittances</dc:subject>"
        "<dc:description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</dc:description>"
        "<dc:coverage>Kenya</dc:coverage><dc:coverage>Nairobi slums</dc:coverage>"
        "<dc:coverage>2019/2021</dc:coverage><dc:date>2022-03</dc:date><dc:date>2021</dc:date>"
        "<dc:identifier>https://doi.org/10.1234/AB.1</dc:identifier>"
        "<dc:identifier>https://portal.example/files/a.xlsx</dc:identifier>"
        "<dc:rights>info:eu-repo/semantics/restrictedAccess</dc:rights>"
        "<dc:rights>https://creativecommons.org/licenses/by/4.0/legalcode</dc:rights>"
    ).record
    fields = record.fields
    assert fields["title_translated"] == {"en": "Refugees", "fr": "Réfugiés"}
    assert fields["notes_translated"] == {"en": "One\n\nTwo"}
    assert fields["identifier"] == "10.1234/AB.1"
    assert fields["url"] == "https://doi.org/10.1234/AB.1"
    assert fields["publisher"] == [{"name": "Agency"}]
    assert fields["creator"] == [{"name": "Unit of Statistics"}]
    assert fields["spatial_coverage"] == ["KEN"]
    assert fields["places"] == [{"name": "Nairobi slums"}]
    assert fields["temporal_coverage"] == [{"start": "2019", "end": "2021"}]
    assert fields["issued"] == "2021"
    assert set(fields["migration_theme"]) == {"refugees-asylum", "remittances"}
    assert (fields["access_rights"], fields["access_url"]) == ("RESTRICTED", "https://doi.org/10.1234/AB.1")
    assert record.resources == (
        {
            "url": "https://portal.example/files/a.xlsx",
            "download_url": "https://portal.example/files/a.xlsx",
            "format": "XLSX",
            "license": "CC-BY-4.0",
        },
    )


def test_text_that_was_escaped_twice_becomes_text(core):
    found = core("<dc:description>&amp;lt;h3&amp;gt;Head&amp;lt;/h3&amp;gt; body</dc:description>")
    assert found.record.fields["notes_translated"] == {"en": "Head\n\nbody"}


def test_xs01_an_address_that_is_none_is_no_link(core):
    record = core("<dc:identifier>javascript:alert(1)</dc:identifier><dc:title>T</dc:title>").record
    assert "url" not in record.fields
    assert record.fields["identifier"] == "oai:x:1"
    assert not record.resources


def test_the_only_language_said_is_that_of_the_texts(core):
    assert core("<dc:title>T</dc:title><dc:language>fin</dc:language>").record.title("fi") == "T"
    assert (
        core("<dc:title>T</dc:title><dc:language>fin</dc:language>", language="sv").record.title("sv") == "T"
    )


FULL = """
<identifier identifierType="DOI">10.5072/example</identifier>
<creators><creator><creatorName nameType="Organizational">Agency</creatorName>
 <nameIdentifier nameIdentifierScheme="ROR">https://ror.org/01qat3289</nameIdentifier></creator></creators>
<titles><title xml:lang="en">Asylum seekers</title><title xml:lang="fr" titleType="TranslatedTitle">Asile</title>
 <title titleType="AlternativeTitle">AS</title></titles>
<publisher>Data Service</publisher><publicationYear>2021</publicationYear>
<resourceType resourceTypeGeneral="Dataset">Survey</resourceType>
<subjects><subject xml:lang="en">asylum seekers</subject></subjects>
<contributors><contributor contributorType="DataCollector"><contributorName>Field team</contributorName></contributor>
 <contributor contributorType="Other"><contributorName>Someone</contributorName></contributor></contributors>
<dates><date dateType="Issued">2021-05-06</date><date dateType="Updated">2022-01-01</date>
 <date dateType="Collected">2019-01/2019-06</date></dates>
<language>en</language>
<alternateIdentifiers><alternateIdentifier alternateIdentifierType="local">A-1</alternateIdentifier></alternateIdentifiers>
<relatedIdentifiers>
 <relatedIdentifier relatedIdentifierType="DOI" relationType="IsCitedBy">10.5072/paper</relatedIdentifier>
 <relatedIdentifier relatedIdentifierType="URL" relationType="IsDocumentedBy">https://x.example/code.pdf</relatedIdentifier>
 <relatedIdentifier relatedIdentifierType="URL" relationType="Cites">https://x.example/other</relatedIdentifier>
</relatedIdentifiers>
<version>2.0</version>
<rightsList><rights rightsURI="info:eu-repo/semantics/closedAccess"/>
 <rights rightsURI="https://creativecommons.org/publicdomain/zero/1.0/">CC0</rights></rightsList>
<descriptions><description descriptionType="Abstract" xml:lang="en">About.</description>
 <description descriptionType="Methods">How.</description></descriptions>
<geoLocations><geoLocation><geoLocationPlace>Uganda</geoLocationPlace></geoLocation>
 <geoLocation><geoLocationPlace>Fiji sea</geoLocationPlace><geoLocationBox>
  <westBoundLongitude>177</westBoundLongitude><eastBoundLongitude>-178</eastBoundLongitude>
  <southBoundLatitude>-20</southBoundLatitude><northBoundLatitude>-15</northBoundLatitude></geoLocationBox></geoLocation>
</geoLocations>
<fundingReferences><fundingReference><funderName>Fund</funderName></fundingReference></fundingReferences>
"""


def test_datacite_fields_find_their_places(datacite):
    fields = datacite(FULL).record.fields
    assert fields["title_translated"] == {"en": "Asylum seekers", "fr": "Asile"}
    assert fields["alternative_title"] == ["AS"]
    assert fields["notes_translated"] == {"en": "About."}
    assert fields["provenance_translated"] == {"en": "How."}
    assert fields["identifier"] == "10.5072/example"
    assert fields["alternate_identifier"] == [{"notation": "A-1", "agency": "local"}]
    assert fields["url"] == "https://doi.org/10.5072/example"
    assert fields["publisher"] == [{"name": "Data Service"}]
    assert fields["creator"] == [{"name": "Agency", "uri": "https://ror.org/01qat3289"}]
    assert fields["qualified_attribution"] == [
        {"name": "Field team", "role": "collector"},
        {"name": "Fund", "role": "funder"},
    ]
    assert (fields["issued"], fields["modified"]) == ("2021-05-06", "2022-01-01")
    assert fields["temporal_coverage"] == [{"start": "2019-01", "end": "2019-06"}]
    assert fields["spatial_coverage"] == ["UGA"]
    assert fields["places"] == [
        {"name": "Fiji sea", "box": "177 -20 180 -15"},
        {"name": "Fiji sea", "box": "-180 -20 -178 -15"},
    ]
    assert fields["is_referenced_by"] == ["https://doi.org/10.5072/paper"]
    assert fields["documentation"] == ["https://x.example/code.pdf"]
    assert (fields["access_rights"], fields["access_mode"]) == ("NON_PUBLIC", "metadata-only")
    assert "refugees-asylum" in fields["migration_theme"]
    assert "asylum-seekers" in fields["population_group"]


def test_an_old_kernel_with_a_box_of_four_numbers(datacite):
    fields = datacite(
        "<titles><title>T</title></titles><geoLocations><geoLocation>"
        "<geoLocationBox>-20 30 10 40</geoLocationBox></geoLocation></geoLocations>"
    ).record.fields
    assert fields["places"] == [{"box": "30 -20 40 10"}]
