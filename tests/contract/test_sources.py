"""What every protocol must keep, ours and those to come: each module of sources/ with its recording."""

from __future__ import annotations

import json
import pkgutil
from dataclasses import replace
from pathlib import Path

import pytest

import replay
from migration_harvesters import registry, sources
from migration_harvesters.errors import HarvestError, SourceRefused, SourceUnavailable
from migration_harvesters.http import Http, Limits
from migration_harvesters.records import SourceConfig

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
PROTOCOLS = sorted(module.name for module in pkgutil.iter_modules(sources.__path__))
PAGE = b"<!DOCTYPE html><html><body>We are back soon</body></html>"


class Recording:
    """A portal made of recorded replies, and the description of the source that reads it."""

    def __init__(self, protocol):
        folder = RECORDINGS / protocol
        index = json.loads((folder / "index.json").read_text())
        self.records = index["records"]
        self.format = index.get("format", "CSV")
        # How many replies, from the first on, are lists; what is listed there may fail alone.
        self.lists = index.get("lists", len(index["replies"]))
        self.config = SourceConfig(
            url=index["start"], protocol=protocol, options=index["options"], allow_private=True
        )
        self.bodies = {row["path"]: (folder / row["file"]).read_bytes() for row in index["replies"]}
        self.answers = {
            row["path"]: replay.Answer(
                self.bodies[row["path"]], row["media_type"], headers=row.get("headers", {})
            )
            for row in index["replies"]
        }

    def listing(self, portal, resume=None):
        limits = Limits(gap=0, attempts=1, read=5)
        http = Http(allow_private=True, limits=limits, resolver=portal.resolver)
        return registry.source(self.config.protocol)(self.config, http).listing(resume)

    def changed(self, change):
        return replay.pages({path: change(path, answer) for path, answer in self.answers.items()})


@pytest.fixture(params=PROTOCOLS)
def recording(request):
    assert (RECORDINGS / request.param).is_dir(), f"tests/recordings/{request.param}/ is missing"
    return Recording(request.param)


@pytest.fixture
def portal(recording):
    with replay.serving(replay.pages(recording.answers)) as running:
        yield running


def read(listing):
    return [item for page in listing for item in page.items]


def outcome(listing):
    """What an engine sees of a listing that may end in an error: the items, and whether it was whole."""
    items = []
    try:
        for page in listing:
            items.extend(page.items)
    except HarvestError:
        assert not listing.complete
        return items, False
    return items, listing.complete


class TestSource:
    def test_it_is_registered_under_the_name_of_its_module(self, recording):
        assert recording.config.protocol in registry.protocols()

    def test_all_records_are_read_and_the_list_is_whole(self, recording, portal):
        listing = recording.listing(portal)
        items = read(listing)
        assert len({item.ref.id for item in items}) == len(items) == recording.records == listing.listed
        assert listing.complete
        assert listing.stable
        assert not listing.problems

    def test_the_same_replies_give_the_same_references_and_bytes(self, recording, portal):
        assert read(recording.listing(portal)) == read(recording.listing(portal))

    def test_every_record_has_a_mapper_and_is_mapped(self, recording, portal):
        for item in read(recording.listing(portal)):
            record = registry.mapper(item.format)(item, recording.config)
            assert "Anyland" in record.title("en")
            assert record.fields["migration_theme"]
            assert record.fields["spatial_coverage"]
            assert record.resources[0]["format"] == recording.format

    def test_only_the_partners_host_is_asked(self, recording, portal):
        read(recording.listing(portal))
        assert portal.hosts == {"portal.example"}

    def test_it_can_go_on_from_every_cursor(self, recording, portal):
        whole = list(recording.listing(portal))
        for number, page in enumerate(whole):
            if page.cursor is not None:
                rest = recording.listing(portal, page.cursor)
                assert list(rest) == whole[number + 1 :]
                assert rest.complete

    def test_a_foreign_cursor_is_refused(self, recording, portal):
        with pytest.raises(HarvestError):
            read(recording.listing(portal, "a cursor of something else"))

    @pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.95])
    def test_a_truncated_reply_is_never_a_whole_list(self, recording, share):
        for bad in recording.answers:
            cut = recording.changed(
                lambda path, answer, bad=bad: (
                    replace(answer, body=answer.body[: int(len(answer.body) * share)])
                    if path == bad
                    else answer
                )
            )
            with replay.serving(cut) as portal:
                _, complete = outcome(recording.listing(portal))
            assert not complete

    @pytest.mark.parametrize("place", [0, 1])
    def test_a_web_page_with_status_200_is_refused(self, recording, place):
        bad = list(recording.answers)[min(place, recording.lists - 1)]
        answering = recording.changed(
            lambda path, answer: replay.Answer(PAGE, answer.media_type) if path == bad else answer
        )
        with replay.serving(answering) as portal, pytest.raises(SourceRefused) as refused:
            read(recording.listing(portal))
        assert refused.value.code == "unexpected-content"
        assert "web page" in refused.value.message

    @pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
    def test_an_error_status_is_a_typed_error(self, recording, status):
        answering = recording.changed(lambda path, answer: replay.Answer(b"no", "text/plain", status))
        with replay.serving(answering) as portal, pytest.raises((SourceRefused, SourceUnavailable)) as failed:
            read(recording.listing(portal))
        assert failed.value.retry is (status >= 500)
        assert failed.value.scope == "run"
        assert failed.value.remedy

    def test_a_page_that_fails_in_the_middle_ends_the_list_unfinished(self, recording):
        last = list(recording.answers)[-1]
        answering = recording.changed(
            lambda path, answer: replay.Answer(b"", "text/plain", 500) if path == last else answer
        )
        with replay.serving(answering) as portal:
            items, complete = outcome(recording.listing(portal))
        assert items
        assert not complete

    def test_a_closed_port_is_unavailable_not_empty(self, recording):
        with replay.serving(replay.pages({})) as portal:
            pass
        with pytest.raises(SourceUnavailable):
            read(recording.listing(portal))

    def test_the_credential_is_sent_and_never_shown(self, recording, portal):
        assert "sesame" not in repr(SourceConfig(url="http://x/", protocol="x", credential="sesame"))
