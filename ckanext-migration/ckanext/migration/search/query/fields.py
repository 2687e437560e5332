"""Where a field named in a query lives in the index, and of what kind it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ckanext.migration.search.index.mapping import JSON_FIELDS, PRIVATE_FIELDS

Kind = Literal["text", "keyword", "date", "number", "flat", "state", "none"]

UPDATE_STATE = "update_state"
"""A facet without a field: computed from the due dates when asked (see ``freshness``)."""
_KINDS: dict[str, Kind] = {
    "text": "text",
    "date": "date",
    "integer": "number",
    "long": "number",
    "short": "number",
    "float": "number",
    "double": "number",
    "boolean": "keyword",
    "keyword": "keyword",
}
UNSEEN = frozenset({"index_id", "site_id", "entity_type", "entry", "mapping_version", "update_schedule"})
"""Fields of the index that are no fields of a dataset."""
_EXTRAS = ("extras_", "res_extras_")
_FAMILIES = (*_EXTRAS, "vocab_")
_HIDDEN = frozenset(JSON_FIELDS)


@dataclass(frozen=True, slots=True)
class Target:
    """A place in the index. ``nested`` names the list of pairs in which ``key`` selects."""

    kind: Kind
    path: str
    nested: str | None = None
    key: str | None = None
    whole: str | None = None
    """The sub-field that holds the unbroken value of a text field."""


NOWHERE = Target("none", "")


class Fields:
    """Resolves Solr field names against a mapping."""

    def __init__(self, properties: Mapping[str, Any], *, trusted: bool = False) -> None:
        self._properties = properties
        self._hidden = _HIDDEN if trusted else _HIDDEN | PRIVATE_FIELDS

    def find(self, name: str) -> Target:  # noqa: PLR0911 - one line a kind of name
        """Every name resolves: what the index does not know is looked up among the other keys."""
        if name in self._hidden or not name:
            return NOWHERE
        if name == UPDATE_STATE:
            return Target("state", name)
        known = self._known(name)
        if known is not None:
            # an extra with a field of its own: its unbroken value is where that of any other extra is
            return replace(known, whole=f"x.{name}") if name.startswith(_EXTRAS) else known
        if name.startswith(_EXTRAS):
            return Target("text", "extras.value", nested="extras", key=name, whole=f"x.{name}")
        if name.startswith("vocab_"):
            return Target("flat", f"vocab.{name}")
        if name.endswith("_date"):
            return Target("date", "dates.at", nested="dates", key=name)
        return Target("flat", f"x.{name}")

    def has(self, name: str) -> bool:
        """Whether the mapping has a field of this name, or a rule that covers it."""
        return self._known(name) is not None or name.startswith(_FAMILIES) or name == UPDATE_STATE

    def sortable(self) -> list[str]:
        """Return the names by which a result can be ordered: the score, and fields with one exact value."""
        kinds = {name: self.find(name) for name in self._properties}
        ordered = {
            name
            for name, target in kinds.items()
            if target.kind in ("keyword", "date", "number") or (target.kind == "text" and target.whole)
        }
        own = {name for name in ordered if not name.startswith(_EXTRAS)}
        return ["score", *sorted(own - UNSEEN)]

    def _known(self, name: str) -> Target | None:
        """Return a field of the mapping; dots step into objects and sub-fields, never into pairs."""
        head, *rest = name.split(".")
        field = self._properties.get(head)
        for part in rest:
            if field is None:
                return None
            field = {**field.get("properties", {}), **field.get("fields", {})}.get(part)
        if field is None or field.get("type") in ("nested", "flattened"):
            return None
        kind = _KINDS.get(field.get("type", ""))
        if kind is None:
            return NOWHERE
        whole = f"{name}.raw" if "raw" in field.get("fields", {}) else None
        return Target(kind, name, whole=whole)
