"""What an agency says of itself once (kind, ROR, IATI identifier, website), for all its datasets.

Kept as extras of CKAN's organisation under the names of the parts of `publisher`, which declare them. They
join a record where it is written for readers (RDF, index, structured data), and are not copied into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.plugins import DefaultOrganizationForm
from ckanext.scheming.validation import convert_from_extras_group, validators_from_string

from ckanext.migration.interfaces import outdated
from migration_schemas import Record
from migration_schemas.agencies import DETAILS, completed
from migration_schemas.record import from_package

__all__ = ["organization_update"]

_KNOWN = "migration_agencies"


def fields() -> list[dict[str, Any]]:
    """Return the parts of `publisher` that an agency states, as the form wants them."""
    schema = (
        tk.h.scheming_get_dataset_schema("dataset") or {} if "scheming_get_dataset_schema" in tk.h else {}
    )
    for field in schema.get("dataset_fields", ()):
        if field["field_name"] == "publisher":
            return [part for part in field["repeating_subfields"] if part["field_name"] in DETAILS]
    return []


class AgencyForm(DefaultOrganizationForm):
    """CKAN's organisation with these parts (IGroupForm)."""

    is_organization = True

    def group_types(self) -> list[str]:
        """Return none: two forms for one type keep CKAN from starting, and a portal's own form goes first."""
        return []

    def is_fallback(self) -> bool:
        """Serve organisations that no other plugin has a form for."""
        return True

    def create_group_schema(self) -> Any:
        """Check each part by the validators of its field."""
        return _checked(super().create_group_schema())

    def update_group_schema(self) -> Any:
        """Check each part by the validators of its field."""
        return _checked(super().update_group_schema())

    def show_group_schema(self) -> Any:
        """Show the parts beside CKAN's own keys."""
        schema = super().show_group_schema()
        shown = [convert_from_extras_group, tk.get_validator("ignore_missing")]
        return {
            **schema,
            **dict.fromkeys(DETAILS, shown),
            "__after": [*schema.get("__after", ()), _extras_stay],
        }


def _extras_stay(key: Any, data: Any, errors: Any, context: Any) -> None:
    """Show an empty list where all extras became parts: clients of CKAN expect the key."""
    if not any(name[0] == "extras" for name in data):
        data["extras",] = []


def _checked(schema: Any) -> Any:
    return schema | {
        field["field_name"]: [
            *validators_from_string(field["validators"], field, {}),
            tk.get_validator("convert_to_extras"),
        ]
        for field in fields()
    }


def known() -> list[dict[str, Any]]:
    """Return the agencies that say something of themselves, with addresses and names that mean them.

    Read once in a transaction: whoever indexes many datasets asks for each.
    """
    session = model.Session()
    held = session.info.get(_KNOWN)
    if held is None or held[0] is not session.get_transaction():
        held = (session.get_transaction(), _read(session))
        # the query itself may have begun the transaction
        session.info[_KNOWN] = (session.get_transaction(), held[1])
    return list(held[1])


def _read(session: Any) -> list[dict[str, Any]]:
    group = model.Group.__table__
    site = str(tk.config.get("ckan.site_url") or "").rstrip("/")
    rows = session.execute(
        sa.select(group.c.id, group.c.name, group.c.title, group.c.extras).where(
            group.c.is_organization,
            group.c.state == "active",
            group.c.extras.op("?|")(sa.cast(list(DETAILS), sa.ARRAY(sa.Text))),
        )
    )
    return [
        {
            **{key: row.extras[key] for key in DETAILS if row.extras.get(key)},
            "id": row.id,
            "uris": [f"{site}/organization/{row.name}", f"{site}/organization/{row.id}"],
            "names": [name for name in (row.title, row.name) if name],
        }
        for row in rows
    ]


def publishers(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the publishers of a package with what their agencies say of themselves."""
    return completed(package.get("publisher"), known())


def record(package: Mapping[str, Any]) -> Record:
    """Return the record of a package as readers get it."""
    found = from_package(package)
    if not found.fields.get("publisher"):
        return found
    return Record({**found.fields, "publisher": publishers(found.fields)}, found.resources, found.kind)


@tk.chained_action
def organization_update(original: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """Update an agency; where it says something else of itself, its datasets are indexed again."""
    before = _details(data_dict.get("id"))
    result = original(context, data_dict)
    after = _details(data_dict.get("id"))
    if before != after and after is not None:
        outdated.send(__name__, ids=_published_by([each for each in (before, after) if each]))
    return result


def _details(reference: Any) -> dict[str, Any] | None:
    """Return what an agency says of itself, with its names."""
    group = model.Group.get(str(reference or ""))
    if group is None or not group.is_organization:
        return None
    said = {key: value for key, value in (group.extras or {}).items() if key in DETAILS}
    return {**said, "id": group.id, "name": group.name, "title": group.title}


def _published_by(agencies: list[dict[str, Any]]) -> list[str]:
    """Return the ids of datasets of an agency, and of those of others that name it as publisher."""
    package = model.Package.__table__
    text = package.c.extras["publisher"].astext
    words = {
        str(each.get(key)) for each in agencies for key in ("title", "name", "ror", "iati") if each.get(key)
    }
    named = [text.icontains(word, autoescape=True) for word in words]
    own = package.c.owner_org.in_({each["id"] for each in agencies})
    wanted = sa.select(package.c.id).where(package.c.state == "active", sa.or_(own, *named))
    return list(model.Session.execute(wanted).scalars())
