"""What a reader finds, counts and gets as facets, against plain SQL that knows nothing of the search.

The world is drawn by chance: public, private, draft and deleted datasets, with and without an
agency, and readers who belong to some of the agencies. Each reader asks for everything there is to
ask for; the database is then asked with the rule written out once (threats LK-02).
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from ckan.tests import factories

from search_site import ALONE, Searching, dataset

pytestmark = [ALONE, pytest.mark.usefixtures("searching")]

DATASETS, AGENCIES = 26, 4
WORDS = ("red", "green", "blue")
MAY_READ = """
with seen as (
  select p.id, p.name, o.name as agency from package p
  left join "group" o on o.id = p.owner_org
  where p.state = any(:states)
    and (:private or not p.private)
    and (:everything
      or (p.state = 'active' and not p.private)
      or (p.owner_org is not null and p.owner_org in (
            select m.group_id from member m
            where m.table_name = 'user' and m.table_id = :reader and m.state = 'active'))
      or (p.owner_org is null and p.creator_user_id = :reader))
    and (:word = '' or exists (
          select 1 from package_tag pt join tag t on t.id = pt.tag_id
          where pt.package_id = p.id and pt.state = 'active' and t.name = :word))
)
"""
"""CKAN's rule: the public sees active public datasets, members their agency's, others what they made."""
QUESTIONS = {
    "names": "select name, 1 from seen",
    "organization": "select agency, count(*) from seen where agency is not null group by agency",
    "tags": """
        select t.name, count(*) from seen
        join package_tag pt on pt.package_id = seen.id and pt.state = 'active'
        join tag t on t.id = pt.tag_id group by t.name""",
}


@dataclass(frozen=True)
class Reader:
    """Who asks."""

    name: str
    id: str
    everything: bool = False


def draw(seed: int) -> list[Reader]:
    """Make a world; the same for the same number."""
    chance = random.Random(seed)  # noqa: S311 - a drawn world, not a secret
    people = [factories.User() for _ in range(3)]
    agencies = []
    for _ in range(AGENCIES):
        members = [
            {"name": each["name"], "capacity": chance.choice(("member", "editor", "admin"))}
            for each in people
            if chance.random() < 0.5
        ]
        agencies.append(factories.Organization(users=members)["id"])
    for _ in range(DATASETS):
        owner = chance.choice([None, *agencies])
        dataset(
            user=chance.choice(people) if owner is None else factories.Sysadmin(),
            owner_org=owner,
            private=owner is not None and chance.random() < 0.5,
            state=chance.choice(("active", "active", "active", "draft", "deleted")),
            tags=[{"name": word} for word in WORDS if chance.random() < 0.5],
        )
    boss = factories.Sysadmin()
    return [
        Reader("", ""),
        *(Reader(each["name"], each["id"]) for each in people),
        Reader(boss["name"], boss["id"], everything=True),
    ]


def questions(readers: list[Reader]) -> Iterator[tuple[Reader, bool, list[str], str]]:
    """Everybody asks for everything: private ones, drafts, deleted ones, all of them or those of a word."""
    for reader, private, drafts, deleted, word in itertools.product(
        readers, (False, True), (False, True), (False, True), ("", "red")
    ):
        states = ["active"] + ["draft"] * drafts + ["deleted"] * deleted
        yield reader, private, states, word


def told(searching: Searching, reader: Reader, private: bool, states: list[str], word: str) -> dict[str, Any]:
    return searching.find(
        reader.name,
        q="*:*",
        fq=f"tags:{word}" if word else "",
        rows=100,
        include_private=private,
        include_drafts="draft" in states,
        include_deleted="deleted" in states,
        **{"facet.field": json.dumps(["organization", "tags"]), "facet.limit": -1},
    )


@pytest.mark.ckan_config("ckan.search.remove_deleted_packages", False)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lk02_counts_and_facets_are_those_of_plain_sql_for_every_reader(
    searching: Searching, seed: int
) -> None:
    readers = draw(seed)
    several: set[int] = set()
    with searching.database.connect() as connection:
        for reader, private, states, word in questions(readers):
            facts: Mapping[str, Any] = {
                "states": states,
                "private": private,
                "everything": reader.everything,
                "reader": reader.id,
                "word": word,
            }
            answer = told(searching, reader, private, states, word)
            asked = (reader, private, states, word)
            facts_by = {
                field: {row[0]: row[1] for row in connection.execute(sa.text(MAY_READ + asking), facts)}
                for field, asking in QUESTIONS.items()
            }
            names = sorted(facts_by.pop("names"))
            assert sorted(each["name"] for each in answer["results"]) == names, asked
            assert answer["count"] == len(names), asked
            for field, counted in facts_by.items():
                assert answer["facets"][field] == counted, (asked, field)
                shown = {each["name"]: each["count"] for each in answer["search_facets"][field]["items"]}
                assert shown == counted, (asked, field)
            several.add(len(names))
    assert len(several) > 5, "the world drawn tells readers apart"


@pytest.mark.parametrize(
    "attempt",
    [
        {"fq": "capacity:private"},
        {"fq": "capacity:(public OR private)"},
        {"fq": "*:* OR capacity:private"},
        {"fq_list": ["capacity:private OR *:*"]},
        {"q": "*:* OR private:true"},
        {"q": "capacity:private"},
        {"fq": "+state:(active OR draft OR deleted)"},
        {"fq": "-capacity:public"},
    ],
)
def test_lk02_no_filter_of_a_caller_widens_what_is_counted(
    searching: Searching, attempt: dict[str, Any]
) -> None:
    agency = factories.Organization()
    dataset(name="shown", owner_org=agency["id"], tags=[{"name": "red"}])
    dataset(name="hidden", owner_org=agency["id"], private=True, tags=[{"name": "blue"}])
    dataset(name="unfinished", owner_org=agency["id"], state="draft", tags=[{"name": "blue"}])
    found = searching.find(
        include_private=True,
        include_drafts=True,
        **{"q": "*:*", "facet.field": json.dumps(["tags", "capacity", "state"])} | attempt,
    )
    assert {each["name"] for each in found["results"]} <= {"shown"}
    assert found["count"] == len(found["results"])
    assert "blue" not in found["facets"]["tags"]
    assert set(found["facets"]["capacity"]) <= {"public"}
    assert set(found["facets"]["state"]) <= {"active"}
