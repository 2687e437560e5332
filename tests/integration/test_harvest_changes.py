"""A partner who can tell what changed is not read in full each time; nothing is lost or removed by that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import replay
from ckanext.migration.harvest import runner
from harvest_portal import by_remote_id, call, canonical, package, packages, records, setting, show

DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OLD = "2020-01-01T00:00:00Z"


class Repository:
    """A repository of OAI-PMH that knows when its records changed and which were deleted."""

    def __init__(self, *names: str, deleted_record: str = "persistent") -> None:
        self.rows = {name: (f"Returns to {name}", OLD) for name in names}
        self.deleted: dict[str, str] = {}
        self.deleted_record = deleted_record
        self.lists: list[dict[str, str]] = []
        self.refuses_from = False
        self.cut = False

    def change(self, name: str, title: str) -> None:
        self.rows[name] = (title, _now())

    def delete(self, name: str) -> None:
        del self.rows[name]
        self.deleted[name] = _now()

    def __call__(self, _path, query):
        verb = query["verb"]
        if verb == "Identify":
            inner = (
                f"<granularity>YYYY-MM-DDThh:mm:ssZ</granularity><deletedRecord>{self.deleted_record}"
                "</deletedRecord>"
            )
        elif verb == "ListMetadataFormats":
            inner = (
                "<metadataFormat><metadataPrefix>oai_dc</metadataPrefix>"
                f"<metadataNamespace>{DC}</metadataNamespace></metadataFormat>"
            )
        else:
            self.lists.append(dict(query))
            return self._list(query)
        return _reply(f"<{verb}>{inner}</{verb}>")

    def _list(self, query):
        begin = query.get("from", "")
        if begin and self.refuses_from:
            return _reply('<error code="badArgument">no from here</error>')
        found = [
            _record(name, changed, title) for name, (title, changed) in self.rows.items() if changed >= begin
        ]
        found += [_record(name, at, None) for name, at in self.deleted.items() if at >= begin]
        if not found:
            return _reply('<error code="noRecordsMatch"/>')
        more = '<resumptionToken completeListSize="99"/>' if self.cut else ""
        return _reply(f"<ListRecords>{''.join(found)}{more}</ListRecords>")


def _now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _reply(inner):
    body = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>{_now()}</responseDate>{inner}</OAI-PMH>"
    )
    return replay.Answer(body.encode(), "text/xml")


def _record(name, changed, title):
    status = "" if title else ' status="deleted"'
    content = (
        f'<metadata><dc xmlns="{DC}" xmlns:d="http://purl.org/dc/elements/1.1/"><d:title>{title}</d:title>'
        "<d:type>Dataset</d:type></dc></metadata>"
    )
    return (
        f"<record><header{status}><identifier>oai:x:{name}</identifier><datestamp>{changed}</datestamp>"
        f"</header>{content if title else ''}</record>"
    )


def _figures(run, *names):
    return tuple(run["counters"][name] for name in names)


def test_only_what_changed_is_read_and_the_snapshot_stays_whole(partner):
    repository = Repository(*"abc")
    partner.portal.answering = repository
    partner.register(protocol="oai_pmh")
    first = partner.run()
    assert (first["changes"], first["counters"]["added"]) == (None, 3)

    repository.change("b", "Returns to b, corrected")
    repository.rows["new"] = ("Returns to new", _now())
    second = partner.run()
    assert second["changes"]["after_run"] == 1
    since = datetime.fromisoformat(repository.lists[-1]["from"])
    assert timedelta(hours=23) < datetime.now(UTC) - since < timedelta(hours=25)
    assert (second["state"], second["complete"]) == ("finished", True)
    assert _figures(second, "listed", "added", "updated", "unchanged", "missing") == (4, 1, 1, 2, 0)

    # OA-06: nothing found is no news, and a further run changes nothing
    repository.rows["b"] = ("Returns to b, corrected", OLD)
    repository.rows["new"] = ("Returns to new", OLD)
    before = canonical()
    third = partner.run()
    assert _figures(third, "listed", "unchanged", "missing") == (4, 4, 0)
    assert {row["remote_id"] for row in records(third["id"])} == set(by_remote_id())
    assert canonical()["datasets"] == before["datasets"]
    assert canonical()["ledger"] == before["ledger"]

    # what vanished without a word is missed by the next whole list only
    del repository.rows["c"]
    fourth = partner.run()
    assert (fourth["changes"]["after_run"], fourth["counters"]["missing"]) == (3, 0)
    started = len(repository.lists)
    whole = call_whole(partner)
    assert (whole["changes"], whole["counters"]["missing"]) == (None, 1)
    assert "from" not in repository.lists[started]
    # and what is missing stays so, without being counted again
    last = partner.run()
    assert last["changes"]["after_run"] == 5
    assert [row["remote_id"] for row in records(last["id"], only="gone")] == ["oai:x:c"]
    assert by_remote_id()["oai:x:c"].missing_runs == 1


def call_whole(partner):
    """Read the whole list because a person asks for it."""
    started = call("run_create", source=partner.source["name"], wake=False, whole=True)
    runner.execute(started["id"])
    return show(started["id"])


def test_oa07_a_deletion_counts_at_once_only_where_it_is_kept_for_good(partner):
    repository = Repository(*"abc")
    partner.portal.answering = repository
    partner.register(protocol="oai_pmh")
    partner.run()
    repository.delete("a")
    told = partner.run()
    assert told["changes"]["after_run"] == 1
    assert _figures(told, "listed", "unchanged", "archived", "missing") == (2, 2, 1, 0)
    assert by_remote_id()["oai:x:a"].state == "archived"
    [row] = records(told["id"], only="gone")
    assert row["error"]["code"] == "deleted-at-partner"

    repository.deleted_record = "transient"
    repository.delete("b")
    doubtful = partner.run()
    assert _figures(doubtful, "listed", "archived", "missing") == (1, 0, 1)
    assert (by_remote_id()["oai:x:b"].state, by_remote_id()["oai:x:b"].missing_runs) == ("missing", 1)
    assert len(packages()) == 3

    repository.rows["b"] = ("Returns to b", _now())
    del repository.deleted["b"]
    assert partner.run()["counters"]["restored"] == 1


def test_oa07_many_deletions_at_once_wait_for_a_person(partner):
    repository = Repository(*"abcdefg")
    partner.portal.answering = repository
    partner.register(protocol="oai_pmh")
    partner.run()
    for name in "abcde":
        repository.delete(name)
    held = partner.run()
    assert held["state"] == "needs-approval"
    assert held["guard"]["reasons"] == ["listing-shrunken"]
    assert {row.state for row in by_remote_id().values()} == {"current"}
    # the question stays: what comes next reads the whole list and asks again
    again = partner.run()
    assert (again["changes"], again["state"]) == (None, "needs-approval")


def test_a_list_of_changes_that_is_doubtful_is_followed_by_a_whole_one(partner, monkeypatch):
    repository = Repository("a", "b")
    partner.portal.answering = repository
    partner.register(protocol="oai_pmh")
    partner.run()

    # a repository that refuses to tell changes is read in full, in the same run
    repository.refuses_from = True
    assert (partner.run()["changes"], len(repository.lists)) == (None, 3)
    repository.refuses_from = False

    repository.change("a", "Returns to a, corrected")
    repository.cut = True
    short = partner.run()
    assert (short["complete"], short["changes"]["after_run"]) == (False, 2)
    assert _figures(short, "listed", "updated", "unchanged", "missing") == (2, 1, 1, 0)
    repository.cut = False
    assert partner.run()["changes"] is None

    # and so it is when the last whole list is too old
    with setting(monkeypatch, whole_list_days=0):
        assert partner.run()["changes"] is None


def test_a_portal_that_has_fewer_records_than_its_changes_come_to_is_read_in_full(partner):
    held = [package(number) for number in (1, 2, 3)]
    asked = []

    def portal(path, query):
        """Heed the question, as a CKAN does."""
        asked.append(query.get("fq", ""))
        begin = query.get("fq", "").partition("metadata_modified:[")[2][:10]
        found = [row for row in held if row["metadata_modified"] >= begin]
        return replay.ckan(found)(path, query)

    partner.portal.answering = portal
    partner.register()
    assert partner.run()["counters"]["added"] == 3
    held[0] |= {"title": "Displacement tracking, round 1, corrected", "metadata_modified": _now()[:-1]}
    changed = partner.run()
    assert changed["changes"]["after_run"] == 1
    assert _figures(changed, "listed", "updated", "unchanged", "missing") == (3, 1, 2, 0)

    del held[2]
    fewer = partner.run()
    assert (fewer["changes"], fewer["counters"]["missing"]) == (None, 1)
    assert "metadata_modified" not in asked[-1]
