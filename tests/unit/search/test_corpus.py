"""Every query of the corpus, parsed and evaluated in memory."""

from __future__ import annotations

import pytest

from ckanext.migration.search import dates
from ckanext.migration.search.errors import QuerySyntaxError
from ckanext.migration.search.index import mapping
from ckanext.migration.search.query import dsl, localparams, syntax
from ckanext.migration.search.query.fields import Fields
from search_corpus import CASES, DOCUMENTS, ERROR, NOW, Case
from search_evaluator import Evaluator

FIELDS = Fields(mapping.properties({}), trusted=True)
MOMENT = dates.parse_instant(NOW)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_query_finds_what_solr_finds(case: Case) -> None:
    seen = []
    compiler = dsl.Compiler(FIELDS, MOMENT, case.operator)
    if case.expected == ERROR:
        with pytest.raises(QuerySyntaxError):
            localparams.query(case.query, compiler, syntax.OWN, seen.append)
        return
    assert localparams.query(case.query, compiler, syntax.OWN, seen.append)
    evaluator = Evaluator(FIELDS, MOMENT, case.operator)
    found = "".join(str(doc["id"]) for doc in DOCUMENTS if evaluator.matches(seen[0], doc))
    assert found == case.expected
