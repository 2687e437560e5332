"""Datasets that are the same, as groups with an original each; they follow from what people decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.migration.copies.model import MEMBER, PAIR, SAME
from ckanext.migration.interfaces import regrouped


def leads(ids: Iterable[str]) -> dict[str, str]:
    """Give the original of the group of each of these datasets; those without copies are left out."""
    query = sa.select(MEMBER.c.package_id, MEMBER.c.lead).where(MEMBER.c.package_id.in_(list(ids)))
    return {row.package_id: row.lead for row in model.Session.execute(query)}


def members(lead: Iterable[str]) -> dict[str, list[str]]:
    """Give all datasets of the groups with these originals."""
    found: dict[str, list[str]] = {}
    query = sa.select(MEMBER.c.package_id, MEMBER.c.lead).where(MEMBER.c.lead.in_(list(lead)))
    for row in model.Session.execute(query.order_by(MEMBER.c.package_id)):
        found.setdefault(row.lead, []).append(row.package_id)
    return found


def settle(ids: Iterable[str]) -> None:
    """Bring the groups around these datasets in line with the decisions; the caller commits.

    The index is told which datasets stand elsewhere now.
    """
    before = _whole(ids)
    links = _links(before)
    now = _groups(before, links)
    was = leads(before)
    if was == now:
        return
    session = model.Session
    session.execute(sa.delete(MEMBER).where(MEMBER.c.package_id.in_(before)))
    if now:
        rows = [{"package_id": each, "lead": lead} for each, lead in now.items()]
        session.execute(sa.insert(MEMBER).values(rows))
    moved = [each for each in before if was.get(each) != now.get(each)]
    regrouped.send(__name__, ids=moved)


def forget(package_id: str) -> None:
    """Remove all that is known of a dataset that is purged; the caller commits."""
    around = _whole([package_id]) - {package_id}
    pairs = sa.or_(PAIR.c.one == package_id, PAIR.c.other == package_id)
    model.Session.execute(sa.delete(PAIR).where(pairs))
    model.Session.execute(sa.delete(MEMBER).where(MEMBER.c.package_id == package_id))
    settle(around)


def _whole(ids: Iterable[str]) -> set[str]:
    """Give these datasets with all that are, or were, in a group with them."""
    found = set(ids)
    was = set(leads(found).values())
    found |= {each for group in members(was).values() for each in group}
    reached = set(found)
    while reached:
        near = sa.or_(PAIR.c.one.in_(reached), PAIR.c.other.in_(reached))
        rows = model.Session.execute(sa.select(PAIR.c.one, PAIR.c.other).where(PAIR.c.state == SAME, near))
        reached = {each for row in rows for each in row} - found
        found |= reached
    return found


def _links(ids: set[str]) -> list[Any]:
    query = sa.select(PAIR.c.one, PAIR.c.other, PAIR.c.lead).where(PAIR.c.state == SAME, PAIR.c.one.in_(ids))
    return list(model.Session.execute(query))


def _groups(ids: set[str], links: list[Any]) -> dict[str, str]:
    home = {each: each for each in ids}

    def root(each: str) -> str:
        while home[each] != each:
            each = home[each]
        return each

    for row in links:
        home[root(row.one)] = root(row.other)
    together: dict[str, list[str]] = {}
    for each in sorted(ids):
        together.setdefault(root(each), []).append(each)
    named = Counter(row.lead for row in links if row.lead)
    followers = Counter(
        each for row in links for each in (row.one, row.other) if row.lead and each != row.lead
    )
    groups = [group for group in together.values() if len(group) > 1]
    return {each: lead for group in groups for lead in [_lead(group, named, followers)] for each in group}


def _lead(group: list[str], named: Mapping[str, int], followers: Mapping[str, int]) -> str:
    """Of several originals, the one that is called a copy the least, then the original the most often."""
    return min(group, key=lambda each: (followers.get(each, 0), -named.get(each, 0), each))
