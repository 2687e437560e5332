"""An index of its own for a test, of the production mapping."""

from __future__ import annotations

from typing import Any

from ckanext.migration.search import client, config, dates
from ckanext.migration.search.delivery import sending
from ckanext.migration.search.index import document, lifecycle, mapping
from ckanext.migration.search.query import dsl, localparams, syntax
from ckanext.migration.search.query.fields import Fields
from search_corpus import NOW

MOMENT = dates.parse_instant(NOW)
FIELDS = Fields(mapping.properties({}), trusted=True)
SHAPE = document.Shape(mapping.properties({}), frozenset())


class Scratch:
    """An index of the production mapping with documents of our own."""

    def __init__(self, name: str) -> None:
        self.name, self.engine = f"{config.index_prefix()}-scratch-{name}", client.engine(config.address())
        self.drop()
        self.engine.create(f"{self.name}-1", lifecycle.body(), self.name)

    def drop(self) -> None:
        self.engine.drop(f"{self.name}-1")

    def fill(self, documents: list[dict[str, Any]]) -> None:
        shaped = [document.build(each, {}, SHAPE, MOMENT) for each in documents]
        changes = [sending.Change(each["id"], 1, each) for each in shaped]
        for start in range(0, len(changes), 2000):
            assert sending.fill(self.engine, self.name, changes[start : start + 2000]) == {}
        self.engine.refresh(self.name)

    def ids(self, query: dict[str, Any]) -> list[str]:
        answer = self.engine.search(self.name, {"query": query, "size": 1000, "_source": ["id"]})
        return sorted(hit["_source"]["id"] for hit in answer["hits"]["hits"])

    def solr(self, text: str, operator: syntax.Operator) -> list[str]:
        compiler = dsl.Compiler(FIELDS, MOMENT, operator)
        return self.ids(localparams.query(text, compiler, syntax.OWN, lambda _node: None))
