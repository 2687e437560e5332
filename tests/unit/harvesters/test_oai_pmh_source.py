"""OAI-PMH repositories (section E of the threat model)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import replay
from migration_harvesters.errors import PartnerConfigError, SourceRefused
from migration_harvesters.http import Http, Limits
from migration_harvesters.records import Gone, SourceConfig
from migration_harvesters.sources.oai_pmh import OaiPmhSource

HEAD = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
URL = "https://portal.example/oai"


def envelope(inner):
    return f"{HEAD}{inner}</OAI-PMH>"


def identify(granularity="YYYY-MM-DD"):
    return envelope(f"<Identify><granularity>{granularity}</granularity></Identify>")


def formats(*rows):
    found = "".join(
        f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema/>"
        f"<metadataNamespace>{space}</metadataNamespace></metadataFormat>"
        for prefix, space in rows or [("oai_dc", DC)]
    )
    return envelope(f"<ListMetadataFormats>{found}</ListMetadataFormats>")


def record(name, kind="Dataset", status="", body=True):
    content = (
        f'<metadata><dc xmlns="{DC}" xmlns:d="http://purl.org/dc/elements/1.1/">'
        f"<d:title>{name}</d:title><d:type>{kind}</d:type></dc></metadata>"
    )
    return (
        f"<record><header{status}><identifier>oai:x:{name}</identifier>"
        f"<datestamp>2024-01-01</datestamp></header>{content if body else ''}</record>"
    )


def page(*records, token=None, size=None):
    count = f' completeListSize="{size}"' if size is not None else ""
    end = (
        f"<resumptionToken{count}>{token}</resumptionToken>" if token is not None or size is not None else ""
    )
    return envelope(f"<ListRecords>{''.join(records)}{end.replace('None', '')}</ListRecords>")


def error(code):
    return envelope(f'<error code="{code}">words</error>')


@pytest.fixture
def run(recorded, read, config):
    """Read a repository that answers with these pages after its Identify and its formats."""

    def walk(*pages, before=None, **options):
        http = recorded(*(before or (identify(), formats())), *pages)
        found = read(OaiPmhSource(config("oai_pmh", URL, **options), http).listing())
        return found, [asked for _, asked in http.asked]

    return walk


def test_pages_are_followed_by_their_tokens(run):
    found, asked = run(
        page(record("a"), token="t1", size=3), page(record("b"), record("c"), token="", size=3)
    )
    assert found.ids == ["oai:x:a", "oai:x:b", "oai:x:c"]
    assert found.listing.complete
    assert asked[2] == {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
    assert asked[3] == {"verb": "ListRecords", "resumptionToken": "t1"}


@pytest.mark.parametrize("turn", [["t1"], ["t2", "t3", "t1"]], ids=["itself", "cycle-of-three"])
def test_oa01_a_token_that_comes_back_ends_the_list(run, turn):
    pages = [page(record("0"), token="t1")]
    pages += [page(record(f"after-{number}"), token=token) for number, token in enumerate(turn)]
    found, asked = run(*pages)
    assert len(asked) == 2 + len(pages)
    assert not found.listing.complete
    assert not found.listing.stable
    assert "again" in found.said


def test_oa01_an_empty_token_is_the_end(run):
    found, _ = run(page(record("a"), token=""))
    assert found.listing.complete


def test_oa01_the_same_page_with_new_tokens_ends(run):
    found, asked = run(page(record("a"), token="t1"), page(record("a"), token="t2"))
    assert len(asked) == 4
    assert not found.listing.complete


def test_oa02_a_reply_that_is_cut_anywhere_is_refused(run):
    whole = page(record("a"), record("b"))
    for end in range(0, len(whole), 17):
        found, _ = run(whole[:end])
        assert isinstance(found.error, SourceRefused)
        assert not found.items
        assert not found.listing.complete


@pytest.mark.parametrize(
    "body", ["<html><body>back soon</body></html>", "<!DOCTYPE html><p>x</p>", "<rss/>", "{}", ""]
)
def test_oa03_what_is_no_reply_is_refused(run, body):
    for before in ((identify(), formats()), (identify(),), ()):
        found, _ = run(body, before=before or None) if before else run(before=(body, formats()))
        assert found.error.code == "unexpected-content"
        assert not found.listing.complete


def test_oa03_the_answer_to_another_question_is_refused(run):
    found, _ = run(envelope("<ListIdentifiers/>"))
    assert found.error.code == "unexpected-content"


def test_oa04_fewer_records_than_promised_are_no_whole_list(run):
    found, _ = run(page(record("a"), token="t", size=500), page(record("b"), token="", size=500))
    assert len(found.items) == 2
    assert not found.listing.complete
    assert "500" in found.said


def test_oa04_a_size_that_changes_is_not_stable(run):
    found, _ = run(page(record("a"), token="t", size=3), page(record("b"), token="", size=2))
    assert not found.listing.stable


def test_oa05_the_list_is_begun_once_more(run):
    first = page(record("a"), token="t1", size=2)
    found, _ = run(
        first,
        error("badResumptionToken"),
        identify(),
        formats(),
        first.replace("t1", "t2"),
        page(record("b"), size=2),
    )
    assert found.ids == ["oai:x:a", "oai:x:b"]
    assert not found.failures
    assert found.listing.complete
    # The counts belong to two walks: none of the later pages may be gone on from.
    assert [bool(each.cursor) for each in found.pages] == [True, False, False]


def test_oa05_a_second_refusal_is_an_error(run):
    first = page(record("a"), token="t1", size=2)
    found, asked = run(
        first, error("badResumptionToken"), identify(), formats(), first, error("badResumptionToken")
    )
    assert "badResumptionToken" in found.error.message
    assert not found.listing.complete
    assert len(asked) == 8


def test_oa05_a_cursor_whose_token_is_gone_leads_to_the_beginning(recorded, read, config):
    http = recorded(
        error("badResumptionToken"), identify(), formats(), page(record("a"), record("b"), size=2)
    )
    found = read(OaiPmhSource(config("oai_pmh", URL), http).listing("1 2 old"))
    assert len(found.items) == found.listing.listed == 2
    assert found.listing.complete


def test_oa06_nothing_found_is_an_empty_list(run):
    found, _ = run(error("noRecordsMatch"))
    assert (found.listing.listed, found.listing.expected) == (0, 0)
    assert found.listing.complete


def test_oa06_nothing_found_in_the_middle_is_an_error(run):
    found, _ = run(page(record("a"), token="t"), error("noRecordsMatch"))
    assert isinstance(found.error, SourceRefused)
    assert not found.listing.complete


def test_oa07_deleted_records_are_counted_and_not_taken(run):
    found, _ = run(page(record("a"), record("b", status=' status="deleted"', body=False), size=2))
    assert found.ids == ["oai:x:a"]
    assert found.listing.ignored == {"deleted": 1}
    assert found.listing.complete


def test_a_record_without_content_is_named(run):
    found, _ = run(page(record("a", body=False), record("b")))
    assert found.failures == [("oai:x:a", "record-missing")]
    assert found.ids == ["oai:x:b"]
    assert found.listing.complete


def test_a_record_without_a_name_makes_the_list_doubtful(run):
    found, _ = run(page(record("a").replace("oai:x:a", ""), record("b")))
    assert found.failures == [(None, "no-identifier")]
    assert not found.listing.complete


def test_what_is_no_data_is_counted_by_reason(run):
    pages = page(record("a"), record("b", "info:eu-repo/semantics/article"), record("c", "unheard-of"))
    found, _ = run(pages)
    assert found.ids == ["oai:x:a", "oai:x:c"]
    assert found.listing.ignored == {"not-a-dataset": 1}
    assert run(pages, all_types=True)[0].ids == ["oai:x:a", "oai:x:b", "oai:x:c"]


@pytest.mark.parametrize(
    ("granularity", "expected"),
    [("YYYY-MM-DD", "2020-01-31"), ("YYYY-MM-DDThh:mm:ssZ", "2020-01-31T00:00:00Z")],
)
def test_oa08_dates_are_written_as_finely_as_the_repository_takes_them(run, granularity, expected):
    _, asked = run(
        page(record("a")), before=(identify(granularity), formats()), **{"from": "2020-01-31", "set": "data"}
    )
    assert asked[2] == {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": expected, "set": "data"}


def test_a_date_that_is_none_is_said_before_anything_is_read(run):
    found, _ = run(page(record("a")), until="last year")
    assert isinstance(found.error, PartnerConfigError)


def test_the_format_that_says_most_is_chosen(run):
    offered = formats(
        ("oai_dc", DC),
        ("dcat", "http://www.w3.org/ns/dcat#"),
        ("oai_datacite", "http://schema.datacite.org/oai/oai-1.1/"),
        ("datacite3", "http://datacite.org/schema/kernel-3"),
        ("datacite4", "http://datacite.org/schema/kernel-4"),
    )
    _, asked = run(page(record("a")), before=(identify(), offered))
    assert asked[2]["metadataPrefix"] == "datacite4"


def test_a_format_can_be_agreed(run):
    _, asked = run(page(record("a")), before=(identify(),), metadata_prefix="mine")
    assert asked[1] == {"verb": "ListRecords", "metadataPrefix": "mine"}


def test_a_repository_without_a_known_format_is_told_what_it_offers(run):
    found, _ = run(before=(identify(), formats(("marcxml", "http://www.loc.gov/MARC21/slim"))))
    assert found.error.code == "unknown-format"
    assert "marcxml" in found.error.message


def test_the_words_of_an_error_status_are_read(run):
    refused = SourceRefused("status 422", status=422, body=error("cannotDisseminateFormat").encode())
    found, _ = run(refused)
    assert "cannotDisseminateFormat" in found.error.message
    assert "metadata_prefix" in found.error.remedy


def test_a_query_in_the_address_is_kept_and_old_words_of_the_protocol_are_not(recorded, read, config):
    http = recorded(identify(), formats(), page(record("a")))
    read(OaiPmhSource(config("oai_pmh", f"{URL}?mode=oaipmh&verb=Identify"), http).listing())
    assert {url for url, _ in http.asked} == {URL}
    assert all(asked["mode"] == "oaipmh" for _, asked in http.asked)
    assert http.asked[2][1]["verb"] == "ListRecords"


# Where `ListRecords` fails: ListIdentifiers and GetRecord


class Repository:
    """A repository whose export breaks on some records: their pages of `ListRecords` answer with 500."""

    def __init__(self, names, *, broken=(), deleted=(), rows=2, identifiers=True):
        self.names, self.broken, self.deleted, self.rows = names, set(broken), set(deleted), rows
        self.identifiers = identifiers
        self.asked = []

    def __call__(self, _path, query):
        self.asked.append(dict(query))
        verb = query["verb"]
        if verb == "GetRecord":
            name = query["identifier"].removeprefix("oai:x:")
            body = None if name in self.broken else envelope(f"<GetRecord>{record(name)}</GetRecord>")
        elif verb in ("Identify", "ListMetadataFormats"):
            body = identify() if verb == "Identify" else formats()
        elif verb == "ListIdentifiers" and not self.identifiers:
            body = None
        else:
            body = self._list(verb, int(query.get("resumptionToken", 0)))
        if body is None:
            return replay.Answer(b"NullPointerException", "text/html", 500)
        return replay.Answer(body.encode(), "text/xml")

    def _list(self, verb, start):
        some = self.names[start : start + self.rows]
        if verb == "ListRecords" and self.broken & set(some):
            return None
        rows = [
            record(name, status=' status="deleted"' * (name in self.deleted), body=name not in self.deleted)
            for name in some
        ]
        if verb == "ListIdentifiers":
            rows = [row[len("<record>") : row.index("</header>") + len("</header>")] for row in rows]
        token = str(start + self.rows) if start + self.rows < len(self.names) else ""
        end = f'<resumptionToken completeListSize="{len(self.names)}">{token}</resumptionToken>'
        return envelope(f"<{verb}>{''.join(rows)}{end}</{verb}>")

    def count(self, verb):
        return sum(asked["verb"] == verb for asked in self.asked)


@pytest.fixture
def over_http(read):
    """Read a repository over real HTTP."""

    def walk(repository, resume=None):
        http = Http(allow_private=True, limits=Limits(gap=0, attempts=1))
        with replay.serving(repository) as portal:
            source = OaiPmhSource(
                SourceConfig(url=f"{portal.url}/oai", protocol="oai_pmh", allow_private=True), http
            )
            return read(source.listing(resume))

    return walk


def test_a_record_that_breaks_its_page_costs_only_itself(over_http):
    repository = Repository(list("abcdefg"), broken="d", deleted="f")
    found = over_http(repository)
    assert sorted(found.ids) == [f"oai:x:{name}" for name in "abceg"]
    assert found.failures == [("oai:x:d", "record-unreadable")]
    assert found.error is None
    assert found.listing.ignored == {"deleted": 1}
    assert found.listing.complete
    # what had come before the broken page is not asked for again
    assert repository.count("GetRecord") == 4


def test_where_the_first_page_breaks_every_record_is_asked_for(over_http):
    repository = Repository(list("abc"), broken="a", rows=50)
    found = over_http(repository)
    assert found.ids == ["oai:x:b", "oai:x:c"]
    assert found.failures == [("oai:x:a", "record-unreadable")]
    assert found.listing.complete


def test_a_walk_that_was_resumed_counts_what_comes_again_once(over_http):
    repository = Repository(list("abcdef"), broken="e")
    found = over_http(repository, resume="2 6 2")
    assert found.listing.listed == 6
    assert found.listing.complete


def test_a_repository_that_names_nothing_either_ends_the_list_with_the_first_error(over_http):
    found = over_http(Repository(list("abcd"), broken="c", identifiers=False))
    assert found.ids == ["oai:x:a", "oai:x:b"]
    assert found.error.status == 500
    assert not found.listing.complete


def test_a_server_that_fails_on_every_record_is_away(over_http):
    names = [f"n{number}" for number in range(30)]
    repository = Repository(names, broken=names, rows=50)
    found = over_http(repository)
    assert found.error.status == 500
    assert repository.count("GetRecord") == 10


def test_where_no_record_can_be_had_singly_either_the_list_ends_with_the_first_error(run):
    headers = "".join(
        record(str(n))[len("<record>") :].partition("</header>")[0] + "</header>" for n in range(12)
    )
    names = envelope(f"<ListIdentifiers>{headers}</ListIdentifiers>")
    found, _ = run("<html/>", "<html/>", identify(), formats(), names, *["<html/>"] * 12)
    assert "ListRecords" in found.error.message or "OAI-PMH" in found.error.message
    assert not found.listing.complete


def test_names_that_go_round_are_no_whole_list(run):
    headers = record("a")[len("<record>") :].partition("</header>")[0] + "</header>"
    names = envelope(f"<ListIdentifiers>{headers}<resumptionToken>t</resumptionToken></ListIdentifiers>")
    one = envelope(f"<GetRecord>{record('a')}</GetRecord>")
    found, _ = run("<html/>", "<html/>", identify(), formats(), names, one, names)
    assert found.ids == ["oai:x:a"]
    assert not found.listing.stable


def test_a_page_that_came_broken_once_is_asked_for_again(run):
    found, asked = run(page(record("a"))[:-9], page(record("a")))
    assert found.ids == ["oai:x:a"]
    assert [each["verb"] for each in asked[2:]] == ["ListRecords", "ListRecords"]


# Only what changed


def told(granularity="YYYY-MM-DD", at="2026-03-02T06:07:08Z", deletions="persistent"):
    return identify(granularity).replace(
        "<Identify>", f"<responseDate>{at}</responseDate><Identify><deletedRecord>{deletions}</deletedRecord>"
    )


def recent(*args, **more):
    return record(*args, **more).replace("2024-01-01", "2026-03-01")


SINCE = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)


@pytest.fixture
def changes(recorded, read, config):
    """Read what changed since a moment."""

    def walk(*answers, resume=None, **options):
        http = recorded(*answers)
        found = read(OaiPmhSource(config("oai_pmh", URL, **options), http).changes(SINCE, resume))
        return found, [asked for _, asked in http.asked]

    return walk


@pytest.mark.parametrize(
    ("granularity", "begin"),
    [("YYYY-MM-DD", "2026-02-28"), ("YYYY-MM-DDThh:mm:ssZ", "2026-02-28T00:30:00Z")],
)
def test_oa08_two_lists_of_changes_overlap(changes, granularity, begin):
    found, asked = changes(told(granularity), formats(), page(recent("a")), until="2030-01-01")
    assert asked[2]["from"] == begin
    assert asked[2]["until"].startswith("2030-01-01")
    assert found.listing.mark == datetime(2026, 3, 2, 6, 7, 8, tzinfo=UTC)


def test_oa08_an_agreed_beginning_that_is_later_stays(changes):
    _, asked = changes(told(), formats(), page(recent("a")), **{"from": "2026-03-15"})
    assert asked[2]["from"] == "2026-03-15"


@pytest.mark.parametrize("at", ["", "yesterday", "2026-13-01"])
def test_oa08_a_repository_that_does_not_tell_its_time_gives_no_mark(run, at):
    found, _ = run(page(recent("a")), before=(told(at=at), formats()))
    assert found.listing.complete
    assert found.listing.mark is None


def test_oa06_no_news_is_a_whole_list_of_changes(changes):
    found, _ = changes(told(), formats(), error("noRecordsMatch"))
    assert (found.listing.listed, found.listing.complete) == (0, True)
    assert found.listing.mark is not None


@pytest.mark.parametrize(("deletions", "final"), [("persistent", True), ("transient", False), ("no", False)])
def test_oa07_what_is_deleted_is_told_with_what_that_is_worth(changes, deletions, final):
    gone = recent("b", status=' status="deleted"', body=False)
    found, _ = changes(told(deletions=deletions), formats(), page(recent("a"), gone, recent("c", "Text")))
    assert [each.gone for each in found.pages] == [
        (Gone("oai:x:b", "deleted", final), Gone("oai:x:c", "not-a-dataset", False))
    ]


def test_oa07_a_walk_that_was_resumed_asks_what_deletions_are_worth(changes):
    gone = recent("b", status=' status="deleted"', body=False)
    found, asked = changes(page(gone, size=2), told(), resume="1 2 t1")
    assert found.pages[0].gone == (Gone("oai:x:b", "deleted", True),)
    assert [each["verb"] for each in asked] == ["ListRecords", "Identify"]


def test_oa05_changes_that_are_begun_once_more_are_still_changes(changes):
    first = page(recent("a"), token="t1", size=2)
    later = told(at="2026-03-02T09:00:00Z")
    found, asked = changes(
        told(), formats(), first, error("badResumptionToken"), later, formats(), page(recent("b"), size=2)
    )
    assert asked[-1]["from"] == "2026-02-28"
    assert found.listing.mark == datetime(2026, 3, 2, 6, 7, 8, tzinfo=UTC)


def test_oa08_a_repository_that_does_not_heed_from_is_refused(changes):
    found, _ = changes(told(), formats(), page(record("a")))
    assert found.error.code == "changes-not-told"
    assert not found.items
