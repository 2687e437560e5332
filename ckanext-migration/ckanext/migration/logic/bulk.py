"""Many records at once: the spreadsheet to fill in, and what comes back in it as private drafts of an agency.

An upload never publishes and never touches what is published: it creates drafts, and changes drafts that the
same identifier brought before. Without ``dry_run: false`` it only says what would happen.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration import config, shared
from ckanext.migration.logic import identity
from ckanext.migration.logic.publishing import language
from ckanext.migration.logic.repairing import changed
from migration_schemas import Record, record
from migration_schemas.bulk import rows, sheets, template
from migration_schemas.bulk.rows import Bulk, Read
from migration_schemas.errors import MigrationError


@tk.side_effect_free
def migration_bulk_template(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the spreadsheet in which records are described in bulk, made from the field list.

    :param lang: ``en``, ``fr``, ``es``, ``ar``, ``ru`` or ``zh`` (default: the caller's, else English)
    :returns: ``name``, ``media_type`` and ``content`` (base64) of an XLSX file
    """
    tk.check_access("migration_bulk_template", context, data_dict)
    lang = str(data_dict.get("lang") or language())[:2]
    lang = lang if lang in template.LANGUAGES else "en"
    content = base64.b64encode(template.write(lang)).decode("ascii")
    return {"name": template.NAME.format(lang=lang), "media_type": template.MEDIA_TYPE, "content": content}


def migration_bulk_upload(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Check a filled spreadsheet row by row, and make private drafts of the good rows.

    :param organization: the id or name of an agency for which the caller may create datasets
    :param content: the file, XLSX or CSV, as base64
    :param upload: or the file itself, in a form
    :param name: its name; ``.csv`` says that it is CSV
    :param dry_run: false: store the drafts (default: true, nothing is stored)
    :param lang: language of the messages, one of those of the template
    :returns: ``counts``, ``records`` (``row``, ``identifier``, ``title``, ``what``: ``created``, ``updated``,
        ``unchanged``, ``published``, ``wrong`` or ``failed``, ``missing`` and ``problems`` by ``sheet``,
        ``row``, ``column``, ``label``, ``message``), ``elsewhere``, ``dry_run``
    """
    agency = _agency(tk.get_or_bust(data_dict, "organization"))
    tk.check_access("migration_bulk_upload", context, {"organization": agency.id})
    dry_run = tk.asbool(data_dict.get("dry_run", True))
    lang = str(data_dict.get("lang") or language())[:2]
    data, name = _file(data_dict)
    limits = sheets.Limits(config.bulk_bytes(), config.bulk_rows(), config.bulk_rows() * 5)
    try:
        bulk = rows.read(sheets.read(data, name, limits), lang)
    except MigrationError as error:
        raise shared.to_toolkit(error) from error
    answers = _Upload(context, agency.id, dry_run=dry_run).all(bulk, lang)
    counts: dict[str, int] = {}
    for answer in answers:
        counts[answer["what"]] = counts.get(answer["what"], 0) + 1
    elsewhere = [problem.as_dict() for problem in bulk.elsewhere]
    return {"counts": counts, "records": answers, "elsewhere": elsewhere, "dry_run": dry_run}


def _agency(name: Any) -> Any:
    found = model.Group.get(str(name))
    if found is None or not found.is_organization or found.state != "active":
        raise tk.ObjectNotFound(tk._("There is no such agency."))
    return found


def _file(given: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the file; one byte more than is accepted, so that the reader says that it is too much."""
    upload = given.get("upload")
    most = config.bulk_bytes() + 1
    if upload is not None and hasattr(upload, "stream"):
        return upload.stream.read(most), str(given.get("name") or upload.filename or "")
    content = given.get("content")
    if not isinstance(content, str) or not content:
        raise tk.ValidationError({"content": [tk._("Give a file.")]})
    if len(content) > most * 4 // 3 + 4:
        return b"\x00" * most, ""
    try:
        return base64.b64decode(content, validate=True), str(given.get("name") or "")
    except (binascii.Error, ValueError) as error:
        raise tk.ValidationError({"content": [tk._("The file is not written as base64.")]}) from error


class _Upload:
    """Stores the records of one spreadsheet for one agency, each by itself."""

    def __init__(self, context: Any, agency: str, *, dry_run: bool) -> None:
        names = ("user", "auth_user_obj", "ignore_auth")
        self._asking = {name: context[name] for name in names if name in context}
        self._agency = agency
        self._dry_run = dry_run

    def all(self, bulk: Bulk, lang: str) -> list[dict[str, Any]]:
        """Return what became of each record."""
        wanted = [read.record.identifier for read in bulk.records if read.record.identifier]
        held: dict[str, dict[str, Any]] = {}
        for row in identity.rows(wanted, self._agency):
            held.setdefault(row["identifier"], row)
        return [self._one(read, held.get(read.record.identifier), lang) for read in bulk.records]

    def _one(self, read: Read, held: dict[str, Any] | None, lang: str) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "row": read.row,
            "identifier": read.record.identifier,
            "title": read.record.title(lang),
            "missing": sum(problem.kind == "missing" for problem in read.problems),
            "problems": [problem.as_dict() for problem in read.problems],
            "name": held["name"] if held else "",
        }
        if not read.good:
            return {**answer, "what": "wrong"}
        try:
            what, name = self._update(read.record, held) if held else self._create(read.record)
        except tk.ValidationError as error:
            reasons = [f"{field}: {text}" for field, text in error.error_summary.items()]
            return {**answer, "what": "failed", "message": " ".join(reasons)}
        except tk.NotAuthorized:
            return {**answer, "what": "failed", "message": tk._("You may not edit this dataset.")}
        return {**answer, "what": what, "name": name}

    def _create(self, fresh: Record) -> tuple[str, str]:
        if self._dry_run:
            return "created", ""
        package = {
            **record.to_package(fresh),
            "type": "dataset",
            "owner_org": self._agency,
            "private": True,
            "state": "draft",
        }
        made = tk.get_action("package_create")(dict(self._asking), package)
        return "created", made["name"]

    def _update(self, fresh: Record, held: Mapping[str, Any]) -> tuple[str, str]:
        """Change a draft; fields without a cell stay as they are."""
        asking = {"ignore_auth": True, "for_update": True}
        stored = tk.get_action("package_show")(asking, {"id": held["id"]})
        before = shared.as_record(stored)
        after = Record({**before.fields, **fresh.fields}, _resources(before, fresh))
        if after.content_hash() == before.content_hash():
            return "unchanged", stored["name"]
        if not (stored.get("private") or str(stored.get("state")).startswith("draft")):
            return "published", stored["name"]
        tk.check_access("package_update", dict(self._asking), {"id": held["id"]})
        if not self._dry_run:
            package = changed(stored, before, Record(after.fields, before.resources))
            package["resources"] = _rows(stored, after)
            tk.get_action("package_update")(dict(self._asking), package)
        return "updated", stored["name"]


def _resources(before: Record, fresh: Record) -> tuple[Mapping[str, Any], ...]:
    """Return the resources as they will be: those of the sheet over those of one address, others stay."""
    waiting = list(fresh.resources)
    kept = []
    for row in before.resources:
        new = next((one for one in waiting if one.get("url") == row.get("url")), None)
        if new is not None:
            waiting.remove(new)
        kept.append({**row, **(new or {})})
    return (*kept, *waiting)


def _rows(stored: Mapping[str, Any], after: Record) -> list[dict[str, Any]]:
    held = [dict(row) for row in stored.get("resources") or ()]
    held += [{} for _ in range(len(after.resources) - len(held))]
    return [{**old, **new} for old, new in zip(held, after.resources, strict=False)]
