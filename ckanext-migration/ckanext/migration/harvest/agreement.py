"""What was agreed with a partner, read from the options of its source. Pure.

Options that begin with `default_` fill gaps of the partner's records, `publisher_organizations` says which
organisation owns whose datasets; everything else is the protocol's business.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from migration_schemas import Record, agencies, load

SHORT = {"sensitivity": "sensitivity_level"}
CAUTIOUS = "moderate"
_PREFIX = "default_"
_OWN = ("publisher_organizations", "defaults")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreed values for what a record does not say, and who owns the datasets of which publisher."""

    defaults: Mapping[str, Any]
    publisher_organizations: Mapping[str, str]
    partner_options: Mapping[str, Any]

    def complete(self, record: Record) -> tuple[Record, bool]:
        """Fill gaps with agreed values; False if the sensitivity was neither said nor agreed.

        Unknown is not the same as harmless: such a record becomes "moderate" and waits for a person.
        """
        fields = {**self.defaults, **record.fields}
        confirmed = "sensitivity_level" in fields
        fields.setdefault("sensitivity_level", CAUTIOUS)
        return replace(record, fields=fields), confirmed

    def organization(self, record: Record, otherwise: str) -> str:
        """Say which organisation owns a record: that of its publisher, or the source's.

        A publisher is recognised by its identifiers (ROR, IATI), then by its address, then by its name.
        """
        owners = {agencies.ror(key) or key: name for key, name in self.publisher_organizations.items()}
        for publisher in record.fields.get("publisher") or ():
            for part in ("ror", "iati", "uri", "name"):
                key = str(publisher.get(part) or "")
                if key and (owner := owners.get(agencies.ror(key) or key)):
                    return owner
        return otherwise


def read(options: Mapping[str, Any]) -> Agreement:
    """Sort the options of a source into what the engine and what the protocol needs.

    Raises ValueError that names the option and what is wrong with it (CF-01).
    """
    defaults: dict[str, Any] = dict(_mapping(options, "defaults"))
    for key, value in options.items():
        if key.startswith(_PREFIX):
            short = key.removeprefix(_PREFIX)
            defaults[SHORT.get(short, short)] = value
    return Agreement(
        defaults={name: _agreed(name, value) for name, value in defaults.items()},
        publisher_organizations=_texts(options, "publisher_organizations"),
        partner_options={
            key: value for key, value in options.items() if key not in _OWN and not key.startswith(_PREFIX)
        },
    )


def digest(url: str, protocol: str, options: Mapping[str, Any]) -> str:
    """Identify the settings of a source: after a change of settings removals need a person (DL-06)."""
    whole = json.dumps([url, protocol, options], sort_keys=True, default=str)
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()


def _agreed(name: str, value: Any) -> Any:
    field = next((field for field in load("dataset").fields if field.name == name), None)
    if field is None:
        raise ValueError(f"default_{name}: there is no field {name!r}")
    if field.vocabulary:
        _check_codes(name, field.vocabulary, value if isinstance(value, list) else [value])
    return value if not field.multiple or isinstance(value, list) else [value]


def _check_codes(name: str, vocabulary: str, codes: list[Any]) -> None:
    from migration_vocabularies import get  # noqa: PLC0415 - only sources with agreed values need it

    known = get(vocabulary)
    for code in codes:
        if code not in known:
            raise ValueError(f"default_{name}: {code!r} is not in the list {vocabulary!r}")


def _mapping(options: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = options.get(key) or {}
    if not isinstance(value, Mapping):
        raise ValueError(f"{key}: expected names and values, got {type(value).__name__}")
    return value


def _texts(options: Mapping[str, Any], key: str) -> dict[str, str]:
    texts = _mapping(options, key)
    for name, value in texts.items():
        if not isinstance(value, str):
            raise ValueError(f"{key}: {name!r} needs the name of an organisation")
    return dict(texts)
