"""Actions of the search."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.search import config, health
from ckanext.migration.search.relevance import measurements
from ckanext.migration.search.suggesting.suggestions import migration_suggest

__all__ = ["migration_search_health", "migration_search_relevance_show", "migration_suggest"]

_FIGURES = ("queries", "ndcg_at_10", "empty", "latency_p50", "latency_p95", "languages", "groups")


@tk.side_effect_free
def migration_search_relevance_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tell how well the search found what people mean when it was last measured with judged queries.

    Only figures are told: neither the queries nor the datasets that were judged.

    :returns: ``measured_at`` (ISO 8601 with a zone; None: never measured), ``queries`` (how many),
        ``ndcg_at_10`` (mean, 0 to 1), ``empty`` (share of the queries without a hit), ``latency_p50`` and
        ``latency_p95`` (seconds), ``languages`` and ``groups`` (nDCG@10 of each), ``limits`` (``least_ndcg``,
        ``most_empty``, ``slowest`` in seconds)
    """
    tk.check_access("migration_search_relevance_show", context, data_dict)
    found = measurements.last(model.Session().connection())
    limits = {
        "least_ndcg": config.least_ndcg(),
        "most_empty": config.most_empty(),
        "slowest": config.slowest(),
    }
    if found is None:
        return {"measured_at": None, **dict.fromkeys(_FIGURES), "limits": limits}
    figures = {name: found.report.get(name) for name in _FIGURES}
    return {"measured_at": found.measured_at.isoformat(), **figures, "limits": limits}


@tk.side_effect_free
def migration_search_health(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tell administrators how engine, index and outbox are. No address and no account is told.

    :returns: ``healthy``; ``fault`` and ``remedy`` (None: the engine answers); ``engine`` (its version);
        ``alias``, ``index``, ``documents``, ``mapping_version``, ``outdated``, ``made_by`` (major release of
        the engine that made the index), ``shards``, ``replicas``, ``refresh_interval``, ``condition`` (green,
        yellow, red), ``blocks``; ``waiting``, ``oldest_seconds``, ``set_aside``, ``problems`` (``dataset``
        and ``reason`` of the last twenty set aside), ``rebuilding`` (the index that is being built);
        ``last_reconcile`` (None: never; ``compared_at``, ``deep``, ``compared``, ``missing``, ``surplus``,
        ``different``, ``left``)
    """
    tk.check_access("migration_search_health", context, data_dict)
    return health.look()
