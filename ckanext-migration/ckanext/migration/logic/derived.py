"""Values that follow from others: CKAN's own title, notes and name, the identifier and the publisher."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
from ckan import model

from migration_schemas.kinds import DATASET, kind_of

NAME_LENGTH = 90
PREFERRED = "en"


def main_text(texts: Any) -> str:
    """Return the text that stands for a multilingual one: English, else the first language that has words."""
    if isinstance(texts, str):
        try:
            texts = json.loads(texts)
        except ValueError:
            return texts.strip()
    if not isinstance(texts, Mapping):
        return ""
    words = {lang: str(text).strip() for lang, text in texts.items() if str(text or "").strip()}
    return words.get(PREFERRED) or next(iter(words.values()), "")


def slug(title: str) -> str:
    """Return a name for the address bar; a title in a script without ASCII letters gets a number."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAME_LENGTH].strip("-")
    return name if len(name) >= 2 else f"dataset-{uuid4().hex[:12]}"


def free_name(title: str, taken: Callable[[str], bool]) -> str:
    """Return a name that no other dataset has."""
    name = slug(title)
    if not taken(name):
        return name
    return f"{name[: NAME_LENGTH - 9]}-{uuid4().hex[:8]}"


def fill(
    package: dict[str, Any], stored: Mapping[str, Any] | None, taken: Callable[[str], bool]
) -> str | None:
    """Complete a package in place and return the id that makes a new dataset's identifier true."""
    for plain, translated in (("title", "title_translated"), ("notes", "notes_translated")):
        _fill_text(package, stored, plain, translated)
    if not package.get("name") and package.get("title"):
        package["name"] = free_name(package["title"], taken)
    if not package.get("publisher") and package.get("owner_org"):
        package["publisher"] = publisher(str(package["owner_org"]))
    if str(package.get("identifier") or "").strip():
        return None
    package_id = str((stored or package).get("id") or uuid4())
    package["identifier"] = identifier(package_id, kind_of(stored or package))
    return None if stored else package_id


def _fill_text(
    package: dict[str, Any], stored: Mapping[str, Any] | None, plain: str, translated: str
) -> None:
    """Keep CKAN's one-language text and ours together; a client that knows only CKAN's may write it."""
    text = str(package.get(plain) or "").strip()
    texts = package.get(translated)
    known = stored or {}
    only_plain_changed = bool(text) and text != known.get(plain) and texts == known.get(translated)
    if text and (not main_text(texts) or only_plain_changed):
        language = (
            PREFERRED
            if not isinstance(texts, Mapping) or PREFERRED in texts or not texts
            else next(iter(texts))
        )
        texts = {**(texts if isinstance(texts, Mapping) else {}), language: text}
        package[translated] = texts
    if translated in package:
        package[plain] = main_text(texts)


def identifier(package_id: str, kind: str = DATASET) -> str:
    """Return the address of a record here: it identifies one without an identifier of its own."""
    site = str(tk.config.get("ckan.site_url") or "").rstrip("/")
    return f"{site}/{kind}/{package_id}"


def publisher(organization_id: str) -> list[dict[str, str]]:
    """Return the owning agency as publisher."""
    site = str(tk.config.get("ckan.site_url") or "").rstrip("/")
    # the action counts its datasets and followers and shows much more, in every save
    agency = model.Group.get(organization_id)
    if agency is None or not agency.is_organization:
        return []
    name = agency.title or agency.name or ""
    return [{"name": name, "uri": f"{site}/organization/{agency.name}"}] if name else []
