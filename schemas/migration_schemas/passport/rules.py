"""The rules of comparison as objects: what `comparison.yaml` says, checked once when it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from migration_schemas import fields
from migration_schemas.errors import SchemaError
from migration_vocabularies import get, language_tag

VERDICTS = ("comparable", "with-note", "not-comparable")
"""From the best to the worst."""
RELATIONS = ("unknown", "partly-known", "same", "part", "apart")
NOT_STATED = frozenset({"unknown", "partly-known"})
LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
"""Languages in which every rule must speak; those after French are drafts that await review."""


@dataclass(frozen=True)
class Aspect:
    """One line of the passport: a field, or the broadest terms of what it says."""

    name: str
    field: str
    labels: Mapping[str, str]
    broadest: bool = False
    shown_only: bool = False

    def label(self, lang: str) -> str:
        """Return the label in a language, else in English."""
        return self.labels.get(language_tag(lang)) or self.labels["en"]


@dataclass(frozen=True)
class Rule:
    """When it fits, and what it then says."""

    id: str
    aspect: str
    relations: tuple[str, ...]
    verdict: str
    reasons: Mapping[str, str]
    whys: Mapping[str, str]
    between: tuple[tuple[str, ...], ...] = ()
    only_if: tuple[str, tuple[str, ...]] | None = None

    def reason(self, lang: str) -> str:
        """Return what is said, in a language, else in English."""
        return self.reasons.get(language_tag(lang)) or self.reasons["en"]

    def why(self, lang: str) -> str:
        """Return why it matters, in a language, else in English."""
        return self.whys.get(language_tag(lang)) or self.whys["en"]


@dataclass(frozen=True)
class Reason:
    """One rule that fitted, for two records."""

    rule: Rule
    relation: str


@dataclass(frozen=True)
class Rules:
    """The whole file: version, aspects in the order of the passport, rules in the order of trying."""

    version: str
    aspects: tuple[Aspect, ...]
    rules: tuple[Rule, ...]

    def aspect(self, name: str) -> Aspect:
        """Return an aspect by its name."""
        return next(aspect for aspect in self.aspects if aspect.name == name)

    def of(self, aspect: str) -> tuple[Rule, ...]:
        """Return the rules of an aspect."""
        return tuple(rule for rule in self.rules if rule.aspect == aspect)


@cache
def load() -> Rules:
    """Read the shipped rules.

    :raises SchemaError: where the file contradicts itself, the field list or a code list
    """
    return parse((files(__package__) / "comparison.yaml").read_text("utf-8"))


def parse(text: str) -> Rules:
    """Read rules from YAML; raises SchemaError as ``load`` does."""
    whole = yaml.safe_load(text)
    aspects = tuple(_aspect(entry) for entry in whole["aspects"])
    found = Rules(str(whole["version"]), aspects, tuple(_rule(entry) for entry in whole["rules"]))
    for rule in found.rules:
        _check(rule, found)
    return found


def _aspect(entry: Mapping[str, Any]) -> Aspect:
    field = fields.load().field(entry["field"])
    return Aspect(
        name=entry["name"],
        field=field.name,
        labels=entry.get("label") or field.labels,
        broadest=bool(entry.get("broadest")),
        shown_only=bool(entry.get("shown_only")),
    )


def _rule(entry: Mapping[str, Any]) -> Rule:
    only_if = entry.get("only_if")
    return Rule(
        id=entry["id"],
        aspect=entry["aspect"],
        relations=tuple(entry["relation"]),
        verdict=entry["verdict"],
        reasons=entry["reason"],
        whys=entry["why"],
        between=tuple(tuple(group) for group in entry.get("between") or ()),
        only_if=(only_if["aspect"], tuple(only_if["codes"])) if only_if else None,
    )


def _check(rule: Rule, found: Rules) -> None:
    names = {aspect.name for aspect in found.aspects if not aspect.shown_only}
    groups = [(rule.aspect, codes) for codes in rule.between] + ([rule.only_if] if rule.only_if else [])
    if rule.aspect not in names or not {name for name, _ in groups} <= names:
        raise SchemaError(f"Rule {rule.id}: there is no such aspect, or it is only shown.")
    if rule.verdict not in VERDICTS or not set(rule.relations) <= set(RELATIONS):
        raise SchemaError(f"Rule {rule.id}: unknown verdict or relation.")
    if len(rule.between) not in {0, 2}:
        raise SchemaError(f"Rule {rule.id}: `between` takes two groups.")
    if not all(texts.get(lang) for texts in (rule.reasons, rule.whys) for lang in LANGUAGES):
        raise SchemaError(f"Rule {rule.id}: a reason and a why are needed in {', '.join(LANGUAGES)}.")
    for name, codes in groups:
        vocabulary = fields.load().field(found.aspect(name).field).vocabulary
        unknown = [code for code in codes if not vocabulary or code not in get(vocabulary)]
        if unknown:
            raise SchemaError(f"Rule {rule.id}: {', '.join(unknown)} is not in the list {vocabulary}.")
