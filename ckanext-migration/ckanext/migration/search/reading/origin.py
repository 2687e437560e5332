"""What a document was made from: its builder and the versions of the rows it tells of.

PostgreSQL names each version of a row by the transaction that wrote it and the place where it lies
(``xmin``, ``ctid``). As long as both are the same nobody has written to the row. Moving the database to
another server, or rewriting a table, changes the names of rows that stayed equal: then all is made anew.

What agencies say of themselves joins the documents of all their publications (`logic.agencies`), whoever owns
these: a change to any such agency makes all anew.

Only what is read after the commit, for a rebuild or by the worker, is given its origin. A save reads its rows
within its transaction, in which others may commit; its document is made anew by the next rebuild.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.plugins as p
import sqlalchemy as sa

from ckanext.migration.interfaces import IEntries
from ckanext.migration.search.index import builder
from ckanext.migration.search.index.mapping import ORIGIN

_PART = 5000
_ROWS = sa.text("""
    select p.id, md5(concat(p.xmin, p.ctid,
      '|', (select string_agg(concat(r.xmin, r.ctid), ',' order by r.id)
            from resource r where r.package_id = p.id),
      '|', (select string_agg(concat(u.xmin, u.ctid, t.xmin, t.ctid), ',' order by u.id)
            from package_tag u join tag t on t.id = u.tag_id where u.package_id = p.id),
      '|', (select string_agg(concat(m.xmin, m.ctid, g.xmin, g.ctid), ',' order by m.id)
            from member m join "group" g on g.id = m.group_id where m.table_id = p.id),
      '|', (select concat(g.xmin, g.ctid) from "group" g where g.id = p.owner_org),
      '|', (select string_agg(concat(n.xmin, n.ctid), ',' order by n.id)
            from package_relationship n where p.id in (n.subject_package_id, n.object_package_id)),
      '|', (select md5(string_agg(concat(a.xmin, a.ctid), ',' order by a.id))
            from "group" a where a.is_organization and a.extras <> '{}'::jsonb)
    )) from package p where p.id = any(:ids)
""")


def of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return ``{dataset id: origin}``; take it before the datasets are read, so that it is never too new."""
    made_by = builder.fingerprint()
    found: dict[str, str] = {}
    for start in range(0, len(ids), _PART):
        part = list(ids[start : start + _PART])
        for dataset, rows in connection.execute(_ROWS, {"ids": part}):
            found[dataset] = f"{made_by}-{rows}"
        for plugin in p.PluginImplementations(IEntries):
            for dataset, place in plugin.entries(part).items():
                found[dataset] = f"{found.get(dataset)}-{place.entry}-{place.series}-{place.first}"
    return found


def attach(documents: Sequence[Any], origins: dict[str, str]) -> None:
    """Write into documents what they were made from."""
    for document in documents:
        if document.get("id") in origins:
            document[ORIGIN] = origins[document["id"]]
