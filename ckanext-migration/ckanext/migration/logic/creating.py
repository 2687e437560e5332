"""Creating a dataset with one look at it, for the index and for the answer.

CKAN's action shows a new dataset twice, by two schemas, through a good part of its machinery. It can also be
asked to commit nothing and to tell the id alone; showing, indexing and the commit are left and done here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ckan.plugins import PluginImplementations

from ckanext.migration import shared
from ckanext.migration.interfaces import ICatalogueIndex

Action = Callable[[Any, dict[str, Any]], Any]

_ACTIONS = ("package_create", "package_show")
_ASKED = {"defer_commit": True, "return_id_only": True}


def create(original: Action, context: Any, data_dict: dict[str, Any]) -> Any:
    """Create a dataset as `package_create` does, with its answer; raises what that raises.

    Where another plugin has a say in creating or showing, or the caller wants to commit by himself, all is
    left to CKAN.
    """
    indexes = list(PluginImplementations(ICatalogueIndex))
    unusual = context.get("defer_commit") or any(map(shared.changed_by, _ACTIONS))
    if len(indexes) != 1 or unusual:
        return original(context, data_dict)
    before = {name: context.pop(name) for name in _ASKED if name in context}
    context.update(_ASKED)
    try:
        dataset = original(context, data_dict)
    finally:
        for name in _ASKED:
            del context[name]
        context.update(before)
    shown = indexes[0].index_new_dataset(dataset, context)
    context["model"].repo.commit()
    return dataset if context.get("return_id_only") else shown
