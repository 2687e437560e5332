"""The portal that speaks CKAN's action API (version 3), as HDX does: reading actions only."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from replies import Reply, youngest

MAX_ROWS = 1000  # CKAN's own upper limit (ckan.search.rows_max)
DEFAULT_ROWS = 10
SORT_FIELDS = frozenset({"name", "id", "title", "metadata_modified", "metadata_created"})
MODIFIED_RANGE = re.compile(r"metadata_modified:\[(\S+) TO (\S+)\]")
NAME_FILTER = re.compile(r"\+?(organization|groups|tags):(\([^()]*\)|\"[^\"]*\"|[^\"\s()]+)")

Package = dict[str, Any]


class ActionError(Exception):
    """An action that CKAN would refuse; becomes the error envelope."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"__type": kind, "message": message}


class CkanPortal:
    """One JSON file a package under ``<name>/packages``; ``organizations.json`` beside it."""

    syntax = "CKAN action API"

    def __init__(self, name: str, title: str, folder: Path) -> None:
        self.name = name
        self.title = title
        self._folder = folder / name
        self._actions: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "site_read": lambda _: True,
            "status_show": self._status_show,
            "package_list": self._package_list,
            "package_show": self._package_show,
            "package_search": self._package_search,
            "organization_list": self._organization_list,
            "organization_show": self._organization_show,
        }

    def count(self) -> int:
        """Return the number of packages."""
        return len(self._files())

    def answer(self, path: str, query: Mapping[str, str], base: str) -> Reply:
        """Answer an action, or the page that tells where the actions are."""
        if path == "/":
            return self._about(base)
        match = re.fullmatch(r"/api/(?:3/)?action/([a-z_]+)/?", path)
        if match is None:
            return Reply.text(404, "Only the action API is here: api/3/action/package_search")
        help_url = f"{base}/api/3/action/help_show?name={match[1]}"
        action = self._actions.get(match[1])
        try:
            if action is None:
                raise ActionError(400, "Bad Request", f"Action name not known: {match[1]}")
            result = action(query)
        except ActionError as error:
            return Reply.json(error.status, {"help": help_url, "error": error.error, "success": False})
        return Reply.json(
            200,
            {"help": help_url, "success": True, "result": result},
            youngest([*self._files(), self._organizations()]),
        )

    def _about(self, base: str) -> Reply:
        rows = "".join(
            f'<li><a href="{html.escape(base)}/api/3/action/package_show?id={path.stem}">{path.stem}</a></li>'
            for path in self._files()
        )
        search = f"{html.escape(base)}/api/3/action/package_search"
        return Reply.page(self.title, f'<p>Action API: <a href="{search}">{search}</a></p><ul>{rows}</ul>')

    def _files(self) -> list[Path]:
        return sorted((self._folder / "packages").glob("*.json"))

    def _organizations(self) -> Path:
        return self._folder / "organizations.json"

    def _read_organizations(self) -> list[dict[str, Any]]:
        organizations: list[dict[str, Any]] = json.loads(self._organizations().read_text(encoding="utf-8"))
        return organizations

    def _packages(self) -> list[Package]:
        """Return every package with its organisation filled in, as CKAN does."""
        by_name = {entry["name"]: entry for entry in self._read_organizations()}
        packages: list[Package] = []
        for path in self._files():
            package = json.loads(path.read_text(encoding="utf-8"))
            organization = by_name.get(package.get("organization"))
            if organization is not None:
                package["organization"] = organization
                package["owner_org"] = organization["id"]
            packages.append(package)
        return packages

    def _status_show(self, _: Mapping[str, str]) -> dict[str, Any]:
        return {
            "site_title": self.title,
            "site_description": "",
            "ckan_version": "2.10.4",
            "locale_default": "en",
            "extensions": [],
        }

    def _package_list(self, query: Mapping[str, str]) -> list[str]:
        names = [path.stem for path in self._files()]
        offset = _number(query, "offset", 0)
        return names[offset : offset + _number(query, "limit", len(names))]

    def _package_show(self, query: Mapping[str, str]) -> Package:
        wanted = query.get("id", "")
        for package in self._packages():
            if wanted in (package.get("id"), package.get("name")):
                return package
        raise ActionError(404, "Not Found Error", "Not found")

    def _package_search(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Support the queries that a harvester sends; refuse others, as Solr would."""
        found = [package for package in self._packages() if _matches(package, query.get("q", "*:*"))]
        for clause in _clauses(query.get("fq", "")):
            found = [package for package in found if clause(package)]
        found = _sorted(found, query.get("sort", "metadata_modified desc"))
        start = _number(query, "start", 0)
        rows = min(_number(query, "rows", DEFAULT_ROWS), MAX_ROWS)
        return {
            "count": len(found),
            "facets": {},
            "results": found[start : start + rows],
            "sort": query.get("sort", "metadata_modified desc"),
            "search_facets": {},
        }

    def _organization_list(self, query: Mapping[str, str]) -> list[Any]:
        entries = self._read_organizations()
        if query.get("all_fields", "").lower() in {"true", "1", "yes"}:
            return entries
        return [entry["name"] for entry in entries]

    def _organization_show(self, query: Mapping[str, str]) -> dict[str, Any]:
        for entry in self._read_organizations():
            if query.get("id", "") in (entry["id"], entry["name"]):
                return entry
        raise ActionError(404, "Not Found Error", "Not found")


def _number(query: Mapping[str, str], key: str, default: int) -> int:
    text = query.get(key, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit():
        raise ActionError(409, "Validation Error", f"{key}: must be a natural number")
    return int(text)


def _matches(package: Package, query: str) -> bool:
    words = query.casefold().split()
    if words in ([], ["*:*"]):
        return True
    tags = " ".join(str(tag.get("name")) for tag in package.get("tags") or [])
    text = f"{package.get('title')} {package.get('notes')} {tags}".casefold()
    return all(word in text for word in words)


def _clauses(fq: str) -> list[Callable[[Package], bool]]:
    clauses: list[Callable[[Package], bool]] = []
    for bounds in MODIFIED_RANGE.findall(fq):
        clauses.append(_modified_between(*bounds))  # noqa: PERF401 - the two kinds of clause read alike
    for kind, value in NAME_FILTER.findall(MODIFIED_RANGE.sub(" ", fq)):
        names = frozenset(name.strip('"') for name in value.strip("()").split(" OR "))
        clauses.append(_named(kind, names))
    rest = NAME_FILTER.sub(" ", MODIFIED_RANGE.sub(" ", fq)).replace(" AND ", " ").split()
    if [
        word
        for word in rest
        if not re.fullmatch(r"\+?(dataset_type:dataset|state:active|private:false)|AND", word)
    ]:
        raise ActionError(409, "Search Query Error", f"Invalid search query: {fq}")
    return clauses


def _modified_between(low: str, high: str) -> Callable[[Package], bool]:
    def clause(package: Package) -> bool:
        modified = str(package.get("metadata_modified", ""))[:19]
        return (low == "*" or modified >= low[:19]) and (high == "*" or modified <= high[:19])

    return clause


def _named(kind: str, names: frozenset[str]) -> Callable[[Package], bool]:
    def clause(package: Package) -> bool:
        if kind == "organization":
            return (package.get("organization") or {}).get("name") in names
        return any(entry.get("name") in names for entry in package.get(kind) or [])

    return clause


def _sorted(packages: list[Package], sort: str) -> list[Package]:
    # Python's sort is stable: apply the keys from the last to the first.
    for part in reversed([part.split() for part in sort.split(",") if part.strip()]):
        if part[0] not in SORT_FIELDS or part[1:] not in (["asc"], ["desc"], []):
            raise ActionError(409, "Search Query Error", f"Cannot sort by {' '.join(part)}")
        key = part[0]
        packages = sorted(
            packages, key=lambda package: str(package.get(key, "")), reverse=part[1:] == ["desc"]
        )
    return packages
