"""What the commands print: a line for each record as it is done, or everything as JSON at the end."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from migration_schemas import repairs

if TYPE_CHECKING:
    from .publishing import Outcome
    from .pulling import Pulled

WORDS = {
    "en": {
        "created": "created",
        "updated": "updated",
        "unchanged": "unchanged",
        "invalid": "invalid",
        "unreadable": "unreadable",
        "refused": "refused",
        "conflict": "conflict",
        "written": "written",
        "kept": "kept",
        "dry": "Nothing was changed (--dry-run).",
        "interrupted": "Ended before the last record. Run the same command again to go on.",
        "repaired": "repaired values: {number}",
        "unknown": "not part of the profile, not sent: {names}",
        "more": "… and {number} more; see migration-registry validate {file}",
        "meant": "probably {value}; --repair writes it",
    },
    "fr": {
        "created": "créée",
        "updated": "mise à jour",
        "unchanged": "inchangée",
        "invalid": "non valide",
        "unreadable": "illisible",
        "refused": "refusée",
        "conflict": "conflit",
        "written": "écrite",
        "kept": "gardée",
        "dry": "Rien n’a été modifié (--dry-run).",
        "interrupted": "Arrêté avant la dernière notice. Relancez la même commande pour continuer.",
        "repaired": "valeurs corrigées : {number}",
        "unknown": "hors du profil, non envoyé : {names}",
        "more": "… et {number} autres ; voir migration-registry validate {file}",
        "meant": "sans doute {value} ; --repair l’écrit",
    },
}
COLORS = {
    **dict.fromkeys(("created", "updated", "written"), "green"),
    **dict.fromkeys(("invalid", "unreadable", "refused", "conflict"), "red"),
}
SHOWN = 10
"""Findings of one record that are listed; `validate` says them all."""


class Printer:
    """Says what became of each record."""

    def __init__(self, *, diff: bool, as_json: bool, dry_run: bool, lang: str) -> None:
        self._diff = diff
        self._as_json = as_json
        self._dry_run = dry_run
        self._lang = lang
        self._words = WORDS[lang]
        self._counts: Counter[str] = Counter()
        self._rows: list[dict[str, Any]] = []
        self._left = False

    def one(self, outcome: Any) -> None:
        """Say what became of one record."""
        raise NotImplementedError

    def line(self, what: str, number: int, of: int, place: str, title: str) -> None:
        """Print one record on one line."""
        width = len(str(of))
        mark = click.style(self._words[what].ljust(11), fg=COLORS.get(what))
        plain = "".join(char if char.isprintable() else " " for char in f"{place}  {title}")
        click.echo(f"[{number:>{width}}/{of}] {mark} {plain}")

    def detail(self, text: str) -> None:
        """Print a line below a record."""
        click.echo("      " + "".join(char if char.isprintable() else " " for char in text))

    def end(self, url: str, *, interrupted: bool) -> None:
        """Print the sum of it all."""
        if self._as_json:
            told = {"url": url, "dry_run": self._dry_run, "interrupted": interrupted}
            counts = dict(sorted(self._counts.items()))
            click.echo(
                json.dumps({**told, "counts": counts, "records": self._rows}, ensure_ascii=False, indent=2)
            )
            return
        click.echo(", ".join(f"{self._words[what]}: {number}" for what, number in self._counts.most_common()))
        if self._dry_run:
            click.echo(self._words["dry"])
        if interrupted:
            click.echo(self._words["interrupted"], err=True)

    def code(self, good: int, left: int, unreadable: int) -> int:
        """Return the exit code: the worst of what was met."""
        if self._counts["unreadable"]:
            return unreadable
        return left if self._left else good


class Published(Printer):
    """Says what became of records that were published."""

    def __init__(self, of: int, **how: Any) -> None:
        super().__init__(**how)
        self._of = of
        self._number = 0

    def one(self, outcome: Outcome) -> None:
        """Say what became of one record."""
        self._number += 1
        self._counts[outcome.what] += 1
        self._left |= not outcome.good
        entry, lang = outcome.entry, self._lang
        if self._as_json:
            row: dict[str, Any] = {
                "file": entry.file,
                "number": entry.number,
                "identifier": entry.record.identifier,
                "title": entry.record.title(lang),
                "what": outcome.what,
                "id": outcome.id,
                "repaired": outcome.repaired,
                "changes": [change.as_dict() for change in outcome.changes],
                "unknown": list(entry.unknown),
            }
            if outcome.error:
                row["error"] = outcome.error.as_dict()
            if outcome.what == "invalid":
                row["findings"] = [finding.as_dict(lang) for finding in entry.report.violations]
            self._rows.append(row)
            return
        self.line(outcome.what, self._number, self._of, entry.place, entry.record.title(lang))
        self._details(outcome)

    def _details(self, outcome: Outcome) -> None:
        entry = outcome.entry
        if outcome.repaired:
            self.detail(self._words["repaired"].format(number=outcome.repaired))
        if entry.unknown:
            self.detail(self._words["unknown"].format(names=", ".join(entry.unknown)))
        if outcome.error:
            self.detail(str(outcome.error))
        if outcome.what == "invalid" and outcome.error is None:
            self._findings(outcome)
        if self._diff and outcome.what != "invalid":
            for change in outcome.changes:
                for text in change.lines():
                    self.detail(text)

    def _findings(self, outcome: Outcome) -> None:
        entry, lang = outcome.entry, self._lang
        proposed = repairs.propose(entry.record)
        for finding in entry.report.violations[:SHOWN]:
            text = finding.message(lang)
            if (repair := repairs.of_finding(proposed, finding)) is not None:
                text += f" ({self._words['meant'].format(value=repair.shown(lang))})"
            self.detail(text)
        more = len(entry.report.violations) - SHOWN
        if more > 0:
            self.detail(self._words["more"].format(number=more, file=entry.file))


class Fetched(Printer):
    """Says what became of records that were pulled."""

    def one(self, outcome: Pulled) -> None:
        """Say what became of one record."""
        self._counts[outcome.what] += 1
        self._left |= not outcome.good
        title = outcome.record.title(self._lang)
        if self._as_json:
            row: dict[str, Any] = {
                "file": outcome.file,
                "identifier": outcome.record.identifier,
                "title": title,
                "what": outcome.what,
                "changes": [change.as_dict() for change in outcome.changes],
            }
            if outcome.error:
                row["error"] = outcome.error.as_dict()
            self._rows.append(row)
            return
        self.line(outcome.what, outcome.number, outcome.of, outcome.file, title)
        if outcome.error:
            self.detail(str(outcome.error))
        if self._diff and outcome.what != "kept":
            for change in outcome.changes:
                for text in change.lines():
                    self.detail(text)
