"""Actions for those who set up a source: what the protocols are, and what would come of a feed."""

from __future__ import annotations

import time
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.migration.errors import to_toolkit
from ckanext.migration.harvest import present, settings, trying
from ckanext.migration.harvest.work import secret
from migration_harvesters import registry
from migration_schemas import validation
from migration_schemas.errors import MigrationError

PAUSE = 5.0  # seconds between two trials of one person: a trial asks somebody else's server
_tried: dict[str, float] = {}


@tk.side_effect_free
def migration_harvest_protocol_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """List the protocols that can be read, each with its options.

    :param lang: (optional) language of the labels, two letters
    """
    tk.check_access("migration_harvest_protocol_list", context, data_dict)
    lang = str(data_dict.get("lang") or "en")[:2]
    return [present.protocol(name, lang) for name in registry.protocols()]


def migration_harvest_feed_test(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Try a feed: up to 20 of its records are read, mapped and checked. Nothing is stored.

    :param protocol: how it is read
    :param url: address of the feed; or
    :param text: a reply of it, pasted
    :param options: (optional) options of the protocol, and agreed values (``default_…``)
    :param allow_private: (optional, system administrators) allow an address inside our own network
    :param credential: (optional, system administrators) name of an environment variable with a key
    :param lang: (optional) language of the findings, two letters
    :returns: ``expected`` records, ``records`` with findings, ``terms`` that are not understood, ``problems``
        of the list, and ``ended``: why it could not be read on
    """
    tk.check_access("migration_harvest_feed_test", context, data_dict)
    url, text = str(data_dict.get("url") or "").strip(), str(data_dict.get("text") or "")
    if bool(url) == bool(text.strip()):
        raise tk.ValidationError({"url": [tk._("Give an address, or paste a reply of the feed.")]})
    if len(text) > trying.LARGEST:
        raise tk.ValidationError({"text": [tk._("This is too much to paste; give the address.")]})
    try:
        protocol = settings.known_protocol(str(tk.get_or_bust(data_dict, "protocol")))
        address = settings.web_address(url) if url else ""
        given = settings.option_mapping(data_dict.get("options") or {})
        inner = tk.asbool(data_dict.get("allow_private", False))
        variable = settings.variable_name(str(data_dict.get("credential") or ""))
    except tk.Invalid as error:
        raise tk.ValidationError({"feed": [error.error]}) from error
    settings.check_rights(context, {"allow_private": inner, "credential": variable}, None)
    if address:
        _politely(str(context.get("user")))
    try:
        feed = trying.Feed(
            protocol=protocol,
            url=address,
            text=text,
            options=given,
            allow_private=inner,
            credential=secret(variable),
        )
        trial = trying.attempt(feed, check=lambda records: list(validation.validate_records(records)))
    except MigrationError as error:
        raise to_toolkit(error) from error
    return present.trial(trial, str(data_dict.get("lang") or "en")[:2])


def _politely(user: str) -> None:
    """Let one person try one address at a time: this portal is no tool to knock at others' doors."""
    now = time.monotonic()
    if now - _tried.get(user, -PAUSE) < PAUSE:
        raise tk.ValidationError({"url": [tk._("Please wait some seconds before the next trial.")]})
    if len(_tried) > 1000:
        _tried.clear()
    _tried[user] = now
