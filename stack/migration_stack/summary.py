"""What `make demo` prints at its end: the table of the harvest, the address, the log-ins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

COLUMNS = ("listed", "added", "updated", "unchanged", "invalid", "warnings", "seconds")


def show(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a line for each source and their sum."""
    table = Table(title="Harvest", show_footer=len(rows) > 1)
    table.add_column("source", footer="together")
    for name in COLUMNS:
        total = sum(_number(row.get(name)) for row in rows)
        table.add_column(name, justify="right", footer=_text(total))
    for row in rows:
        table.add_row(str(row["title"]), *(_text(row.get(name)) for name in COLUMNS))
    Console().print(table)


def welcome(site: str, described: Path, seconds: float) -> None:
    """Print where the registry is and who may log in."""
    people = yaml.safe_load(described.read_text("utf-8"))["users"]
    console = Console(highlight=False)
    console.print(f"\nThe registry is ready after {seconds:.0f} s: [bold]{site}/dataset/[/bold]\n")
    table = Table(title="Log-ins of the demonstration (public, never use them elsewhere)")
    for name in ("name", "password", "who"):
        table.add_column(name)
    for person in people:
        table.add_row(person["name"], person["password"], person["fullname"])
    console.print(table)
    console.print(f"Harvest sources and their runs: {site}/migration/harvest   Ctrl-C stops everything.\n")


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
