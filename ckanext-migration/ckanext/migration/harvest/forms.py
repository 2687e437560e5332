"""What a person fills in for a source, turned into what the actions take, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from migration_schemas import load
from migration_vocabularies import get

AGREED = "default_"
OPTION = "option-"
PLAIN = ("name", "title", "url", "protocol", "organization", "credential", "notify", "state")
FLAGS = ("allow_private", "public")


def read(form: Mapping[str, str], options: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Turn a filled-in form into parameters of `source_create`; raise ValueError for a line without `=`."""
    data: dict[str, Any] = {name: str(form[name]).strip() for name in PLAIN if name in form}
    for name in FLAGS:
        if f"{name}-shown" in form:
            data[name] = bool(form.get(name))
    given: dict[str, Any] = {}
    for option in options:
        value = form.get(f"{OPTION}{option['name']}", "")
        if option["kind"] == "flag":
            given |= {option["name"]: True} if value else {}
        elif str(value).strip():
            given[option["name"]] = value
    if form.get("default_sensitivity"):
        given["default_sensitivity"] = form["default_sensitivity"]
    for name, value in lines(form.get("agreed", "")):
        given[f"{AGREED}{name}"] = _agreed(name, value)
    owners = dict(lines(form.get("publisher_organizations", "")))
    if owners:
        given["publisher_organizations"] = owners
    data["options"] = given
    return data


def filled(source: Mapping[str, Any], options: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the values of a form for a source as it is: the way back of `read`."""
    given = dict(source.get("options") or {})
    values: dict[str, Any] = {name: source.get(name) or "" for name in PLAIN}
    values |= {name: bool(source.get(name)) for name in FLAGS}
    organization = source.get("organization")
    values["organization"] = organization["id"] if isinstance(organization, Mapping) else organization or ""
    for option in options:
        values[f"{OPTION}{option['name']}"] = _shown(given.get(option["name"]), option["kind"])
    agreed = dict(given.get("defaults") or {})
    agreed |= {key.removeprefix(AGREED): value for key, value in given.items() if key.startswith(AGREED)}
    levels_said = [agreed.pop(name, "") for name in ("sensitivity_level", "sensitivity")]
    values["default_sensitivity"] = next((level for level in reversed(levels_said) if level), "")
    values["agreed"] = _written(agreed)
    values["publisher_organizations"] = _written(given.get("publisher_organizations") or {})
    return values


def lines(text: str) -> list[tuple[str, str]]:
    """Read `name = value` from each line; raise ValueError that shows the line that is not like that."""
    pairs = []
    for line in str(text).splitlines():
        if not line.strip():
            continue
        name, sign, value = line.rpartition("=") if line.count("=") > 1 else line.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise ValueError(line.strip()[:100])
        pairs.append((name.strip(), value.strip()))
    return pairs


def levels(lang: str) -> list[tuple[str, str]]:
    """List the levels of sensitivity that can be agreed."""
    return [(concept.code, concept.label(lang)) for concept in get("sensitivity-level")]


def _agreed(name: str, value: str) -> Any:
    """Read an agreed value: JSON as such, several values of a repeated field with commas."""
    if value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError(f"{name} = {value}"[:100]) from None
    known = {field.name: field for field in load("dataset").fields}
    if name in known and known[name].multiple:
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _shown(value: Any, kind: str) -> Any:
    if kind == "flag":
        return bool(value)
    if isinstance(value, Mapping):
        return _written(value)
    if isinstance(value, list | tuple):
        return ("\n" if kind == "lines" else ", ").join(str(part) for part in value)
    return "" if value is None else str(value)


def _written(values: Mapping[str, Any]) -> str:
    return "\n".join(f"{name} = {_text(value)}" for name, value in values.items())


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(part, str) and "," not in part for part in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
