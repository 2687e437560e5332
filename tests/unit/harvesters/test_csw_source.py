"""Catalogues with CSW (section E of the threat model)."""

from __future__ import annotations

import pytest

import replay
from migration_harvesters import csw_requests, elements, xml
from migration_harvesters.errors import PartnerConfigError, SourceRefused
from migration_harvesters.http import Http, Limits
from migration_harvesters.records import SourceConfig
from migration_harvesters.sources import csw
from migration_harvesters.sources.csw import CswSource

URL = "https://portal.example/csw"
GMD = "http://www.isotc211.org/2005/gmd"


def capabilities(*schemas, versions=("2.0.2",)):
    values = "".join(f"<Value>{name}</Value>" for name in schemas or [GMD])
    said = "".join(f"<ServiceTypeVersion>{name}</ServiceTypeVersion>" for name in versions)
    return (
        f"<Capabilities><ServiceIdentification>{said}</ServiceIdentification><OperationsMetadata>"
        f'<Operation name="GetRecords"><DCP><HTTP><Get href="http://127.0.0.1/inner"/></HTTP></DCP>'
        f'<Parameter name="outputSchema">{values}</Parameter></Operation></OperationsMetadata></Capabilities>'
    )


def record(name, level="dataset"):
    return (
        f"<MD_Metadata><fileIdentifier><CharacterString>{name}</CharacterString></fileIdentifier>"
        f'<hierarchyLevel><MD_ScopeCode codeListValue="{level}"/></hierarchyLevel></MD_Metadata>'
    )


def page(*names, matched, following=None):
    found = "".join(name if name.startswith("<") else record(name) for name in names)
    after = "" if following is None else f' nextRecord="{following}"'
    count = f' numberOfRecordsMatched="{matched}"' if matched is not None else ""
    return f"<GetRecordsResponse><SearchResults{count}{after}>{found}</SearchResults></GetRecordsResponse>"


EXCEPTION = (
    '<ExceptionReport><Exception exceptionCode="NoApplicableCode" locator="service">'
    "<ExceptionText>Cannot write the record.</ExceptionText></Exception></ExceptionReport>"
)


@pytest.fixture
def run(recorded, read, config):
    def walk(*pages, said=None, resume=None, url=URL, **options):
        http = recorded(said or capabilities(), *pages)
        found = read(CswSource(config("csw", url, **{"rows": 2, **options}), http).listing(resume))
        return found, http.asked

    return walk


def test_pages_are_followed_to_the_end(run):
    found, asked = run(page("a", "b", matched=3, following=3), page("c", matched=3, following=0))
    assert found.ids == ["a", "b", "c"]
    assert found.listing.complete
    assert [query.get("startPosition") for _, query in asked] == [None, "1", "3"]
    assert asked[1][1]["outputSchema"] == GMD


def test_a_page_without_a_word_about_the_next_one_is_counted(run):
    found, _ = run(page("a", "b", matched=3), page("c", matched=3))
    assert found.ids == ["a", "b", "c"]
    assert found.listing.complete


@pytest.mark.parametrize(
    ("pages", "said", "stable"),
    [
        ([page("a", "b", matched=2, following=3)], "", True),
        ([page("a", "b", matched=500, following=0)], "500", True),
        ([page(matched=500, following=0)], "500", True),
        ([page(matched=500)], "500", False),
        ([page("a", "b", matched=9, following=1)], "back", False),
        ([page("a", "b", matched=9, following=3), page("a", "b", matched=9, following=5)], "again", False),
        ([page("a", "b", matched=9, following=3), page("c", matched=3, following=0)], "changed", False),
        ([page("a", "b", matched=None, following=0)], "how many", True),
    ],
    ids=["beyond-the-end", "early-end", "empty", "empty-no-next", "back", "repeated", "moving", "no-total"],
)
def test_cs01_what_pages_claim_is_bounded(run, pages, said, stable):
    found, asked = run(*pages)
    assert len(asked) == 1 + len(pages)
    assert found.error is None
    assert found.listing.complete is (not said)
    assert found.listing.stable is stable
    assert said in found.said


def test_cs02_the_record_that_the_server_stumbles_over_is_found(run):
    names = ["a", "b", "bad", "d"]

    def answer(url, query):
        first = int(query["startPosition"])
        asked = names[first - 1 : first - 1 + int(query["maxRecords"])]
        if "bad" in asked:
            return EXCEPTION
        following = first + len(asked)
        return page(*asked, matched=4, following=following if following <= 4 else 0)

    found, asked = run(*[answer] * 20, rows=4)
    assert found.ids == ["a", "b", "d"]
    assert found.failures == [(None, "partner-error")]
    assert not found.listing.complete
    assert "position 3" in found.said
    assert found.listing.listed == 4
    assert len(asked) == 6


def test_cs02_a_request_that_is_refused_altogether_is_an_error(run):
    found, asked = run(*[EXCEPTION] * 50, rows=50)
    assert isinstance(found.error, SourceRefused)
    assert "Cannot write the record" in found.error.message
    assert len(asked) < 15


def test_fi_a_catalogue_that_refuses_everything_after_its_first_page_is_left(run, monkeypatch):
    monkeypatch.setattr(csw, "LOST_IN_A_ROW", 10)
    first = page("a", "b", matched=10_000_000, following=3)
    found, asked = run(first, *[EXCEPTION] * 100)
    assert found.ids == ["a", "b"]
    assert isinstance(found.error, SourceRefused)
    assert len(asked) < 20


def test_cs03_an_exception_with_a_status_of_400_is_read(run):
    refused = SourceRefused("status 400", status=400, body=EXCEPTION.encode())
    found, _ = run(refused, refused, rows=1, said=refused)
    assert "NoApplicableCode" in found.error.message


def test_cs04_no_address_that_the_server_advertises_is_asked(run):
    _, asked = run(page("a", matched=1, following=0))
    assert {url for url, _ in asked} == {URL}


@pytest.mark.parametrize("body", ["<html><body>soon</body></html>", "", "<Other/>", "<a><b></a>"])
def test_what_is_no_catalogue_is_refused(run, body):
    assert run(said=body or " ")[0].error.code == "unexpected-content"
    assert run(body or " ")[0].error.code == "unexpected-content"


def test_the_most_telling_schema_and_the_version_are_chosen(run):
    mdb = "http://standards.iso.org/iso/19115/-3/mdb/2.0"
    _, asked = run(page("a", matched=1), said=capabilities("http://x.example/", mdb, versions=("3.0.0",)))
    assert (asked[1][1]["outputSchema"], asked[1][1]["version"]) == (mdb, "3.0.0")
    assert asked[1][1]["typeNames"] == "csw30:Record"
    _, asked = run(page("a", matched=1), said=capabilities("http://x.example/"))
    assert asked[1][1]["outputSchema"] == "http://www.opengis.net/cat/csw/2.0.2"


def test_options_are_sent_and_checked(run):
    _, asked = run(page("a", matched=1), constraint="AnyText LIKE '%migra%'", output_schema="mine")
    assert asked[1][1]["constraint"] == "AnyText LIKE '%migra%'"
    assert asked[1][1]["outputSchema"] == "mine"
    assert isinstance(run(version="9")[0].error, PartnerConfigError)


def test_a_query_in_the_address_is_kept(run):
    _, asked = run(page("a", matched=1), url=f"{URL}?map=one&request=GetCapabilities&service=CSW")
    assert all(query["map"] == "one" for _, query in asked)
    assert asked[1][1]["request"] == "GetRecords"


def test_services_are_counted_and_not_taken(run):
    pages = page("a", record("b", "service"), matched=2)
    found, _ = run(pages)
    assert found.listing.ignored == {"not-a-dataset": 1}
    assert found.listing.complete
    assert run(pages, all_types=True)[0].ids == ["a", "b"]


def test_records_without_a_name_or_in_an_unknown_format_make_the_list_doubtful(run):
    found, _ = run(page(record(""), "<DIF><x/></DIF>", matched=2))
    assert found.failures == [(None, "no-identifier")] * 2
    assert not found.listing.complete


def test_it_goes_on_from_a_cursor(run):
    found, asked = run(page("c", matched=3, following=0), resume="2 3 3")
    assert asked[1][1]["startPosition"] == "3"
    assert found.listing.complete
    assert found.listing.listed == 3


# By POST, and in DCAT


def both_ways(*ways, schemas=(GMD,)):
    inside = "".join(f'<{way} href="http://127.0.0.1/inner"/>' for way in ways)
    return capabilities(*schemas).replace('<Get href="http://127.0.0.1/inner"/>', inside)


FILTER = (
    '<Filter xmlns="http://www.opengis.net/ogc">\n<PropertyIsLike wildCard="%" singleChar="_" '
    'escapeChar="\\"><PropertyName>AnyText</PropertyName><Literal>a &amp; b</Literal></PropertyIsLike>'
    "</Filter>"
)


class Catalogue:
    """A catalogue over real HTTP that does not answer GetRecords by GET."""

    def __init__(self, status=405, said=None, names="abc"):
        self.status, self.said, self.names, self.bodies = status, said or both_ways("Get", "Post"), names, []

    def __call__(self, _path, query):
        if query.get("request") == "GetCapabilities":
            return replay.Answer(self.said.encode(), "application/xml")
        if "body" not in query:
            return replay.Answer(b"<html>no</html>", "text/html", self.status)
        self.bodies.append(query["body"])
        root = xml.parse(query["body"].encode())
        start, most = int(root.get("startPosition")), int(root.get("maxRecords"))
        found = self.names[start - 1 : start - 1 + most]
        after = start + len(found)
        body = page(*found, matched=len(self.names), following=after if after <= len(self.names) else 0)
        return replay.Answer(body.encode(), "application/xml")


@pytest.fixture
def over_http(read):
    def walk(catalogue, **options):
        http = Http(allow_private=True, limits=Limits(gap=0, attempts=1))
        with replay.serving(catalogue) as portal:
            config = SourceConfig(
                url=f"{portal.url}/csw?map=one", protocol="csw", options={"rows": 2, **options}
            )
            return read(CswSource(config, http).listing()), portal.asked

    return walk


@pytest.mark.parametrize("status", [200, 400, 405])
def test_a_catalogue_that_refuses_get_is_asked_by_post(over_http, status):
    catalogue = Catalogue(status)
    found, asked = over_http(catalogue, constraint="Title LIKE '%a<b%'")
    assert found.ids == ["a", "b", "c"]
    assert found.listing.complete
    # one question by GET, then all by POST, and the query of the address is kept
    assert len(asked) == 4
    assert all("map=one" in path for _, path in asked)
    root = xml.parse(catalogue.bodies[0].encode())
    assert root.get("outputSchema") == GMD
    assert elements.word(root, "Query/Constraint/CqlText") == "Title LIKE '%a<b%'"


@pytest.mark.parametrize(
    ("said", "options"), [(both_ways("Post"), {}), (both_ways("Get", "Post"), {"method": "POST"})]
)
def test_where_post_is_the_way_get_is_not_tried(over_http, said, options):
    found, asked = over_http(Catalogue(said=said), **options)
    assert found.ids == ["a", "b", "c"]
    assert len(asked) == 3


def test_where_get_is_agreed_post_is_not_tried(over_http):
    found, asked = over_http(Catalogue(), method="GET")
    assert found.error.status == 405
    assert len(asked) == 2


@pytest.mark.parametrize("version", ["2.0.2", "3.0.0"])
def test_a_filter_in_xml_is_sent_as_it_is_written(over_http, version):
    catalogue = Catalogue()
    found, _ = over_http(catalogue, filter=FILTER.split("\n"), version=version)
    assert found.ids == ["a", "b", "c"]
    root = xml.parse(catalogue.bodies[0].encode())
    assert elements.namespace(root) == csw_requests.CORE[version]
    assert root.get("version") == version
    assert elements.word(root, "Query/Constraint/Filter/PropertyIsLike/Literal") == "a & b"


@pytest.mark.parametrize("wrong", ["<Filter>", "<Other/>", "AnyText LIKE '%x%'", "<!DOCTYPE a><Filter/>"])
def test_what_is_no_filter_is_said_before_anything_is_read(run, wrong):
    assert isinstance(run(filter=[wrong])[0].error, PartnerConfigError)


DCAT_SCHEMA = "http://www.w3.org/ns/dcat#"


def in_dcat(name, kind="Dataset", wrap=True):
    inner = (
        f'<dcat:{kind} xmlns:dcat="{DCAT_SCHEMA}" xmlns:dct="http://purl.org/dc/terms/" '
        f'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="https://portal.example/{name}">'
        f"<dct:title>{name}</dct:title></dcat:{kind}>"
    )
    return (
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{inner}</rdf:RDF>'
        if wrap
        else inner
    )


@pytest.mark.parametrize("wrap", [True, False])
def test_dcat_is_read_where_it_is_offered_and_iso_is_not(run, wrap):
    records = [in_dcat("a", wrap=wrap), in_dcat("b", wrap=wrap), in_dcat("s", "DataService", wrap=wrap)]
    found, asked = run(page(*records, matched=3, following=0), said=capabilities(DCAT_SCHEMA), rows=5)
    assert asked[1][1]["outputSchema"] == DCAT_SCHEMA
    assert found.ids == ["https://portal.example/a", "https://portal.example/b"]
    assert {item.format for item in found.items} == {"dcat"}
    assert found.listing.ignored == {"not-a-dataset": 1}
    assert found.listing.complete


def test_a_service_beside_its_dataset_is_no_record_that_is_counted(run):
    both = in_dcat("a").replace("</rdf:RDF>", in_dcat("s1", "DataService", wrap=False) + "</rdf:RDF>")
    found, _ = run(page(both, matched=2, following=0), output_schema=DCAT_SCHEMA)
    assert found.listing.listed == 1
    assert not found.listing.complete


def test_names_in_rdf_without_a_beginning_belong_to_the_catalogue(run):
    relative = in_dcat("a").replace("https://portal.example/a", "/dataset/a")
    found, _ = run(page(relative, matched=1, following=0), output_schema=DCAT_SCHEMA)
    assert found.ids == ["https://portal.example/dataset/a"]


def test_a_record_in_rdf_that_cannot_be_read_costs_only_itself(run):
    bad = in_dcat("bad").replace('rdf:about="https://portal.example/bad"', 'rdf:about="x" rdf:ID="1 2"')
    found, _ = run(page(in_dcat("a"), bad, matched=2, following=0), output_schema=DCAT_SCHEMA)
    assert found.ids == ["https://portal.example/a"]
    assert len(found.failures) == 1
    assert not found.listing.complete
