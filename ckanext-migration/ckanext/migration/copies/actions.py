"""Actions of the copies. Pages and commands do nothing that these do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.copies import auth, finding, groups, holders, words
from ckanext.migration.copies.model import DERIVED, DIFFERENT, PAIR, PROPOSED, SAME, STATES
from ckanext.migration.logic import windows

__all__ = [
    "migration_copies_decide",
    "migration_copies_find",
    "migration_copies_list",
    "migration_copies_of",
    "migration_copies_undo",
]

MOST = 100


def migration_copies_find(context: Any, data_dict: dict[str, Any]) -> dict[str, int]:
    """Look among all public, private and harvested datasets for those that may be the same.

    What was decided is not proposed again.

    :returns: how many ``datasets`` there are, pairs ``compared``, ``proposed`` (``new`` ones among them),
        found again but ``decided``, and ``withdrawn`` because nothing speaks for them any more
    """
    tk.check_access("migration_copies_find", context, data_dict)
    found = finding.find(context.get("migration_copies_step") or (lambda _what, _done, _of: None))
    model.Session.commit()
    return found


@tk.side_effect_free
def migration_copies_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """List pairs that may be, are, or are not the same, the most certain first.

    The caller sees those that concern a dataset which they edit, if they may read both.

    :param state: ``proposed`` (default), ``same``, ``derived`` or ``different``
    :param limit: 0 to 100 (default: 20)
    :param offset: (default: 0)
    :returns: ``count`` and ``results``: each with ``id``, ``state``, ``confidence`` (0 to 1), ``reasons``
        (``kind`` and what belongs to it), ``why`` (the reasons in the reader's language), ``datasets`` (two:
        ``id``, ``name``, ``title``, ``organization``), ``lead`` (id of the original, where they are the
        same), ``decided_by``, ``decided_at`` and ``may_decide``
    """
    tk.check_access("migration_copies_list", context, data_dict)
    state = data_dict.get("state") or PROPOSED
    if state not in STATES:
        raise tk.ValidationError({"state": [tk._("Unknown selection.")]})
    limit, offset = windows.window(data_dict, 20, MOST)
    query = _concerning(auth.agencies(context)).where(PAIR.c.state == state)
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    order = (
        (PAIR.c.confidence.desc(), PAIR.c.id) if state == PROPOSED else (PAIR.c.decided_at.desc(), PAIR.c.id)
    )
    rows = model.Session.execute(query.order_by(*order).limit(limit).offset(offset))
    return {"count": count, "results": _shown(context, rows)}


def migration_copies_decide(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say whether two records are the same dataset, or one was made from the other.

    The same ones stand in one hit of a search; nothing in the records is changed, and `migration_copies_undo`
    takes the decision back.

    :param id: id of the pair, see `migration_copies_list`
    :param decision: ``same``, ``derived`` or ``different``
    :param lead: id or name of the original of the two, which is shown first (default: the one whose agency
        is the publisher, else the one that was here first); of ``derived`` the one that the other was made
        from (default: as the records say)
    """
    tk.check_access("migration_copies_decide", context, data_dict)
    found = auth.pair(context, tk.get_or_bust(data_dict, "id"))
    decision = tk.get_or_bust(data_dict, "decision")
    if decision not in (SAME, DERIVED, DIFFERENT):
        raise tk.ValidationError({"decision": [tk._("Unknown decision.")]})
    lead = None
    if decision in (SAME, DERIVED):
        lead = _lead(found, data_dict.get("lead"), decision)
    return _keep(context, found, decision, lead)


def migration_copies_undo(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take a decision back: both records stand alone again, and the pair is proposed as before.

    :param id: id of the pair
    """
    tk.check_access("migration_copies_undo", context, data_dict)
    return _keep(context, auth.pair(context, tk.get_or_bust(data_dict, "id")), PROPOSED, None)


@tk.side_effect_free
def migration_copies_of(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tell who else holds a dataset, of the records that the caller may read.

    :param id: id or name of the dataset
    :returns: ``results``: the original first; each with ``id``, ``name``, ``title``, ``organization``,
        ``modified`` (ISO 8601) and ``lead`` (whether it is the original); ``made_from`` and ``made_into``:
        what it was made from, and what was made from it, as people decided
    """
    tk.check_access("migration_copies_of", context, data_dict)
    package = model.Package.get(tk.get_or_bust(data_dict, "id"))
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset."))
    return {
        "results": holders.of(context, [package.id]).get(package.id, []),
        **holders.derivations(context, package.id),
    }


def _concerning(agencies: set[str] | None) -> sa.Select[Any]:
    """Select the pairs of active datasets of which the caller edits one and may read the other."""
    one, other = (model.Package.__table__.alias() for _ in range(2))
    query = (
        sa.select(PAIR)
        .join(one, (one.c.id == PAIR.c.one) & (one.c.state == "active"))
        .join(other, (other.c.id == PAIR.c.other) & (other.c.state == "active"))
    )
    if agencies is None:
        return query
    edited = [each.c.owner_org.in_(agencies) for each in (one, other)]
    readable = [sa.not_(each.c.private) | mine for each, mine in zip((one, other), edited, strict=True)]
    return query.where(sa.or_(*edited), *readable)


def _shown(context: Any, rows: Iterable[Any]) -> list[dict[str, Any]]:
    pairs = list(rows)
    told = holders.told([each for row in pairs for each in (row.one, row.other)])
    found = []
    for row in pairs:
        both = (row.one, row.other)
        # The database has chosen; a plugin may forbid more.
        if not all(each in told and auth.may(context, "package_show", each) for each in both):
            continue
        found.append(
            {
                "id": row.id,
                "state": row.state,
                "confidence": row.confidence,
                "reasons": row.reasons,
                "why": words.why(row.reasons),
                "datasets": [told[each] for each in sorted(both, key=lambda each: each != row.lead)],
                "lead": row.lead,
                "decided_by": row.decided_by,
                "decided_at": row.decided_at.isoformat() if row.decided_at else None,
                "may_decide": all(auth.may(context, "package_update", each) for each in both),
            }
        )
    return found


def _lead(found: Any, given: Any, decision: str) -> str:
    both = (found.one, found.other)
    if not given and decision == SAME:
        return holders.original(both)
    if not given:
        made = next((reason["value"] for reason in found.reasons if reason["kind"] == "derived"), None)
        if made not in both:
            raise tk.ValidationError({"lead": [tk._("Say which of the two the other was made from.")]})
        return str(found.other if made == found.one else found.one)
    package = model.Package.get(str(given))
    if package is None or package.id not in both:
        raise tk.ValidationError({"lead": [tk._("The original is one of the two.")]})
    return str(package.id)


def _keep(context: Any, found: Any, state: str, lead: str | None) -> dict[str, Any]:
    decided = state != PROPOSED
    values = {
        "state": state,
        "lead": lead,
        "decided_by": context.get("user") if decided else None,
        "decided_at": sa.func.now() if decided else None,
    }
    model.Session.execute(sa.update(PAIR).where(PAIR.c.id == found.id).values(**values))
    groups.settle([found.one, found.other])
    model.Session.commit()
    row = model.Session.execute(sa.select(PAIR).where(PAIR.c.id == found.id)).one()
    return _shown(context, [row])[0]
