"""What CKAN gets in the place of ``pysolr.Solr`` (search-contract §1.2).

Every fault becomes what CKAN expects at this border (§2.2). CKAN writes the whole query, permission
labels included, into the message of an unknown ``SolrError``, so for a search only two of them are
raised: no connection, and no sort order. Everything else leaves as CKAN's own ``SearchError``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
from ckan.lib.search.common import SearchError, SearchQueryError

from ckanext.migration.search import (
    breaker,
    client,
    config,
    folding,
    hybrid,
    recheck,
    results,
    second_pass,
    trouble,
)
from ckanext.migration.search.additions import beyond, listing, spelling
from ckanext.migration.search.delivery import writing
from ckanext.migration.search.errors import (
    IndexUnavailable,
    QueryNotAllowedError,
    QuerySyntaxError,
    SearchFault,
    SortError,
)
from ckanext.migration.search.index import guard, profile
from ckanext.migration.search.query import facets, request
from ckanext.migration.search.words import synonyms

log = logging.getLogger(__name__)

_AWAY = "Failed to connect to server: {}"
_ROUNDS = 6
"""While others write, each round may meet a dataset that was hidden a moment ago."""


class SolrLike:
    """Takes Solr's calls and answers from Elasticsearch."""

    def __init__(self, url: str, decoder: Any = None, timeout: float = 60, **_options: Any) -> None:
        self._address = config.address(url, float(timeout))
        self._reading = config.address(url, min(float(timeout), config.search_timeout()))
        self._decode_dates = decoder is not None
        self.url = client.shown(url)

    def search(self, q: str = "*:*", **params: Any) -> pysolr.Results:
        """Search; failures leave as CKAN's own errors."""
        try:
            with breaker.searches.protecting(config.at_once()):
                return self._search({**params, "q": q})
        except SortError as fault:
            raise pysolr.SolrError(fault.message) from None
        except QueryNotAllowedError as fault:
            raise SearchQueryError(fault.message) from None
        except QuerySyntaxError as fault:
            if "q.op" in params:
                raise SearchError(fault.message) from None
            raise pysolr.SolrError(fault.message) from None
        except SearchFault as fault:
            log.error(
                "search.unavailable code=%s detail=%s remedy=%s", fault.code, fault.detail, fault.remedy
            )
            trouble.note(fault)
            raise pysolr.SolrError(_AWAY.format(fault.message)) from None

    def add(self, docs: Sequence[Mapping[str, Any]], commit: bool | None = None, **_options: Any) -> None:
        """Index documents; inside a change they wait for its commit."""
        try:
            writing.put(client.engine(self._address), docs, refresh=bool(commit))
        except SearchFault as fault:
            raise self._failed(fault) from None

    def delete(self, q: str = "", commit: bool | None = None, **_options: Any) -> None:
        """Take out what matches; inside a change it waits for its commit."""
        try:
            writing.remove(client.engine(self._address), q, refresh=bool(commit))
        except SearchFault as fault:
            raise self._failed(fault) from None

    def commit(self, **_options: Any) -> None:
        """Make everything written so far searchable."""
        try:
            client.engine(self._address).refresh(config.alias())
        except SearchFault as fault:
            raise self._failed(fault) from None

    def _failed(self, fault: SearchFault) -> pysolr.SolrError:
        log.error("search.write_failed code=%s detail=%s remedy=%s", fault.code, fault.detail, fault.remedy)
        if isinstance(fault, IndexUnavailable):
            return pysolr.SolrError(_AWAY.format(fault.message))
        return pysolr.SolrError(fault.message)

    def _search(self, params: Mapping[str, Any]) -> pysolr.Results:
        properties = profile.properties()
        asked = beyond.of(params)
        fields = profile.query_fields(asked.language if asked else "")
        wanted = request.read(params, properties, datetime.now(UTC), fields, synonyms.current())
        without = recheck.excluded(wanted.labels) if wanted.from_ckan else []
        engine = client.engine(self._reading)
        guard.readable.pass_(engine, config.searched())
        answer = self._checked(engine, wanted, asked, without)
        if asked is not None:
            for addition in reversed(listing.ADDITIONS):
                addition.tell(asked, wanted, answer)
            found = answer["hits"]["total"]["value"]
            if second_pass.wanted(asked, wanted, found):
                near = self._spelt_otherwise(engine, params, wanted, asked, found)
                asked.told.update({spelling.KEY: near} if near else {})
        documents = [
            results.document(hit, wanted.wanted, properties, decode_dates=self._decode_dates)
            for hit in answer["hits"]["hits"]
        ]
        counted = facets.lists(wanted.facets, answer.get("aggregations", {}))
        return pysolr.Results(
            {
                "response": {"docs": documents, "numFound": answer["hits"]["total"]["value"]},
                "facet_counts": {"facet_fields": counted},
            }
        )

    def _spelt_otherwise(
        self,
        engine: client.Engine,
        params: Mapping[str, Any],
        wanted: request.Request,
        asked: beyond.Asked,
        found: int,
    ) -> dict[str, Any] | None:
        """Return another spelling of the words that finds more, to this reader and in the same search."""
        properties, now = profile.properties(), datetime.now(UTC)
        fields, known = profile.query_fields(asked.language), synonyms.current()
        without = recheck.excluded(wanted.labels)

        def read(text: str, rows: int) -> request.Request:
            changed = {**params, "q": text, "rows": rows, "facet": "false"}
            return request.read(changed, properties, now, fields, known)

        return second_pass.told(
            second_pass.Search(
                engine=engine,
                index=config.searched(),
                text=wanted.plain,
                language=asked.language,
                found=found,
                visible=wanted.visible(tk.config["ckan.site_id"], without),
                read=read,
                body=lambda other: _body(other, asked, without),
                checked=lambda other: self._checked(engine, other, asked, without),
            )
        )

    def _checked(
        self,
        engine: client.Engine,
        wanted: request.Request,
        asked: beyond.Asked | None,
        without: list[str],
    ) -> dict[str, Any]:
        """Search until nothing on the page contradicts the database, counts and facets included."""
        answer: dict[str, Any] = {}
        for _round in range(_ROUNDS):
            body = _body(wanted, asked, without)
            search = folding.fetch if "collapse" in body else hybrid.fetch
            answer = search(engine, config.searched(), body, wanted, asked)
            if not wanted.from_ckan:
                return answer
            beside = (*answer.get("related", ()), *folding.others(answer))
            verdict = recheck.judge([*answer["hits"]["hits"], *beside], wanted.labels)
            if verdict.stale:
                log.warning("search.index.behind datasets=%s", len(verdict.stale))
                writing.request_refresh([(writing.index_id(each), each) for each in verdict.stale])
            if not verdict.hidden:
                return answer
            without = [*without, *verdict.hidden]
        hits = answer["hits"]
        shown = [hit for hit in hits["hits"] if hit["_source"]["id"] not in without]
        answer["withheld"], hits["hits"] = len(hits["hits"]) - len(shown), shown
        hits["total"]["value"] -= answer["withheld"]
        folding.withhold(answer, without)
        answer["related"] = [hit for hit in answer.get("related", ()) if hit["_source"]["id"] not in without]
        return answer


def _body(wanted: request.Request, asked: beyond.Asked | None, without: list[str]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "query": wanted.engine_query(without, asked.filters if asked else ()),
        "_source": results.source(wanted.wanted),
        "track_total_hits": True,
    }
    if wanted.order:
        body["sort"] = wanted.order
        if "score" in wanted.wanted and not any("_score" in each for each in wanted.order):
            body["track_scores"] = True
    if wanted.aggregations:
        body["aggs"] = wanted.aggregations
    if asked is not None:
        for addition in listing.ADDITIONS:
            addition.shape(asked, wanted, body)
    return body
