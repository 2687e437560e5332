"""The settings of a source: what may be set, by whom, and what is wrong with them, named by key (CF-01)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.harvest import access, agreement, notifying
from ckanext.migration.harvest.model import HarvestSource
from migration_harvesters import options, registry
from migration_schemas.errors import MigrationError

CREDENTIAL = re.compile(r"HARVEST_KEY_[A-Z0-9_]{1,60}")
SECRETIVE = re.compile(r"secret|passw|token|api_?key|credential|authorization", re.IGNORECASE)
ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9.-]{1,253}")
MOST_ADDRESSES = 20
STATES = ("active", "paused")
PLAIN = ("title", "url", "protocol", "state")


def schema() -> dict[str, Any]:
    """Build the schema of the parameters."""
    validator = tk.get_validator
    text, absent, empty = validator("unicode_safe"), validator("ignore_missing"), validator("not_empty")
    return {
        "name": [empty, text, validator("name_validator")],
        "title": [absent, text],
        "url": [empty, text, web_address],
        "protocol": [empty, text, known_protocol],
        "organization": [empty, text, existing_organization],
        "options": [absent, option_mapping],
        "credential": [absent, text, variable_name],
        "allow_private": [absent, validator("boolean_validator")],
        "notify": [absent, text, mail_addresses],
        "public": [absent, validator("boolean_validator")],
        "state": [absent, text, validator("one_of")(STATES)],
        "dry_run": [absent, validator("boolean_validator")],
    }


def web_address(value: str) -> str:
    """Accept a plain web address; secrets do not belong into it."""
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise tk.Invalid(tk._("This must be a web address that begins with http:// or https://"))
    if parts.username or parts.password:
        raise tk.Invalid(tk._("An address must not hold a user name or a password; set a credential."))
    return value.strip()


def known_protocol(value: str) -> str:
    """Accept what a source module is installed for."""
    if value not in registry.protocols():
        raise tk.Invalid(tk._("Unknown protocol; known are: {}").format(", ".join(registry.protocols())))
    return value


def existing_organization(value: str) -> str:
    """Turn the name of an organisation into its id."""
    group = model.Group.get(value)
    if group is None or not group.is_organization or group.state != "active":
        raise tk.Invalid(tk._("There is no organisation “{}”.").format(value))
    return group.id


def option_mapping(value: Any) -> dict[str, Any]:
    """Accept options as a mapping or as JSON text, and check those that are ours."""
    try:
        given = json.loads(value) if isinstance(value, str) and value.strip() else value or {}
    except ValueError as exc:
        raise tk.Invalid(tk._("The options are not valid JSON.")) from exc
    if not isinstance(given, Mapping):
        raise tk.Invalid(tk._("The options must be names and values."))
    for key in given:
        if SECRETIVE.search(str(key)):
            raise tk.Invalid(tk._("{}: secrets are not kept in options; set a credential.").format(key))
    try:
        agreement.read(given)
    except ValueError as exc:
        raise tk.Invalid(str(exc)) from exc
    return dict(given)


def protocol_options(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options as the protocol declares them; raise ValidationError that names what is wrong."""
    given = dict(data.get("options") or {})
    of_the_protocol = agreement.read(given).partner_options
    try:
        checked = options.check(registry.known_options(data["protocol"]), of_the_protocol)
    except MigrationError as exc:
        raise tk.ValidationError({"options": [str(exc.message)]}) from exc
    return {key: value for key, value in given.items() if key not in of_the_protocol} | checked


def mail_addresses(value: str) -> str:
    """Accept mail addresses with commas between them."""
    found = notifying.addresses(value or "")
    if len(found) > MOST_ADDRESSES:
        raise tk.Invalid(tk._("At most {number} addresses.").format(number=MOST_ADDRESSES))
    for address in found:
        if not ADDRESS.fullmatch(address):
            raise tk.Invalid(tk._("This is no mail address: {}").format(address))
    return ", ".join(found)


def variable_name(value: str) -> str | None:
    """Accept the name of a variable of the workers' environment that holds a partner's key."""
    if value and not CREDENTIAL.fullmatch(value):
        raise tk.Invalid(tk._("Give the name of an environment variable that begins with HARVEST_KEY_"))
    return value or None


def check_rights(context: Any, data: Mapping[str, Any], held: HarvestSource | None) -> None:
    """Refuse what only system administrators may set, and datasets in organisations of others (CF-01)."""
    if access.organizations(context, access.MANAGE) is None:
        return
    for key, words in (("allow_private", tk._("private addresses")), ("credential", tk._("a credential"))):
        before = getattr(held, key) if held else None
        if key in data and (data[key] or None) != (before or None):
            raise tk.NotAuthorized(tk._("Only a system administrator may allow {}.").format(words))
    trusted = held is not None and (held.allow_private or held.credential)
    if trusted and "url" in data and held is not None and data["url"] != held.url:
        raise tk.NotAuthorized(tk._("Only a system administrator may change the address of this source."))
    allowed = access.organizations(context, access.SEE) or set()
    wanted = set(agreement.read(data.get("options") or {}).publisher_organizations.values())
    wanted |= {data["organization"]} if "organization" in data else set()
    for name in wanted:
        group = model.Group.get(name)
        if group is None or group.id not in allowed:
            raise tk.NotAuthorized(tk._("You may not publish for the organisation “{}”.").format(name))


def write(source: HarvestSource, data: Mapping[str, Any]) -> HarvestSource:
    """Put checked settings into a source."""
    for name in PLAIN:
        if data.get(name):
            setattr(source, name, data[name])
    if data.get("organization"):
        source.owner_org = data["organization"]
    if "options" in data:
        source.options = data["options"] or {}
    if "credential" in data:
        source.credential = data["credential"] or None
    if "allow_private" in data:
        source.allow_private = bool(data["allow_private"])
    if "notify" in data:
        source.notify = data["notify"] or None
    if "public" in data:
        source.public = bool(data["public"])
    source.title = source.title or source.name
    return source
