"""DDI Codebook → records (section E of the threat model, crosswalk of the profile)."""

# ruff: noqa: E501 - a codebook reads best as it is written

from __future__ import annotations

import pytest

from migration_harvesters import xml, xml_formats
from migration_harvesters.errors import MappingError
from migration_harvesters.mappers import ddi
from migration_harvesters.records import RawRecord, RemoteRef

STUDY = """
<citation>
 <titlStmt><titl>Survey of refugees</titl><parTitl xml:lang="fr">Enquête sur les réfugiés</parTitl><altTitl>SoR</altTitl>
  <IDNo agency="Archive">SN-1</IDNo><IDNo agency="DOI">doi:10.5072/SN-1</IDNo></titlStmt>
 <rspStmt><AuthEnty xml:lang="en">Statistics Unit</AuthEnty><AuthEnty xml:lang="fr">Unité de statistique</AuthEnty></rspStmt>
 <prodStmt><producer>Agency</producer><fundAg>Fund</fundAg>
  <copyright>Under Creative Commons, see https://creativecommons.org/licenses/by/4.0/</copyright></prodStmt>
 <distStmt><distrbtr URI="https://archive.example/">Archive</distrbtr>
  <contact affiliation="Data team" email="data@archive.example">Jane Doe</contact><distDate date="2021-02-03"/></distStmt>
 <serStmt><serName>Household surveys [hh]</serName></serStmt>
 <verStmt><version date="2021-01-01">1.1</version></verStmt>
 <holdings URI="https://archive.example/SN-1"/>
</citation>
<stdyInfo>
 <subject><keyword>refugees</keyword><keyword>1999</keyword><topcClas>Remittances</topcClas></subject>
 <abstract><p>One <strong>bold</strong> word.</p><p>Two.</p></abstract>
 <sumDscr>
  <collDate event="start" date="2019-05-11"/><collDate event="end" date="2019-05-29"/>
  <timePrd>2018 - 2019</timePrd>
  <nation abbr="KEN">Kenya</nation><geogCover>Dadaab</geogCover><geogCover>MA</geogCover>
  <geoBndBox><westBL>40</westBL><eastBL>41</eastBL><southBL>-1</southBL><northBL>1</northBL></geoBndBox>
  <anlyUnit>Foyer<concept>Household</concept></anlyUnit><anlyUnit>Individuals</anlyUnit>
  <universe>All people in camps.</universe><dataKind>Sample survey data [ssd]</dataKind>
 </sumDscr>
</stdyInfo>
<method><dataColl><sampProc>At random.</sampProc><collMode>Telephone interview</collMode></dataColl>
 <anlyInfo><respRate>80 %</respRate></anlyInfo></method>
<dataAccs><useStmt>{use}</useStmt></dataAccs>
"""
REST = """
<fileDscr URI="https://archive.example/files/1"><fileTxt><fileName>people.sav</fileName></fileTxt></fileDscr>
<dataDscr>
 <var name="q1"><labl>Sex</labl><sumStat type="vald">3</sumStat><catgry><catValu>1</catValu><labl>Male</labl><catStat type="freq">2</catStat></catgry></var>
 <var name="q2"><labl>Country of birth</labl></var><var name="q3"><labl>Name of head</labl></var>
</dataDscr>
<otherMat URI="https://archive.example/q.pdf"><labl>Questionnaire</labl></otherMat>
"""


@pytest.fixture
def mapped(config):
    def run(use="", rest=REST, study=None, **options):
        described = f"<stdyDscr>{(STUDY if study is None else study).format(use=use)}</stdyDscr>"
        body = f'<codeBook xmlns="ddi:codebook:2_5">{described}{rest}</codeBook>'.encode()
        ref = RemoteRef("oai:x:1", None, None)
        return ddi.interpret(RawRecord(ref, "ddi", body), config("oai_pmh", **options))

    return run


def test_a_study_finds_its_places(mapped):
    result = mapped()
    fields = result.record.fields
    assert fields["title_translated"] == {"en": "Survey of refugees", "fr": "Enquête sur les réfugiés"}
    assert fields["alternative_title"] == ["SoR"]
    assert fields["notes_translated"] == {"en": "One bold word.\n\nTwo."}
    assert fields["identifier"] == "10.5072/SN-1"
    assert fields["alternate_identifier"] == [{"notation": "SN-1", "agency": "Archive"}]
    assert fields["publisher"] == [{"name": "Archive", "uri": "https://archive.example/"}]
    assert fields["creator"] == [{"name": "Statistics Unit"}]
    assert {"name": "Fund", "role": "funder"} in fields["qualified_attribution"]
    assert fields["contact"] == [{"email": "data@archive.example", "name": "Data team"}]
    assert fields["url"] == "https://archive.example/SN-1"
    assert fields["issued"] == "2021-02-03"
    assert fields["version"] == "1.1"
    assert fields["in_series"] == [{"title": "Household surveys [hh]"}]
    assert fields["spatial_coverage"] == ["KEN"]
    assert fields["places"] == [{"box": "40 -1 41 1"}, {"name": "Dadaab"}, {"name": "MA"}]
    assert fields["temporal_coverage"] == [{"start": "2018", "end": "2019"}]
    assert (fields["collection_start"], fields["collection_end"]) == ("2019-05-11", "2019-05-29")
    assert fields["unit_of_analysis"] == ["household", "individual"]
    assert fields["collection_method"] == ["household-survey", "phone-web-survey"]
    assert fields["statistic_type"] == ["microdata"]
    assert fields["migration_theme"] == ["refugees-asylum", "remittances"]
    assert fields["disaggregation"] == ["sex", "country-of-birth"]
    assert fields["population_coverage_translated"] == {"en": "All people in camps."}
    assert fields["sampling_translated"] == {"en": "At random."}
    assert fields["quality_note_translated"] == {"en": "80 %"}
    assert "access_rights" not in fields
    assert {note.field for note in result.notes} >= {"collection_method", "statistic_type", "disaggregation"}
    assert result.record.resources == (
        {
            "url": "https://archive.example/files/1",
            "name": "people.sav",
            "format": "SPSS",
            "license": "CC-BY-4.0",
        },
        {
            "url": "https://archive.example/q.pdf",
            "name": "Questionnaire",
            "format": "PDF",
            "license": "CC-BY-4.0",
        },
    )


def test_cs07_the_person_behind_a_mailbox_is_not_named(mapped):
    assert "Jane" not in str(mapped().record)


@pytest.mark.parametrize(
    ("use", "right", "mode"),
    [
        ("<restrctn>Licensed</restrctn>", "RESTRICTED", "licensed"),
        ("<conditions>remote</conditions>", "RESTRICTED", None),
        ("<confDec>No attempt will be made to identify anybody.</confDec>", "RESTRICTED", None),
        ("<restrctn>Open</restrctn><specPerm>Enclave</specPerm>", "RESTRICTED", "enclave"),
        ("<restrctn>Open</restrctn>", "PUBLIC", "open"),
        ("<conditions>CC BY 4.0</conditions>", None, None),
    ],
)
def test_dd02_data_are_never_more_open_than_the_archive_says(mapped, use, right, mode):
    fields = mapped(use).record.fields
    assert (fields.get("access_rights"), fields.get("access_mode")) == (right, mode)
    assert ("access_procedure_translated" in fields) is (right == "RESTRICTED")


def test_dd02_statistics_of_variables_are_not_kept():
    root = xml.parse(f'<codeBook xmlns="ddi:codebook:2_5">{REST}</codeBook>'.encode())
    xml_formats.without_statistics("ddi", root)
    body = xml.canonical(root)
    assert b"catStat" not in body
    assert b"sumStat" not in body
    assert b"<catValu>1</catValu>" in body


def test_a_codebook_without_a_study_is_named(mapped, config):
    raw = RawRecord(RemoteRef("x"), "ddi", b"<codeBook><docDscr/></codeBook>")
    with pytest.raises(MappingError):
        ddi.interpret(raw, config("oai_pmh"))


def test_an_empty_study_is_mapped_to_next_to_nothing(mapped):
    fields = mapped(study="", rest="").record.fields
    assert fields == {"identifier": "oai:x:1"}
