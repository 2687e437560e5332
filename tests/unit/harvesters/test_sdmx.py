"""SDMX registries (SD cases of section E of the threat model) and the crosswalk of dataflows."""

# ruff: noqa: E501 - messages read best as they are written

from __future__ import annotations

import json

import pytest

import migration_vocabularies
from migration_harvesters import sdmx_model, sdmx_replies
from migration_harvesters.errors import PartnerConfigError, SourceRefused, SourceUnavailable
from migration_harvesters.mappers import sdmx
from migration_harvesters.records import RawRecord, RemoteRef
from migration_harvesters.replies import Reply
from migration_harvesters.sources.sdmx import SdmxSource, service_address

URL = "https://sdmx.example/rest"
URN = "urn:sdmx:org.sdmx.infomodel"
NOTHING = '<Error><ErrorMessage code="100"><Text>No results found</Text></ErrorMessage></Error>'


def message(inner):
    return f"<Structure><Header/><Structures>{inner}</Structures></Structure>"


def flow(name, more="", version="1.0"):
    return f'<Dataflows><Dataflow agencyID="A" id="{name}" version="{version}"><Name xml:lang="en">{name}</Name><Structure><Ref agencyID="A" id="DSD" version="1.0"/></Structure>{more}</Dataflow></Dataflows>'


def flow3(name):
    return f'<Dataflows><Dataflow agencyID="A" id="{name}" version="1.0.0"><Name xml:lang="en">{name}</Name><Structure>{URN}.datastructure.DataStructure=A:DSD(1.0.0)</Structure></Dataflow></Dataflows>'


STRUCTURE_2 = """
<Codelists><Codelist agencyID="A" id="CL_AREA" version="1.0"><Code id="KE"><Name xml:lang="en">Kenya</Name></Code><Code id="UG"><Name xml:lang="en">Uganda</Name></Code><Code id="EU"><Name xml:lang="en">All members</Name></Code></Codelist>
 <Codelist agencyID="A" id="CL_FREQ" version="1.0"><Code id="A"><Name xml:lang="en">Annual</Name></Code><Code id="M"/></Codelist></Codelists>
<Concepts><ConceptScheme agencyID="A" id="CS" version="1.0"><Concept id="ORIGIN"><Name xml:lang="en">Country of origin</Name><CoreRepresentation><Enumeration><Ref agencyID="A" id="CL_AREA" version="1.0"/></Enumeration></CoreRepresentation></Concept></ConceptScheme></Concepts>
<DataStructures><DataStructure agencyID="A" id="DSD" version="1.0"><DataStructureComponents><DimensionList>
 <Dimension id="FREQ"><LocalRepresentation><Enumeration><Ref agencyID="A" id="CL_FREQ" version="1.0"/></Enumeration></LocalRepresentation></Dimension>
 <Dimension id="GEO"><LocalRepresentation><Enumeration><Ref agencyID="A" id="CL_AREA" version="1.0"/></Enumeration></LocalRepresentation></Dimension>
 <Dimension id="DIM_X"><ConceptIdentity><Ref id="ORIGIN" maintainableParentID="CS" agencyID="A"/></ConceptIdentity></Dimension>
 <Dimension id="SEX"><LocalRepresentation><Enumeration><Ref agencyID="A" id="CL_SEX" version="9"/></Enumeration></LocalRepresentation></Dimension>
 <TimeDimension id="TIME_PERIOD"/></DimensionList></DataStructureComponents></DataStructure></DataStructures>
<Constraints><ContentConstraint agencyID="A" id="C" version="1.0"><ConstraintAttachment><Dataflow><Ref agencyID="A" id="F" version="1.0"/></Dataflow></ConstraintAttachment>
 <CubeRegion include="true"><KeyValue id="GEO"><Value>KE</Value></KeyValue><KeyValue id="FREQ"><Value>A</Value></KeyValue><KeyValue id="TIME_PERIOD"><TimeRange><StartPeriod>2010-Q1</StartPeriod><EndPeriod>2023-12</EndPeriod></TimeRange></KeyValue></CubeRegion>
 <CubeRegion include="false"><KeyValue id="GEO"><Value>UG</Value></KeyValue></CubeRegion></ContentConstraint></Constraints>
<CategorySchemes><CategoryScheme agencyID="A" id="CAT" version="1.0"><Category id="TOP"><Name xml:lang="en">Population</Name><Category id="REF"><Name xml:lang="en">Refugees</Name></Category></Category></CategoryScheme></CategorySchemes>
<Categorisations><Categorisation><Source><Ref agencyID="A" id="F" version="1.0"/></Source><Target><Ref agencyID="A" maintainableParentID="CAT" id="TOP.REF"/></Target></Categorisation></Categorisations>
<OrganisationSchemes><AgencyScheme><Agency id="A"><Name xml:lang="en">Agency</Name><Contact><Email>data@agency.example</Email></Contact></Agency></AgencyScheme></OrganisationSchemes>
"""


def as_json(**more):
    """The same in SDMX-JSON."""
    self = {"rel": "self", "urn": f"{URN}.datastructure.Dataflow=A:F(1.0)"}
    area = f"{URN}.codelist.Codelist=A:CL_AREA(1.0)"
    return {
        "meta": {},
        "data": {
            "dataflows": [{"agencyID": "A", "id": "F", "version": "1.0", "names": {"en": "F"}, "structure": f"{URN}.datastructure.DataStructure=A:DSD(1.0)", "links": [self]}],
            "codelists": [{"agencyID": "A", "id": "CL_AREA", "version": "1.0", "codes": [{"id": "KE", "name": "Kenya"}, {"id": "UG", "names": {"en": "Uganda"}}, {"id": "EU", "name": "All members"}]}, {"agencyID": "A", "id": "CL_FREQ", "version": "1.0", "codes": [{"id": "A", "name": "Annual"}, {"id": "M"}]}],
            "conceptSchemes": [{"agencyID": "A", "id": "CS", "concepts": [{"id": "ORIGIN", "name": "Country of origin", "coreRepresentation": {"enumeration": area}}]}],
            "dataStructures": [{"agencyID": "A", "id": "DSD", "version": "1.0", "dataStructureComponents": {"dimensionList": {
                "dimensions": [{"id": "FREQ", "localRepresentation": {"enumeration": f"{URN}.codelist.Codelist=A:CL_FREQ(1.0)"}}, {"id": "GEO", "localRepresentation": {"enumeration": area}}, {"id": "DIM_X", "conceptIdentity": f"{URN}.conceptscheme.Concept=A:CS(1.0).ORIGIN"}, {"id": "SEX", "localRepresentation": {"enumeration": f"{URN}.codelist.Codelist=A:CL_SEX(9)"}}],
                **more}}}],
            "dataConstraints": [{"constraintAttachment": {"dataflows": [f"{URN}.datastructure.Dataflow=A:F(1.0)"]}, "cubeRegions": [{"isIncluded": True, "keyValues": [{"id": "GEO", "values": [{"value": "KE"}]}, {"id": "FREQ", "values": ["A"]}, {"id": "TIME_PERIOD", "timeRange": {"startPeriod": {"period": "2010-Q1"}, "endPeriod": {"period": "2023-12"}}}]}, {"isIncluded": False, "keyValues": [{"id": "GEO", "values": ["UG"]}]}]}],
            "categorySchemes": [{"categories": [{"id": "TOP", "name": "Population", "categories": [{"id": "REF", "name": "Refugees"}]}]}],
            "categorisations": [{"source": f"{URN}.datastructure.Dataflow=A:F(1.0)", "target": f"{URN}.categoryscheme.Category=A:CAT(1.0).TOP.REF"}],
            "agencySchemes": [{"agencies": [{"id": "A", "name": "Agency", "contacts": [{"emails": ["data@agency.example"]}]}]}],
        },
    }  # fmt: skip


@pytest.fixture
def run(recorded, read, config):
    def walk(*replies, resume=None, url=URL, **options):
        http = recorded(*replies)
        found = read(SdmxSource(config("sdmx", url, **options), http).listing(resume))
        return found, [(asked.removeprefix(URL), query) for asked, query in http.asked]

    return walk


def test_a_list_and_each_dataflow_are_read(run):
    listed = message(flow("F") + flow("G"))
    found, asked = run(listed, message(flow("F")), message(flow("G")))
    assert found.ids == [f"{URN}.datastructure.Dataflow=A:{name}(1.0)" for name in "FG"]
    assert found.listing.complete
    assert asked == [
        ("/dataflow/all/all/latest", {}),
        ("/dataflow/A/F/1.0", {"references": "all"}),
        ("/dataflow/A/G/1.0", {"references": "all"}),
    ]
    assert found.pages[1].cursor is None


def test_sd03_a_registry_of_3_0_is_found_and_asked_in_its_own_paths(run):
    gone = SourceRefused("gone", status=404)
    found, asked = run(gone, message(flow3("F")), message(flow3("F")))
    assert found.listing.complete
    assert asked[1][0] == "/structure/dataflow/*/*/~"
    assert asked[2][0] == "/structure/dataflow/A/F/1.0.0"
    assert b"/data/dataflow/A/F/1.0.0/*" in found.items[0].body


@pytest.mark.parametrize(
    "body",
    [
        "<html><body>soon</body></html>",
        "",
        "{}",
        "[]",
        '{"Dataflow": []}',
        "<rss/>",
        '{"data": {"other": []}}',
    ],
)
def test_sd03_what_is_no_structure_message_is_refused(run, body):
    found, _ = run(body or " ")
    assert found.error.code == "unexpected-content"


def test_sd01_an_error_with_status_200_is_told_with_its_meaning(run):
    found, _ = run('<Error><ErrorMessage code="150"><Text>Bad agency</Text></ErrorMessage></Error>')
    assert "150" in found.error.message
    assert "makes no sense" in found.error.message
    assert "Bad agency" in found.error.message


def test_sd01_nothing_found_is_an_empty_list(run):
    found, _ = run(NOTHING)
    assert found.listing.complete
    assert found.listing.expected == 0


@pytest.mark.parametrize("code", ["413", "500", "999"])
def test_sd01_a_footer_is_no_answer(run, code):
    found, _ = run(
        f'<GenericData><Header/><Footer><Message code="{code}"><Text>Come back later</Text></Message></Footer></GenericData>'
    )
    assert code in found.error.message
    assert "Come back later" in found.error.message


def test_sd01_an_error_with_a_status_of_its_own_is_read(run):
    refused = SourceRefused(
        "status 501",
        status=501,
        body=b'<Error><ErrorMessage code="501"><Text>all agencies</Text></ErrorMessage></Error>',
    )
    found, asked = run(refused, refused)
    assert "cannot do this" in found.error.message
    assert "agency" in found.error.remedy
    assert len(asked) == 1


def test_too_much_at_once_is_asked_for_in_a_smaller_way(run):
    found, asked = run(message(flow("F")), SourceRefused("too large", status=413), message(flow("F")))
    assert found.listing.complete
    assert asked[2] == ("/dataflow/A/F/1.0", {"references": "descendants"})


def test_a_dataflow_that_cannot_be_had_is_named_and_the_others_come(run):
    gone = SourceRefused("gone", status=404)
    found, _ = run(message(flow("F") + flow("G")), gone, gone, message(flow("G")))
    assert [code for _, code in found.failures] == ["source-refused"]
    assert len(found.items) == 1
    assert found.listing.complete


def test_a_page_in_the_place_of_a_structure_makes_the_list_doubtful(run):
    page = "<html><body>soon</body></html>"
    found, _ = run(message(flow("F") + flow("G")), message(flow("F")), page)
    assert [code for _, code in found.failures] == ["unexpected-content"]
    assert not found.listing.complete
    assert run(message(flow("F")), page)[0].error.code == "unexpected-content"


def test_a_registry_that_goes_away_ends_the_list(run):
    found, _ = run(message(flow("F") + flow("G")), message(flow("F")), SourceUnavailable("gone"))
    assert len(found.items) == 1
    assert not found.listing.complete


def test_it_goes_on_from_a_cursor_and_sees_that_the_list_moved(run):
    listed = message(flow("F") + flow("G"))
    cursor = run(listed, message(flow("F")), message(flow("G")))[0].pages[0].cursor
    turned = message(flow("G") + flow("F"))
    for same in (listed, turned):
        found, asked = run(same, message(flow("G")), resume=cursor)
        assert len(asked) == 2
        assert found.ids == [f"{URN}.datastructure.Dataflow=A:G(1.0)"]
        assert found.listing.complete
        assert found.listing.listed == 2
    found, _ = run(message(flow("F") + flow("H")), resume=cursor)
    assert found.error.code == "cursor-unknown"
    assert found.error.remedy


def test_options_choose_agency_and_dataflows(run):
    found, asked = run(
        message(flow("F") + flow("G")), message(flow("G")), agency="UN SD", flows=["G"], version="2.1"
    )
    assert asked[0][0] == "/dataflow/UN%20SD/all/latest"
    assert len(found.items) == found.listing.expected == 1
    with pytest.raises(PartnerConfigError):
        run(version="4.0")


@pytest.mark.parametrize("tail", ["", "/", "/dataflow/all/all/latest", "/structure/dataflow/*/*/~", "?x=1"])
def test_the_entry_is_found_behind_any_of_its_addresses(tail):
    assert service_address(f"{URL}{tail}") == URL


def described(body):
    known = sdmx_replies.structures(Reply(200, URL, {}, body))
    (one,) = known.flows.values()
    return sdmx_model.record(one, known, f"{URL}/data/A,F,1.0/all")


@pytest.fixture(params=["xml", "json-1.0", "json-2.0"])
def dataflow(request):
    if request.param == "xml":
        return described(message(flow("F") + STRUCTURE_2).encode())
    time = {
        "json-1.0": {"timeDimensions": [{"id": "TIME_PERIOD"}]},
        "json-2.0": {"timeDimension": {"id": "TIME_PERIOD"}},
    }
    return described(json.dumps(as_json(**time[request.param])).encode())


def test_a_dataflow_finds_its_places_whatever_its_syntax(dataflow, config):
    result = sdmx.interpret(RawRecord(RemoteRef("F"), "sdmx", dataflow), config("sdmx"))
    fields = result.record.fields
    assert fields["title_translated"] == {"en": "F"}
    assert fields["identifier"] == f"{URN}.datastructure.Dataflow=A:F(1.0)"
    assert fields["publisher"] == [{"name": "Agency"}]
    assert fields["contact"] == [{"email": "data@agency.example", "name": "Agency"}]
    assert fields["tags_translated"] == {"en": ["Refugees"]}
    assert fields["migration_theme"] == ["refugees-asylum"]
    assert fields["disaggregation"] == ["reference-area", "country-of-origin", "sex"]
    assert fields["spatial_coverage"] == ["KEN"]
    assert fields["country_of_origin"] == ["KEN", "UGA"]
    assert fields["temporal_coverage"] == [{"start": "2010", "end": "2023-12"}]
    assert fields["frequency"] == "ANNUAL"
    assert fields["statistic_type"] == ["indicator"]
    assert result.record.resources == (
        {"url": f"{URL}/data/A,F,1.0/all", "name": "Data (SDMX web service)", "format": "SDMX"},
    )
    assert ("disaggregation", "CL_SEX") in {(note.field, note.value) for note in result.notes}


def test_all_syntaxes_give_the_same_names_and_codes(config):
    one = described(message(flow("F") + STRUCTURE_2).encode())
    two = described(json.dumps(as_json(timeDimension={"id": "TIME_PERIOD"})).encode())
    assert json.loads(one)["dimensions"] == json.loads(two)["dimensions"]


def test_sd02_a_dataflow_without_its_structure_is_mapped_and_that_is_noted(config):
    result = sdmx.interpret(
        RawRecord(RemoteRef("F"), "sdmx", described(message(flow("F")).encode())), config("sdmx")
    )
    assert "disaggregation" not in result.record.fields
    assert "structure was not sent" in {note.how for note in result.notes}


def test_sd02_categories_that_name_each_other_are_read_once(run):
    circle = '<CategorySchemes><CategoryScheme id="C"><Category id="X"><Category id="X"/></Category></CategoryScheme></CategorySchemes>'
    twice = (
        "<Categorisations>"
        + 2
        * '<Categorisation><Source><Ref agencyID="A" id="F" version="1.0"/></Source><Target><Ref id="X.X.X"/></Target></Categorisation>'
        + "</Categorisations>"
    )
    found, _ = run(message(flow("F")), message(flow("F") + circle + twice))
    assert found.listing.complete


@pytest.fixture
def countries(config):
    def run(codes, available=None):
        dimension = {
            "id": "REF_AREA",
            "concept": "",
            "names": {},
            "time": False,
            "codelist": "CL",
            "available": available,
            "codes": codes,
        }
        body = sdmx_model.strict_json.canonical({"names": {"en": "T"}, "dimensions": [dimension]})
        return sdmx.interpret(RawRecord(RemoteRef("F"), "sdmx", body), config("sdmx")).record.fields.get(
            "spatial_coverage"
        )

    return run


def test_codes_count_as_countries_only_where_they_agree_with_the_names(countries):
    named = {"KE": {"en": "Kenya"}, "UG": {"en": "Uganda"}, "AF": {"en": "Afghanistan, Islamic Republic of"}}
    assert countries(named) == ["AFG", "KEN", "UGA"]
    # Here `AF` is Africa and `KE` something else: the list is the agency's own.
    assert countries({"AF": {"en": "The whole continent"}, "KE": {"en": "Uganda"}}) == ["UGA"]
    assert countries({"KE": {}, "404": {}, "_T": {}}) == ["KEN"]


def test_a_code_list_of_the_world_is_the_world_unless_a_constraint_says_more(countries):
    many = {one.code: {"en": one.labels["en"]} for one in list(migration_vocabularies.get("country"))[:80]}
    assert countries(many) == ["001"]
    assert len(countries(many, available=True)) > 60
