"""Reading DCAT catalogues: paging, names of datasets, and what proves a whole list (section D of the threat model)."""

# ruff: noqa: E501 - tables of cases read best one case a line

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from migration_harvesters import closures, sniffing
from migration_harvesters.errors import HarvestError, SourceRefused, SourceUnavailable
from migration_harvesters.sources.dcat import DcatSource

HOME = "https://portal.example/catalog"
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
"""


def page(*numbers, more=""):
    datasets = "".join(f'<{HOME}/{number}> a dcat:Dataset ; dct:title "T{number}" .\n' for number in numbers)
    return f"{PREFIXES}<{HOME}> a dcat:Catalog .\n{datasets}{more}"


def following(address, term="next"):
    return f"<{HOME}?view> hydra:{term} {address} .\n"


@pytest.fixture
def source(config, recorded, read):
    def run(*replies, default=None, resume=None, url=HOME):
        http = recorded(*replies, default=default)
        reading = read(DcatSource(config("dcat", url), http).listing(resume))
        reading.asked = [address for address, _ in http.asked]
        return reading

    return run


@pytest.mark.parametrize("term", ["next", "nextPage"])
@pytest.mark.parametrize(
    "address",
    [
        f"<{HOME}?page=2>",
        f'"{HOME}?page=2"',
        '"?page=2"',
        '"/catalog?page=2"',
        '"http://portal.example/catalog?page=2"',
    ],
)
def test_the_next_page_is_followed_however_it_is_written(source, term, address):
    reading = source(page(1, more=following(address, term)), page(2))
    assert reading.asked == [HOME, f"{HOME}?page=2"]
    assert reading.ids == [f"{HOME}/1", f"{HOME}/2"]
    assert reading.listing.complete


def test_the_link_header_leads_on_too(source):
    link = {"link": '<https://portal.example/x>; rel="prev", <?page=2>; title="a"; rel="next"'}
    reading = source((page(1), link), page(2))
    assert reading.asked[1] == f"{HOME}?page=2"
    assert reading.listing.complete


@pytest.mark.parametrize(
    "address",
    ['"/etc/hostname"', "<file:///etc/hostname>", '"http://127.0.0.1/x"', '"https://other.example/catalog"', '"javascript:1"',
     '"https://portal.example:8443/catalog"', '"ftp://portal.example/x"', '"https://user:pw@portal.example/x"'],
)  # fmt: skip
def test_rd03_a_next_page_elsewhere_is_not_followed_and_the_list_not_whole(source, address):
    reading = source(page(1, more=following(address)), page(2), url="https://portal.example/a/catalog")
    asked = [one for one in reading.asked if not one.startswith("https://portal.example/")]
    assert not asked
    if address == '"/etc/hostname"':
        # A path is an address on the same host, and nothing but that.
        assert reading.asked[1] == "https://portal.example/etc/hostname"
        return
    assert len(reading.asked) == 1
    assert not reading.listing.complete
    assert reading.listing.problems[0].code == "next-page-refused"


def test_rd03_a_page_that_leads_to_itself_is_named(source):
    reading = source(default=page(1, more=following(f"<{HOME}>")))
    assert len(reading.asked) == 1
    assert not reading.listing.stable
    assert HOME in reading.said


def test_rd03_a_circle_of_pages_is_named(source):
    pages = {
        HOME: page(1, more=following('"?b"')),
        f"{HOME}?b": page(2, more=following('"?c"')),
        f"{HOME}?c": page(3, more=following('"?b"')),
    }
    reading = source(default=lambda url, _: pages[url])
    assert reading.ids == [f"{HOME}/{number}" for number in (1, 2, 3)]
    assert len(reading.asked) == 3
    assert f"{HOME}?b" in reading.said


def test_rd03_a_server_that_sends_one_page_under_many_addresses_is_noticed(source):
    def endless(url, _):
        number = int(url.partition("=")[2] or 1) + 1
        return page(1, 2, more=following(f'"?page={number}"'))

    reading = source(default=endless)
    assert len(reading.asked) == 2
    assert not reading.listing.complete


def test_failure_3_links_that_name_an_inner_host_are_named(source):
    reading = source(page(1, more=following("<http://inner:5000/catalog?page=2>")))
    assert "inner" in reading.said
    assert not reading.listing.complete


def test_a_total_that_is_not_reached_proves_nothing(source):
    reading = source(page(1, 2, more=f"<{HOME}> hydra:totalItems 5 ."))
    assert reading.listing.expected == 5
    assert not reading.listing.complete
    assert "speaks of 5 records, but lists 2" in reading.said


def test_a_total_that_changes_proves_nothing(source):
    first = page(1, more=following('"?page=2"') + f"<{HOME}> hydra:totalItems 2 .")
    reading = source(first, page(2, 3, more=f"<{HOME}> hydra:totalItems 3 ."))
    assert not reading.listing.stable


def test_a_last_page_that_is_not_reached_is_noticed(source):
    reading = source(
        page(1, more=f'<{HOME}?page=1> hydra:firstPage "{HOME}?page=1" ; hydra:lastPage "{HOME}?page=9" .')
    )
    assert not reading.listing.complete


def test_rd04_a_catalogue_without_datasets_is_whole_and_empty(source):
    reading = source(f"{PREFIXES}<{HOME}> a dcat:Catalog .")
    assert reading.listing.complete
    assert reading.listing.listed == 0


@pytest.mark.parametrize(
    "body",
    ['{"dataset": []}', '{"error": "maintenance"}', "[]", "<a> <b> <c> .", '{"@context": {}, "@graph": []}',
     "<html><body>back soon</body></html>", "<?xml version='1.0'?><html><p>back soon</p></html>", "", "plain words", "id,title\n1,x\n"],
)  # fmt: skip
def test_rd04_what_is_no_catalogue_is_an_error_and_never_an_empty_list(source, body):
    reading = source(body)
    assert isinstance(reading.error, SourceRefused)
    assert not reading.listing.complete


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "file:///etc/hostname">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&x;</rdf:RDF>',
        '{"@context": "http://canary.example/context", "@type": "Dataset"}',
        '{"@context": "file:///etc/hostname", "@type": "Dataset"}',
        f"{PREFIXES}<x> a dcat:Dataset ; dct:title ",
    ],
    ids=["xm01", "rd01", "rd02", "cut"],
)
def test_xm01_rd01_rd02_dangerous_or_broken_pages_are_refused(source, body):
    reading = source(body)
    assert reading.error.code == "catalogue-unreadable"
    assert "root:" not in f"{reading.error} {reading.error.detail}"


def test_an_error_in_the_middle_is_raised_and_the_cursor_before_it_goes_on(source):
    broken = source(page(1, more=following('"?page=2"')), SourceUnavailable("gone"))
    assert isinstance(broken.error, SourceUnavailable)
    assert not broken.listing.complete
    rest = source(page(2), resume=broken.pages[-1].cursor)
    assert rest.asked == [f"{HOME}?page=2"]
    assert rest.listing.complete
    assert rest.listing.listed == 2


def test_a_foreign_cursor_is_refused(source):
    assert isinstance(source(resume="x").error, HarvestError)


def test_a_cursor_leads_to_no_other_host(source):
    assert isinstance(source(resume="0 - https://other.example/").error, HarvestError)


# Which records there are


def test_listed_but_not_described_is_a_named_failure(source):
    reading = source(page(1, more=f"<{HOME}> dcat:dataset <{HOME}/1>, <{HOME}/9> ."))
    assert reading.ids == [f"{HOME}/1"]
    assert reading.failures == [(f"{HOME}/9", "record-missing")]


def test_listed_on_one_page_and_described_on_the_next_is_no_failure(source):
    first = page(1, more=following('"?page=2"') + f"<{HOME}> dcat:dataset <{HOME}/2> .")
    reading = source(first, page(2))
    assert reading.failures == []
    assert reading.pages[0].cursor is None


def test_described_without_a_type_is_a_dataset_if_it_is_listed(source):
    reading = source(f'{PREFIXES}<{HOME}> dcat:dataset <{HOME}/1> . <{HOME}/1> dct:title "T" .')
    assert reading.ids == [f"{HOME}/1"]
    assert b"ns/dcat#Dataset>" in reading.items[0].body


def test_series_and_catalogue_records_are_no_datasets(source):
    more = f'<{HOME}/s> a dcat:DatasetSeries ; dct:title "S" . <{HOME}/r> a dcat:CatalogRecord ; <http://xmlns.com/foaf/0.1/primaryTopic> <{HOME}/1> .'
    reading = source(page(1, more=more))
    assert reading.ids == [f"{HOME}/1"]
    assert reading.listing.ignored == {"not-a-dataset": 1}


def test_js09_of_two_different_records_with_one_name_the_first_wins(source):
    reading = source(
        page(1, more=following('"?page=2"')), page(2, more=f'<{HOME}/1> a dcat:Dataset ; dct:title "other" .')
    )
    assert reading.ids == [f"{HOME}/1", f"{HOME}/2"]
    assert reading.failures == [(f"{HOME}/1", "duplicate-identifier")]


def test_rd05_a_dataset_without_a_name_has_that_of_its_identifier(source):
    reading = source(
        f'{PREFIXES}<{HOME}> a dcat:Catalog . [] a dcat:Dataset ; dct:title "T" ; dct:identifier "abc-1" .'
    )
    assert reading.ids == ["abc-1"]


def test_rd05_without_any_identifier_the_content_is_the_name(source):
    one = '[] a dcat:Dataset ; dct:title "T" ; dct:publisher [ dct:title "P" ] .'
    two = '[] a dcat:Dataset ; dct:title "U" .'
    first = source(f"{PREFIXES}{one}\n{two}")
    second = source(f"{PREFIXES}{two}\n{one}")
    assert first.ids == second.ids
    assert all(name.startswith("content:") for name in first.ids)
    assert {item.body for item in first.items} == {item.body for item in second.items}


def test_rd05_circles_of_nameless_nodes_have_stable_names_too(source):
    turns = [
        "_:a dct:relation _:b . _:b dct:relation _:c . _:c dct:relation _:a .",
        "_:x dct:relation _:z . _:z dct:relation _:y . _:y dct:relation _:x .",
    ]
    bodies = [
        source(page(1, more=f"<{HOME}/1> dct:relation _:{start} . {turn}")).items[0].body
        for start, turn in zip("ax", turns, strict=True)
    ]
    assert bodies[0] == bodies[1]


def test_stand_in_addresses_of_nameless_nodes_do_not_count_as_names(source):
    def body(number):
        node = f"<https://portal.example/.well-known/genid/{number}>"
        return page(1, more=f'<{HOME}/1> dct:publisher {node} . {node} dct:title "P" .')

    assert source(body(1)).items[0].body == source(body(2)).items[0].body


def test_rd06_wrong_addresses_language_tags_and_control_characters_are_kept_harmless(source):
    body = '{"@context": {"dct": "http://purl.org/dc/terms/", "dcat": "http://www.w3.org/ns/dcat#"}, "@id": "https://portal.example/1", "@type": "dcat:Dataset", "dct:title": "a\\u0000\\u0007b", "dct:relation": {"@id": "https://x.example/a b<c>"}}'
    reading = source(body)
    assert reading.error is None
    text = reading.items[0].body.decode()
    assert '"ab"' in text
    assert "a%20b%3Cc%3E" in text


def test_rd08_a_record_without_end_fails_alone(source, monkeypatch):
    monkeypatch.setattr(closures, "MAX_TRIPLES", 50)
    many = " ".join(f'<{HOME}/1> dcat:keyword "k{number}" .' for number in range(60))
    reading = source(page(1, 2, more=many))
    assert reading.ids == [f"{HOME}/2"]
    assert reading.failures == [(f"{HOME}/1", "record-too-large")]


def test_a_record_does_not_contain_the_next_one(source):
    more = f'<{HOME}/1> dct:relation <{HOME}/2> ; dct:publisher <{HOME}/org> . <{HOME}/org> dct:title "Org" .'
    first, second = source(page(1, 2, more=more)).items
    assert b'"Org"' in first.body
    assert b"T2" not in first.body
    assert b'"Org"' not in second.body


@pytest.mark.parametrize(
    ("body", "label", "syntax"),
    [
        ("@prefix a: <b> .", "text/html", "ttl"), ("PREFIX a: <b>", "", "ttl"), ("# note\n# more\n<a> <b> <c> .", "text/plain", "ttl"),
        ("<http://a> <http://b> <http://c> .", "application/n-triples", "nt"), ("[] a <x> .", "", "ttl"), ("_:a <b> <c> .", "", "ttl"),
        ("\ufeff<?xml version='1.0'?><rdf:RDF/>", "text/html", "xml"), ('<rdf:RDF xmlns:rdf="x">', "", "xml"), ("<!-- c --><rdf:RDF/>", "", "xml"),
        ('  {"@id": 1}', "text/html", "jsonld"), ('[{"@id": 1}]', "", "jsonld"), ("[]", "", "jsonld"),
        ("<!DOCTYPE html><html>", "text/turtle", None), ("<html lang='en'>", "application/rdf+xml", None), ("<?xml version='1.0'?><html>", "text/xml", None),
        ("words", "text/turtle", None), ("", "text/turtle", None), ("id,title\n", "text/csv", None),
    ],
)  # fmt: skip
def test_rd07_the_content_says_what_it_is(body, label, syntax):
    assert sniffing.syntax(body.encode(), label) == syntax


# Only what changed


@pytest.mark.parametrize(("url", "sign"), [(HOME, "?"), (f"{HOME}?profile=x", "&")])
def test_changes_are_asked_for_by_day_and_followed_from_page_to_page(config, recorded, read, url, sign):
    first = f"{url}{sign}modified_since=2026-02-28"
    http = recorded(
        (page(1, more=following(f"<{first}&page=2>")), {"date": "Mon, 02 Mar 2026 06:07:08 GMT"}), page(2)
    )
    source = DcatSource(config("dcat", url, modified_since=True), http)
    reading = read(source.changes(datetime(2026, 3, 1, 0, 30, tzinfo=UTC)))
    assert [address for address, _ in http.asked] == [first, f"{first}&page=2"]
    assert reading.listing.complete
    assert reading.listing.mark == datetime(2026, 3, 2, 6, 7, 8, tzinfo=UTC)


def test_no_changes_are_a_whole_list_of_changes(config, recorded, read):
    empty = page(
        more=f"<{HOME}?view> hydra:totalItems 0 ; hydra:firstPage '{HOME}?page=1' ; hydra:lastPage '{HOME}?page=0' ."
    )
    source = DcatSource(config("dcat", HOME, modified_since=True), recorded(empty))
    reading = read(source.changes(datetime(2026, 3, 1, tzinfo=UTC)))
    assert reading.listing.complete
    assert reading.listing.listed == 0


def test_a_catalogue_is_asked_for_changes_only_where_that_is_agreed(config, recorded):
    assert not DcatSource(config("dcat", HOME), recorded()).tells_changes
    assert DcatSource(config("dcat", HOME, modified_since=True), recorded()).tells_changes
