"""The kinds of records: datasets, and described needs for data. Each has a field list and a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DATASET, NEED = "dataset", "data-need"
"""Also the types of the packages in CKAN."""

KINDS = (DATASET, NEED)
CLASSES = {DATASET: "dcat:Dataset", NEED: "mig:DataNeed"}
RULES = {DATASET: "", NEED: "need-"}
"""What the names of the rules about a kind of record begin with."""


def kind_of(package: Mapping[str, Any]) -> str:
    """Return the kind of record that a package of CKAN holds; what is not said to be a need is a dataset."""
    return NEED if package.get("type") == NEED else DATASET


def kind_of_rule(rule: str) -> str:
    """Return the kind of record that a rule is about, told by its id or by the address of its shape."""
    return NEED if rule.rpartition("#")[2].startswith(RULES[NEED]) else DATASET
