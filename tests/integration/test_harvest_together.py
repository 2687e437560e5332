"""New records of a run are written together, and what stands in the database is what CKAN's action writes."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
import yaml
from ckan import model

from ckanext.migration.harvest import inserting, sink
from ckanext.migration.harvest.work import Origin
from ckanext.migration.quality.model import SCORE
from ckanext.migration.search.delivery import outbox
from harvest_portal import INVALID, package, packages, records
from migration_schemas import record as records_of
from registry_site import COMPLETE

FULL = yaml.safe_load((Path(__file__).parents[1] / "data" / "full_dataset.yaml").read_text("utf-8"))
TIMES = {"metadata_created", "metadata_modified", "created", "indexed_ts", "computed_at"}


def cases() -> dict[str, tuple[dict[str, Any], bool]]:
    """Give records in the form of a dataset, and whether each is private."""
    plain = copy.deepcopy(COMPLETE) | {"identifier": "one", "publisher": [{"name": "Partner"}]}
    french = {"fr": "Personnes déplacées internes par localité et par État."}
    arabic = {
        "title_translated": {"ar": "النزوح في السودان"},
        "notes_translated": french,
    }
    resource = {"url": "https://partner.example/a", "name": "A", "format": "text/csv", "size": 12}
    return {
        "complete": (plain, False),
        "full": (copy.deepcopy(FULL), True),
        "nothing but a title": ({"title_translated": {"en": "A title"}}, True),
        "no English": (plain | arabic, False),
        "wrong values": (plain | {"issued": "last spring", "frequency": "often"}, True),
        "several files": (plain | {"resources": [resource, resource | {"description": "B"}]}, False),
        "blanks and controls": (plain | {"title_translated": {"en": "  A \x0b title  "}}, False),
    }


@pytest.fixture
def writer(partner) -> sink.Sink:
    """Give what writes for a source."""
    source = partner.register()
    return sink.Sink(
        Origin(
            id=source["id"],
            name="partner",
            owner_org=partner.organization,
            url=partner.portal.url,
            protocol="ckan",
            options={},
            allow_private=True,
            credential=None,
        )
    )


def stored(package_id: str, document: Any) -> dict[str, Any]:
    """Write down what the database and the outbox say of a dataset, without ids, names and times."""
    tables = {
        "package": (model.package_table, model.package_table.c.id),
        "resource": (model.resource_table, model.resource_table.c.package_id),
        "member": (model.member_table, model.member_table.c.table_id),
        "tag": (model.package_tag_table, model.package_tag_table.c.package_id),
        "score": (SCORE, SCORE.c.package_id),
    }
    found: dict[str, Any] = {"document": _steady(document, package_id)}
    for name, (table, key) in tables.items():
        rows = model.Session.execute(sa.select(table).where(key == package_id)).mappings()
        found[name] = sorted((_steady(dict(row), package_id) for row in rows), key=repr)
    shown = tk.get_action("package_show")({"ignore_auth": True}, {"id": package_id})
    return {**found, "shown": _steady(shown, package_id)}


def _steady(value: Any, package_id: str) -> Any:
    """Leave out what differs between any two datasets: ids, names made of them, and times."""
    if isinstance(value, dict):
        left = TIMES | {"id", "index_id", "data_dict", "validated_data_dict", "entry"}
        return {key: _steady(each, package_id) for key, each in sorted(value.items()) if key not in left}
    if isinstance(value, list):
        return [_steady(each, package_id) for each in value]
    return value.replace(package_id, "ID") if isinstance(value, str) else value


def documents(datasets: list[str]) -> dict[str, Any]:
    """Read the documents of datasets that wait in the outbox; what other tests left there is not asked."""
    waiting = outbox.OUTBOX.c
    query = sa.select(waiting.dataset_id, waiting.document).where(waiting.dataset_id.in_(datasets))
    rows = model.Session.execute(query.where(waiting.document.is_not(None)))
    return {row.dataset_id: yaml.safe_load(row.document) for row in rows}


@contextmanager
def undelivered(monkeypatch: Any) -> Iterator[None]:
    """Let documents stay in the outbox, where they can be read."""
    with monkeypatch.context() as patch:
        patch.setattr("ckanext.migration.search.delivery.drain.documents", lambda *_args, **_more: None)
        yield


def test_rows_hooks_and_documents_are_those_of_package_create(writer, monkeypatch):
    orders = [
        sink.Order(
            remote_id=name,
            record=records_of.from_package(given),
            before=None,
            private=private,
            organization="tracking-unit",
        )
        for name, (given, private) in cases().items()
    ]
    heard: dict[str, list[Any]] = {"one by one": [], "together": []}
    signals: dict[str, list[Any]] = {"one by one": [], "together": []}
    results: dict[str, dict[str, Any]] = {}
    with undelivered(monkeypatch):
        for way in ("one by one", "together"):
            hook = _listening(heard[way])
            monkeypatch.setattr("ckanext.migration.plugin.MigrationPlugin.after_dataset_create", hook)
            plans = writer.create_all(orders)
            assert len(plans) == len(orders)
            if way == "together":
                written = writer.insert(plans)
                assert set(written) == set(cases()), "a record was left to CKAN's action"
                model.Session.commit()
                with following(signals[way]):
                    inserting.announce(written.values())
            else:
                with following(signals[way]):
                    for plan in plans:
                        writer.write(plan)
            told = documents([plan.package_id for plan in plans])
            results[way] = {plan.remote_id: stored(plan.package_id, told[plan.package_id]) for plan in plans}
            heard[way] = [_steady(data, data["id"]) for data in heard[way]]
            _remove([plan.package_id for plan in plans])

    assert results["together"] == results["one by one"]
    assert heard["together"] == heard["one by one"]
    assert signals["together"] == signals["one by one"]
    assert len(heard["together"]) == len(orders)


@contextmanager
def following(told: list[Any]) -> Iterator[None]:
    """Note what those are told who follow CKAN's actions, as the activities do."""

    def note(_name: str, *, context: Any, data_dict: Any, result: Any) -> None:
        told.append((result, data_dict["id"], data_dict["name"], context["user"]))

    with tk.signals.action_succeeded.connected_to(note, sender="package_create"):
        yield


def _listening(heard: list[Any]) -> Any:
    def after_dataset_create(_self: Any, _context: Any, data: dict[str, Any]) -> None:
        heard.append(copy.deepcopy(data))

    return after_dataset_create


def _remove(ids: list[str]) -> None:
    """Let the datasets never have been, so that the same ids can be written the other way."""
    resource, member = model.resource_table, model.member_table
    for table, key in (
        (SCORE, SCORE.c.package_id),
        (resource, resource.c.package_id),
        (member, member.c.table_id),
        (model.package_table, model.package_table.c.id),
    ):
        model.Session.execute(sa.delete(table).where(key.in_(ids)))
    model.Session.execute(sa.delete(outbox.OUTBOX))
    model.Session.commit()
    model.Session.remove()


def test_a_record_that_breaks_its_batch_costs_only_itself(partner, monkeypatch):
    partner.register()
    partner.offer(*(package(number) for number in range(1, 7)), package(7, **INVALID))

    def after_dataset_create(_self: Any, _context: Any, data: dict[str, Any]) -> None:
        if data["title"].endswith("round 4"):
            raise RuntimeError("a plugin does not like this one")

    monkeypatch.setattr("ckanext.migration.plugin.MigrationPlugin.after_dataset_create", after_dataset_create)
    run = partner.run()

    figures = run["counters"]
    assert (figures["added"], figures["failed"], run["state"]) == (6, 1, "finished")
    failed = [row["remote_id"] for row in records(run["id"], "failed")]
    assert failed == ["remote-004"]
    assert len(packages()) == 6


def test_changed_records_before_new_ones_do_not_keep_these_from_being_written_together(partner, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.migration.harvest.batch_size", 2)
    partner.register()
    partner.offer(package(1), package(2))
    partner.run()
    partner.offer(
        *(package(number, title=f"Displacement tracking, other round {number}") for number in (1, 2)),
        *(package(number) for number in range(3, 7)),
    )
    with counting() as seen:
        run = partner.run()

    assert (run["counters"]["updated"], run["counters"]["added"]) == (2, 4)
    assert seen["package"] == 2  # two batches of two


def test_many_new_records_need_no_more_statements_than_few(partner):
    partner.register()
    counts = []
    for number in (4, 12):
        partner.offer(*(package(one) for one in range(1, number + 1)))
        with counting() as seen:
            partner.run()
        counts.append(seen["package"])
    # the second run adds eight records and leaves four alone
    assert counts == [1, 1]


@contextmanager
def counting() -> Iterator[dict[str, int]]:
    """Count the INSERT statements by table, as they go to the database."""
    seen: dict[str, int] = {}

    def before(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("INSERT INTO "):
            table = statement.split()[2].strip('"')
            seen[table] = seen.get(table, 0) + 1

    sa.event.listen(model.meta.engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        sa.event.remove(model.meta.engine, "before_cursor_execute", before)
