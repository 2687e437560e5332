"""Who made the data, who publishes them and who answers, out of names, roles and addresses.

A person's name, telephone and postal address are not taken over where a body is named: who answers is the
team, and what is not kept cannot be spread (CS-07).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from migration_harvesters import text, urls
from migration_harvesters.mapping import Notebook

MAX_AGENTS = 100
MAIL = re.compile(r"[^@\s<>,;()]+@[^@\s<>,;()]+\.[^@\s<>,;().]{2,}")
ROLES = {
    "owner": "owner", "rightsholder": "owner",
    "originator": "producer", "producer": "producer", "author": "producer", "editor": "producer",
    "datacollector": "collector", "collector": "collector",
    "processor": "processor",
    "custodian": "custodian", "datamanager": "custodian", "datacurator": "custodian",
    "hostinginstitution": "custodian", "depositor": "custodian",
    "distributor": "distributor", "resourceprovider": "distributor", "publisher": "distributor",
    "funder": "funder", "sponsor": "funder", "fundingagency": "funder",
    "principalinvestigator": "principal-investigator", "projectleader": "principal-investigator",
}  # fmt: skip
"""Roles of ISO 19115 (CI_RoleCode), DataCite (contributorType) and DDI, by their letters only."""


@dataclass(frozen=True, slots=True)
class Party:
    """A person or a body with a part in the data, as far as a partner says it."""

    name: str = ""
    role: str = ""
    mail: str = ""
    page: str = ""
    person: bool = False
    """Whether the name is a person's."""


def agent(name: object, uri: object = None) -> list[dict[str, str]]:
    """Give one agent as a list, or an empty list if it has no name."""
    words, link = text.line(name, 500), urls.web_link(uri)
    return [{"name": words, **({"uri": link} if link else {})}] if words else []


def agents(found: Iterable[tuple[object, object]]) -> list[dict[str, str]]:
    """Give agents out of names and addresses, each name once."""
    rows = {row["name"]: row for name, uri in found for row in agent(name, uri)}
    return list(rows.values())[:MAX_AGENTS]


def attribution(parties: Iterable[Party]) -> list[dict[str, str]]:
    """Give those whose part has a name in our list of roles."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for party in parties:
        role, name = ROLES.get(_letters(party.role)), text.line(party.name, 500)
        if role and name:
            rows[(name, role)] = {"name": name, "role": role}
    return list(rows.values())[:MAX_AGENTS]


def mail(value: object) -> str:
    """Give the mail address in a text, or nothing."""
    found = MAIL.fullmatch(text.line(value, 320).removeprefix("mailto:").strip(" <>"))
    return found[0] if found else ""


def contacts(parties: Iterable[Party], notebook: Notebook, page: object = None) -> list[dict[str, Any]]:
    """Give those who answer: by mailbox or page, under the name of the body; else the page of the record."""
    rows: dict[str, dict[str, Any]] = {}
    asked = list(parties)
    # A mailbox answers; the page of a body only where nobody has one.
    boxes = any(mail(party.mail) for party in asked)
    for party in asked:
        box, link = mail(party.mail), urls.web_link(party.page)
        if not box and (boxes or not link):
            continue
        row = {"email": box} if box else {"url": link}
        if party.person:
            notebook.left_out("contact", "(name of a person)", "personal detail that is not needed")
        elif name := text.line(party.name, 500):
            row["name"] = name
        rows.setdefault(box or str(link), row)
    link = urls.web_link(page)
    return list(rows.values())[:MAX_AGENTS] or ([{"url": link}] if link else [])


def _letters(role: str) -> str:
    return re.sub(r"[^a-z]", "", role.rpartition("/")[2].rpartition("#")[2].lower())
