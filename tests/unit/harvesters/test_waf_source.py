"""Web folders with records in XML."""

from __future__ import annotations

import pytest

from migration_harvesters.errors import HarvestError, SourceRefused
from migration_harvesters.sources import waf
from migration_harvesters.sources.waf import WafSource

URL = "https://portal.example/records/"


def index(*links):
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    return f"<html><body>{anchors}</body></html>"


def record(name, level="dataset"):
    return (
        f"<MD_Metadata><fileIdentifier><CharacterString>{name}</CharacterString></fileIdentifier>"
        f'<hierarchyLevel><MD_ScopeCode codeListValue="{level}"/></hierarchyLevel></MD_Metadata>'
    )


@pytest.fixture
def run(recorded, read, config):
    def walk(pages, **options):
        def answer(url, query):
            found = pages[url.removeprefix(URL)]
            if isinstance(found, Exception):
                raise found
            return found

        http = recorded(default=answer)
        found = read(WafSource(config("waf", URL, **options), http).listing())
        return found, [url.removeprefix(URL) for url, _ in http.asked]

    return walk


def test_folders_are_read_to_their_leaves_and_each_address_once(run):
    pages = {
        "": index("a.xml", "a.xml", "deep/", "../", "?C=N", "/other/", "notes.txt", "mailto:x@y.example"),
        "deep/": index("b.xml", "../", "./"),
        "a.xml": record("A"),
        "deep/b.xml": record("B"),
    }
    found, asked = run(pages)
    assert found.ids == ["A", "B"]
    assert found.listing.complete
    assert asked == ["", "a.xml", "deep/", "deep/b.xml"]
    assert found.items[0].ref.url == f"{URL}a.xml"


def test_other_hosts_and_folders_above_are_not_followed(run):
    pages = {
        "": index("a.xml", "https://evil.example/x.xml", "//evil.example/y.xml", "../up.xml"),
        "a.xml": record("A"),
    }
    assert run(pages)[1] == ["", "a.xml"]


@pytest.mark.parametrize("page", ["", "<html><body>soon</body></html>", index("a.xml")[:-3], "{}", "<rss/>"])
def test_a_page_without_links_or_without_its_end_is_refused(run, page):
    found, _ = run({"": page or " "})
    assert found.error.code == "unexpected-content"
    assert not found.listing.complete


@pytest.mark.parametrize(
    "bad", ["<a><b></a>", "<!DOCTYPE x><x/>", "<rss/>", SourceRefused("gone", status=404)]
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_come(run, bad):
    found, _ = run(
        {"": index("a.xml", "b.xml", "c.xml"), "a.xml": record("A"), "b.xml": bad, "c.xml": record("C")}
    )
    assert found.ids == ["A", "C"]
    assert [name for name, _ in found.failures] == [f"{URL}b.xml"]
    assert not found.listing.complete


def test_a_page_for_people_in_the_place_of_the_first_file_is_refused(run):
    found, _ = run({"": index("a.xml"), "a.xml": "<html><body>soon</body></html>"})
    assert found.error.code == "unexpected-content"


def test_services_and_second_files_of_a_record_are_counted_and_named(run):
    pages = {
        "": index("a.xml", "b.xml", "c.xml"),
        "a.xml": record("A"),
        "b.xml": record("A"),
        "c.xml": record("S", "service"),
    }
    found, _ = run(pages)
    assert found.failures == [("A", "duplicate-identifier")]
    assert found.listing.ignored == {"not-a-dataset": 1}
    assert found.listing.complete
    assert run(pages, all_types=True)[0].ids == ["A", "S"]


def test_a_record_without_a_name_is_known_by_its_address(run):
    found, _ = run({"": index("a.xml"), "a.xml": record("")})
    assert found.ids == [f"{URL}a.xml"]


def test_folders_that_lead_round_end(run):
    pages = {"": index("a.xml", "deep/"), "deep/": index("/records/", "/records/deep/"), "a.xml": record("A")}
    found, asked = run(pages)
    assert found.listing.complete
    assert len(asked) == 3


def test_a_closed_folder_is_named_and_the_others_come(run):
    pages = {
        "": index("closed/", "open/"),
        "closed/": SourceRefused("no", code="credentials-refused", status=403),
        "open/": index("a.xml"),
        "open/a.xml": record("A"),
    }
    found, _ = run(pages)
    assert found.ids == ["A"]
    assert found.failures == [(f"{URL}closed/", "credentials-refused")]
    assert not found.listing.complete


def test_fi_folders_without_end_are_left(recorded, read, config, monkeypatch):
    monkeypatch.setattr(waf, "MAX_FOLDERS", 20)
    http = recorded(default=index(*(f"{number}/" for number in range(5))))
    found = read(WafSource(config("waf", URL), http).listing())
    assert len(http.asked) < 22
    assert "more than 20 folders" in found.said


def test_a_cursor_is_refused(config, recorded):
    with pytest.raises(HarvestError):
        list(WafSource(config("waf", URL), recorded()).listing("1"))
