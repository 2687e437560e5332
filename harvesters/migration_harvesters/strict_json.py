"""JSON as a stranger sends it, read without guessing.

Python's parser accepts what no database stores (`NaN`), what is ambiguous (the same key twice: the last one
wins) and what a later step falls over (deep nesting). A whole page is not given up for one such record: the
flaw stays where it was found, and only what contains it is refused (JS-04 to JS-08).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from migration_harvesters.errors import PayloadError

MAX_DEPTH = 100
MAX_DIGITS = 300


@dataclass(frozen=True, slots=True)
class Flaw:
    """Stands in the place of a value that no one may read."""

    reason: str


class Ambiguous(dict[str, Any]):
    """An object that names the same key more than once; it can be looked at, but not taken as a record."""

    key: str = ""


def parse(body: bytes) -> Any:
    """Read the bytes or raise PayloadError; flaws inside are kept, and found by `check`."""
    try:
        text = body.decode("utf-8-sig")
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
    except UnicodeDecodeError as exc:
        raise _refused(f"The text is not UTF-8 (byte {exc.start}).") from exc
    except json.JSONDecodeError as exc:
        raise _refused(f"The JSON breaks off or is wrong at line {exc.lineno}, column {exc.colno}.") from exc
    except RecursionError as exc:
        raise _refused("The JSON is nested too deeply.") from exc


def check(value: Any) -> None:
    """Raise PayloadError, with the path, if anything in this value cannot be trusted."""
    waiting: list[tuple[str, int, Any]] = [("", 0, value)]
    while waiting:
        path, depth, item = waiting.pop()
        if depth > MAX_DEPTH:
            raise _refused(f"The JSON is nested too deeply at {path[:80]}.")
        if isinstance(item, Flaw):
            raise _refused(f"{path or 'The value'}: {item.reason}.")
        if isinstance(item, Ambiguous):
            raise _refused(f"{path or 'The record'} names “{item.key[:80]}” twice.")
        if isinstance(item, dict):
            waiting.extend((f"{path}/{key}"[:200], depth + 1, child) for key, child in item.items())
        elif isinstance(item, list):
            waiting.extend((f"{path}/{number}"[:200], depth + 1, child) for number, child in enumerate(item))


def loads(body: bytes) -> Any:
    """Read and check in one step."""
    value = parse(body)
    check(value)
    return value


def canonical(value: Any) -> bytes:
    """Write the same bytes for the same value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    ambiguous = Ambiguous(found)
    keys = [key for key, _ in pairs]
    ambiguous.key = next(key for key in keys if keys.count(key) > 1)
    return ambiguous


def _constant(name: str) -> Flaw:
    return Flaw(f"{name} is not a number that can be stored")


def _integer(digits: str) -> int | Flaw:
    return int(digits) if len(digits) <= MAX_DIGITS else Flaw("a number is too long")


def _float(text: str) -> float | Flaw:
    number = float(text)
    return number if math.isfinite(number) else Flaw("a number is too large")


def _refused(message: str) -> PayloadError:
    return PayloadError(message, code="json-refused")
