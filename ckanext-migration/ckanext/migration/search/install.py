"""Puts Elasticsearch where CKAN expects Solr (search-contract §5.1).

CKAN reaches Solr only through ``pysolr.Solr(…)`` inside ``ckan.lib.search.common.make_connection``.
Replacing the *name* ``pysolr`` in that one module catches every user of it, also those that imported
``make_connection`` long ago. The second name asks Solr for its schema at every start.

The seam is put in once a process and never taken out: CKAN's own tests unload all plugins and go on
searching.
"""

from __future__ import annotations

import inspect
import logging
from types import ModuleType
from typing import Any

import ckan
import pysolr
from ckan.lib import search
from ckan.lib.search import common

from ckanext.migration.search import client, config
from ckanext.migration.search.connection import SolrLike
from ckanext.migration.search.errors import SeamMoved, SearchFault
from ckanext.migration.search.index import lifecycle

_VERSION = "2.12."


class _Pysolr(ModuleType):
    """pysolr with another ``Solr``."""

    Solr = SolrLike

    def __getattr__(self, name: str) -> Any:
        return getattr(pysolr, name)


class _WithoutTrace(logging.Filter):
    """An engine that does not answer is one line in the log; CKAN would add the trace at every start."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, without the trace of a fault that its message explains."""
        if record.exc_info and isinstance(record.exc_info[1], pysolr.SolrError):
            record.exc_info = record.exc_text = None
        return True


class _Schema:
    """The answer to CKAN's question for Solr's schema: the version our index was made for."""

    def __init__(self) -> None:
        self.text = ""

    def raise_for_status(self) -> None:
        """Read the version from the index; an outage is the caller's to report."""
        try:
            engine = client.engine(config.address(timeout=config.save_timeout()))
            version = lifecycle.schema_version(engine, config.alias())
        except SearchFault as fault:
            raise common.SearchError(fault.message) from None
        self.text = f'<schema name="{version}" version="1.6"/>'


def install() -> None:
    """Put the seam in; nothing happens when it is there already."""
    if isinstance(common.pysolr, _Pysolr):
        return
    check()
    common.pysolr = _Pysolr("pysolr")
    search._get_schema_from_solr = _schema
    common.log.addFilter(_WithoutTrace())


def installed() -> bool:
    """Whether CKAN searches in Elasticsearch."""
    return isinstance(common.pysolr, _Pysolr)


def check() -> None:
    """Refuse a CKAN whose private search code is not the one this was written for."""
    problems = []
    if not ckan.__version__.startswith(_VERSION):
        problems.append(f"CKAN is {ckan.__version__}, not {_VERSION}x")
    source = inspect.getsource(common.make_connection)
    if "pysolr.Solr(" not in source or getattr(common, "pysolr", None) is None:
        problems.append("make_connection() no longer calls pysolr.Solr")
    if list(inspect.signature(getattr(search, "_get_schema_from_solr", lambda: None)).parameters) != [
        "file_offset"
    ]:
        problems.append("_get_schema_from_solr(file_offset) has changed")
    if problems:
        raise SeamMoved("migration_search cannot stand in for Solr: " + "; ".join(problems))


def _schema(file_offset: str) -> _Schema:
    answer = _Schema()
    answer.raise_for_status()
    return answer
