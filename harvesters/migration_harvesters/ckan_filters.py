"""What an administrator can set for a CKAN portal: which records are read, and what is never taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migration_harvesters import options
from migration_harvesters.errors import PartnerConfigError
from migration_harvesters.options import Option

# Not descriptions of data: sources of ckanext-harvest, and HDX's show-cases.
NOT_DATASETS = frozenset({"harvest", "showcase"})
_NAME = re.compile(r"[\w .:@/-]{1,200}")
ROWS = 100
MAX_ROWS = 1000
_ANY = {
    "en": "Names, as in the addresses of the portal; a record needs one of them.",
    "fr": "Noms, comme dans les adresses du portail ; une fiche en a besoin d'un.",
}

PER_PAGE = options.rows(ROWS, MAX_ROWS)
OPTIONS = (
    Option(
        name="organizations",
        label={"en": "Only these organisations", "fr": "Seulement ces organisations"},
        help=_ANY,
        kind="list",
    ),
    Option(
        name="groups",
        label={"en": "Only these groups", "fr": "Seulement ces groupes"},
        help=_ANY,
        kind="list",
    ),
    Option(
        name="tags", label={"en": "Only these tags", "fr": "Seulement ces mots-clés"}, help=_ANY, kind="list"
    ),
    Option(
        name="fq",
        label={"en": "Filter query", "fr": "Requête de filtre"},
        help={
            "en": "In the language of the portal's own search, as its parameter fq takes it; one a line.",
            "fr": "Dans le langage de recherche du portail (paramètre fq) ; une par ligne.",
        },
        kind="lines",
        example="res_format:CSV",
    ),
    PER_PAGE,
    options.WHOLE_LISTS,
    Option(
        name="include_private",
        label={"en": "Read private records, too", "fr": "Lire aussi les fiches privées"},
        help={
            "en": "What the partner calls private becomes non-public here; needs a credential.",
            "fr": "Ce que le partenaire dit privé devient non public ici ; demande une clé.",
        },
        kind="flag",
        default=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Names of organisations, groups and tags, and free queries in the search engine's own language."""

    organizations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Filters:
        """Read the options of a source: lists, or texts with commas (`fq` is one query, or a list)."""
        names = {key: _names(key, options.get(key)) for key in ("organizations", "groups", "tags")}
        fq = options.get("fq") or ()
        queries = (fq,) if isinstance(fq, str) else tuple(fq)
        if not all(isinstance(query, str) for query in queries):
            raise PartnerConfigError("The option “fq” must be a text or a list of texts.")
        return cls(names["organizations"], names["groups"], names["tags"], queries)

    def query(self) -> str:
        """As the parameter `fq` of package_search: any of the names of one kind, and all kinds together."""
        kinds = (("organization", self.organizations), ("groups", self.groups), ("tags", self.tags))
        quoted = [(field, " OR ".join(f'"{name}"' for name in names)) for field, names in kinds if names]
        parts = [f"{field}:({names})" for field, names in quoted]
        return " ".join(f"+{part}" for part in parts) + "".join(f" +({query})" for query in self.queries)

    def refuse_queries(self) -> None:
        """Free queries need the portal's search."""
        if self.queries:
            raise PartnerConfigError("This portal has no package_search, so the option “fq” cannot be used.")

    def admits(self, row: Mapping[str, Any]) -> bool:
        """Check the names here as well: a portal that does not know a filter sends everything."""
        if self.organizations and not _owners(row) & set(self.organizations):
            return False
        if self.groups and not _entries(row.get("groups")) & set(self.groups):
            return False
        return not self.tags or bool(_entries(row.get("tags")) & set(self.tags))


def left_out(row: Mapping[str, Any], *, include_private: bool) -> str | None:
    """Why a record that the portal lists is not taken, or None."""
    if row.get("type") in NOT_DATASETS:
        return "not-a-dataset"
    state = row.get("state")
    if isinstance(state, str) and state.lower() in ("deleted", "draft"):
        return state.lower()
    if row.get("private") in (True, "true", "True") and not include_private:
        return "private"
    return None


def _names(key: str, value: Any) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value or ()
    if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) for name in given):
        raise PartnerConfigError(f"The option “{key}” must be a list of names.")
    names = tuple(name.strip() for name in given if name.strip())
    wrong = next((name for name in names if not _NAME.fullmatch(name)), None)
    if wrong is not None:
        raise PartnerConfigError(f"“{wrong[:60]}” cannot be a name in the option “{key}”.")
    return names


def _owners(row: Mapping[str, Any]) -> set[str]:
    return _entries([row.get("organization")]) | {str(row.get("owner_org"))}


def _entries(value: Any) -> set[str]:
    """Names and identifiers of a list whose members are objects (CKAN) or texts (CKAN before 2.0)."""
    found: set[str] = set()
    for entry in value if isinstance(value, list) else []:
        if isinstance(entry, dict):
            found.update(str(entry[key]) for key in ("name", "id", "title") if entry.get(key))
        elif isinstance(entry, str):
            found.add(entry)
    return found
