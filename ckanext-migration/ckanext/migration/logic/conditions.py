"""Terms of use that a dataset states: what they say now, and who has agreed to which of them (R-1.1-h).

The version of terms is the digest of their texts: whoever agreed to other words is asked again. What each
version said is kept with the first who agrees to it. Strangers are counted and not told apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import JSONB, insert

from ckanext.migration.logic import windows

__all__ = ["migration_conditions_agree", "migration_conditions_list", "migration_conditions_show"]

FIELD = "terms_of_use_translated"
STRANGER = ""
MOST = 1000

METADATA = sa.MetaData()
TEXTS = sa.Table(
    "migration_conditions_text",
    METADATA,
    sa.Column("package_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("texts", JSONB, nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
AGREED = sa.Table(
    "migration_conditions_agreed",
    METADATA,
    sa.Column("package_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("first", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("last", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)


def texts(package: Mapping[str, Any]) -> dict[str, str]:
    """Return the terms of a dataset by language; nothing where it states none."""
    found = package.get(FIELD)
    return {lang: text for lang, text in found.items() if text} if isinstance(found, Mapping) else {}


def version(package: Mapping[str, Any]) -> str | None:
    """Return the version of the terms of a dataset, or None where it states none."""
    found = texts(package)
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16] if found else None


@tk.side_effect_free
def migration_conditions_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show the terms of use of a dataset, and whether the caller has agreed to them.

    :param id: id or name of a dataset that the caller may read
    :returns: ``id``, ``name``, ``version`` (None: there are no terms), ``texts`` by language, ``agreed`` (ISO
        8601, or None) and ``agreed_before``: whether the caller agreed to an earlier version
    """
    tk.check_access("migration_conditions_show", context, data_dict)
    return _shown(context, _package(context, data_dict))


def migration_conditions_agree(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Agree to the terms of use of a dataset.

    :param id: id or name of a dataset that the caller may read
    :param version: ``version`` of `migration_conditions_show` when the caller read them
    :returns: as `migration_conditions_show`
    """
    tk.check_access("migration_conditions_agree", context, data_dict)
    package = _package(context, data_dict)
    now = version(package)
    if now is None:
        raise tk.ValidationError({"id": [tk._("This dataset states no terms of use.")]})
    if tk.get_or_bust(data_dict, "version") != now:
        raise tk.ValidationError({"version": [tk._("The terms have changed meanwhile. Read them again.")]})
    key = {"package_id": package["id"], "version": now}
    text = insert(TEXTS).values(**key, texts=texts(package))
    model.Session.execute(text.on_conflict_do_nothing())
    agreed = insert(AGREED).values(**key, user_id=_user_id(context), times=1)
    again = {"times": AGREED.c.times + 1, "last": sa.func.now()}
    model.Session.execute(agreed.on_conflict_do_update(index_elements=AGREED.primary_key, set_=again))
    model.Session.commit()
    return _shown(context, package)


@tk.side_effect_free
def migration_conditions_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """List who agreed to the terms of use of a dataset, those who did last first.

    :param id: id or name of a dataset that the caller may edit
    :param limit: at most 1000 (default 100)
    :param offset: entries skipped
    :returns: ``count`` and ``results``: ``user`` (name; None: readers without an account, all together),
        ``version``, ``texts``, ``times``, ``first`` and ``last`` (ISO 8601)
    """
    tk.check_access("migration_conditions_list", context, data_dict)
    limit, offset = windows.window(data_dict, 100, MOST)
    package, users = model.Package.get(data_dict["id"]), model.User.__table__
    same = sa.and_(TEXTS.c.package_id == AGREED.c.package_id, TEXTS.c.version == AGREED.c.version)
    query = (
        sa.select(AGREED, TEXTS.c.texts, users.c.name)
        .join(TEXTS, same)
        .join(users, users.c.id == AGREED.c.user_id, isouter=True)
        .where(AGREED.c.package_id == package.id)
    )
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    rows = model.Session.execute(query.order_by(AGREED.c.last.desc()).limit(limit).offset(offset)).mappings()
    results = [
        {
            "user": row["name"],
            **{name: row[name] for name in ("version", "texts", "times")},
            **{name: row[name].isoformat() for name in ("first", "last")},
        }
        for row in rows
    ]
    return {"count": count or 0, "results": results}


def forget(package_id: str) -> None:
    """Forget what was agreed to about a dataset that is purged; the caller commits."""
    for table in (AGREED, TEXTS):
        model.Session.execute(sa.delete(table).where(table.c.package_id == package_id))


def _shown(context: Any, package: Mapping[str, Any]) -> dict[str, Any]:
    now, user_id = version(package), _user_id(context)
    own = sa.and_(AGREED.c.package_id == package["id"], AGREED.c.user_id == user_id)
    rows = model.Session.execute(sa.select(AGREED.c.version, AGREED.c.last).where(own)) if user_id else ()
    agreed = {row.version: row.last for row in rows}
    return {
        "id": package["id"],
        "name": package["name"],
        "version": now,
        "texts": texts(package),
        "agreed": agreed[now].isoformat() if now in agreed else None,
        "agreed_before": bool(agreed) and now not in agreed,
    }


def _package(context: Any, data_dict: Mapping[str, Any]) -> dict[str, Any]:
    asking = {name: context[name] for name in ("user", "auth_user_obj", "ignore_auth") if name in context}
    found: dict[str, Any] = tk.get_action("package_show")(asking, {"id": data_dict["id"]})
    return found


def _user_id(context: Any) -> str:
    user = model.User.get(context.get("user")) if context.get("user") else None
    return user.id if user else STRANGER
