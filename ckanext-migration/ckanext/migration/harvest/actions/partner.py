"""Actions for partners: how their source stands, and the private link under which they see all of it."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.harvest import access, partners


@tk.side_effect_free
def migration_harvest_partner_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show a partner how its source stands.

    Everybody gets ``public`` where the source has a public page. The people of the organisation, and whoever
    sends the key of the private link, get ``details``: figures, problems, terms, corrections, quality, runs.

    :param id: id or name of the source
    :param key: (optional) key of the private link
    :param lang: (optional) language, two letters
    """
    tk.check_access("migration_harvest_partner_show", context, data_dict)
    owner = access.source(tk.get_or_bust(data_dict, "id"))
    lang = str(data_dict.get("lang") or "en")[:2]
    trusted = access.of_its_people(context, owner) or partners.opens(owner, str(data_dict.get("key") or ""))
    details = partners.private_part(owner, lang) if trusted else None
    return {"public": partners.public_part(owner), "details": details}


def migration_harvest_partner_link(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make a new private link for a partner; it is shown this once, and an older one opens nothing any more.

    :param id: id or name of the source
    :param revoke: (optional) only make the present link useless, default false
    :returns: ``url`` of the link, None when it was revoked
    """
    tk.check_access("migration_harvest_partner_link", context, data_dict)
    owner = access.source(tk.get_or_bust(data_dict, "id"))
    key, owner.partner_key = partners.new_key()
    if tk.asbool(data_dict.get("revoke", False)):
        owner.partner_key = None
    model.Session.commit()
    if owner.partner_key is None:
        return {"url": None}
    return {"url": tk.url_for("migration_harvest.partner", name=owner.name, key=key, _external=True)}
