"""Records as YAML: what a text says is what a record holds.

Plain YAML reads NO (Norway) as "false" and 2024-01 as a date; here every value is a text, and the field
decides what it is. References inside a file are refused: a few lines of them can stand for gigabytes.
"""

from __future__ import annotations

from typing import Any

import yaml

from .errors import ReadError

SUFFIXES = ("yaml", "yml")


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ReadError("The YAML refers to another part of itself.", remedy="Write the values out.")
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: kept
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    if (kept := [rule for rule in rules if rule[0] in {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}])
}


def load(text: str) -> Any:
    """Read a document; raises ReadError."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader that knows fewer kinds of values
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ReadError(f"This is not YAML that can be read{where}.") from error
    except RecursionError as error:
        raise ReadError("The YAML is nested too deeply.") from error


def dump(values: Any) -> str:
    """Write values so that `load`, and any other reader of YAML, reads the same."""
    text: str = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=100)
    return text
