"""Actions on the crosswalk of a source."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.migration.harvest import access, present, recounting, runs, terms
from ckanext.migration.harvest.actions.run import window
from ckanext.migration.harvest.model import HarvestTerm
from migration_vocabularies import get

FILTERS = {
    "unmapped": sa.and_(HarvestTerm.decision.is_(None), HarvestTerm.code.is_(None)),
    "uncertain": sa.and_(HarvestTerm.decision.is_(None), HarvestTerm.code.isnot(None)),
    "decided": HarvestTerm.decision.isnot(None),
}


@tk.side_effect_free
def migration_harvest_term_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """List the words of a partner that are no certain terms here, those of most records first.

    :param source: id or name of the source
    :param only: (optional) ``unmapped``, ``uncertain`` or ``decided``
    :param lang: (optional) language of the labels, two letters
    :param limit: (optional) default 20, at most 100
    :param offset: (optional) default 0
    :returns: ``count`` and ``results``, each with the terms that it may mean (``candidates``)
    """
    tk.check_access("migration_harvest_term_list", context, data_dict)
    owner = access.source(tk.get_or_bust(data_dict, "source"))
    query = model.Session.query(HarvestTerm).filter_by(source_id=owner.id)
    only = data_dict.get("only")
    if only:
        if only not in FILTERS:
            raise tk.ValidationError({"only": [tk._("Unknown selection.")]})
        query = query.filter(FILTERS[only])
    limit, offset = window(data_dict)
    lang = str(data_dict.get("lang") or "en")[:2]
    order = (HarvestTerm.records.desc(), HarvestTerm.vocabulary, HarvestTerm.key)
    rows = query.order_by(*order).limit(limit).offset(offset)
    return {"count": query.count(), "results": [present.term(row, lang) for row in rows]}


def migration_harvest_term_recount(context: Any, data_dict: dict[str, Any]) -> dict[str, int]:
    """Count the words of a partner anew over all records that are held, and forget those that none uses.

    What was decided stays. Nothing is asked of the partner.

    :param source: id or name of the source
    :returns: numbers of ``records`` and of those ``unread``, of words ``known`` and ``forgotten``
    """
    tk.check_access("migration_harvest_term_recount", context, data_dict)
    owner = access.source(tk.get_or_bust(data_dict, "source"))
    found = recounting.recount(owner)
    model.Session.commit()
    return found


def migration_harvest_term_decide(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say what a word of a partner means here, from the next run on.

    :param id: id of the term
    :param decision: ``mapped`` (with a code), ``ignored`` (says nothing here), ``open`` (the matcher judges)
    :param code: code of the concept, for ``mapped``
    """
    tk.check_access("migration_harvest_term_decide", context, data_dict)
    row = access.term(tk.get_or_bust(data_dict, "id"))
    decision = tk.get_or_bust(data_dict, "decision")
    if decision == "open":
        terms.forget(row)
    elif decision == terms.IGNORED:
        terms.decide(row, None, by=context.get("user"), at=runs.now())
    elif decision == terms.MAPPED:
        code = str(data_dict.get("code") or "")
        if get(row.vocabulary).get(code) is None:
            raise tk.ValidationError({"code": [tk._("There is no such term in this code list.")]})
        terms.decide(row, code, by=context.get("user"), at=runs.now())
    else:
        raise tk.ValidationError({"decision": [tk._("Unknown selection.")]})
    model.Session.commit()
    return present.term(row, "en")
