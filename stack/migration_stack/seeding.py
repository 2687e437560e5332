"""Puts agencies, people, sources and data needs of a description into CKAN, through its own actions.

Runs inside CKAN as `python -m migration_stack.seeding INI FILE PARTNERS`: one process instead of
thirty commands. It can be repeated: what exists is brought up to date, passwords stay as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.plugins import toolkit as tk

Entry = Mapping[str, Any]

SAID = ("name", "title", "description", "kind", "iati")
"""What the description says of an agency in the words of CKAN and of the profile."""


def organizations(entries: Iterable[Entry]) -> None:
    """Create or update the agencies."""
    for entry in entries:
        wanted = {key: entry[key] for key in SAID if entry.get(key)}
        wanted |= {"homepage": entry["url"]} if entry.get("url") else {}
        try:
            known = _act("organization_show", id=entry["name"], include_users=False, include_datasets=False)
        except tk.ObjectNotFound:
            _act("organization_create", **wanted)
            continue
        if any(known.get(key) != value for key, value in wanted.items()):
            _act("organization_patch", id=known["id"], **wanted)


def people(entries: Iterable[Entry]) -> None:
    """Create the missing accounts and give all their roles."""
    for entry in entries:
        try:
            known = _act("user_show", id=entry["name"])
        except tk.ObjectNotFound:
            known = _act(
                "user_create", **{key: entry[key] for key in ("name", "fullname", "email", "password")}
            )
        if entry.get("sysadmin") and not known.get("sysadmin"):
            _act("user_patch", id=known["id"], sysadmin=True)
        for role in entry.get("roles", []):
            _act(
                "organization_member_create",
                id=role["organization"],
                username=entry["name"],
                role=role["capacity"],
            )


def sources(entries: Iterable[Entry], base: str) -> None:
    """Create or update the harvest sources; `{base}` in an address is where the example partners are."""
    for entry in entries:
        wanted = {**entry, "url": str(entry["url"]).replace("{base}", base)}
        wanted["allow_private"] = wanted.pop("allow_private_address", False)
        try:
            known = _act("migration_harvest_source_show", id=wanted["name"])
        except tk.ObjectNotFound:
            _act("migration_harvest_source_create", **wanted)
        else:
            del wanted["name"]
            _act("migration_harvest_source_update", id=known["id"], **wanted)


def needs(entries: Iterable[Entry]) -> None:
    """Create or update the described data needs; `{site}` in an address is the registry's own."""
    site = str(tk.config["ckan.site_url"]).rstrip("/")
    for entry in entries:
        answers = [str(address).replace("{site}", site) for address in entry.get("answered_by", ())]
        wanted = {**entry, "type": "data-need", "answered_by": answers}
        try:
            known = _act("package_show", id=entry["name"])
        except tk.ObjectNotFound:
            _act("package_create", **wanted)
        else:
            _act("package_patch", **wanted, id=known["id"])


def _act(name: str, /, **data: Any) -> Any:
    """Call an action as the site's own account."""
    account = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return tk.get_action(name)({"user": account["name"], "ignore_auth": True}, data)


def main(ini: str, file: str, base: str) -> None:
    """Seed CKAN from a file such as examples/demo.yaml."""
    application = make_app(CKANConfigLoader(ini).get_config())
    described = yaml.safe_load(Path(file).read_text("utf-8"))
    with application._wsgi_app.test_request_context():
        organizations(described["organizations"])
        people(described["users"])
        sources(described["sources"], base)
        needs(described.get("needs", ()))


if __name__ == "__main__":
    main(*sys.argv[1:4])
