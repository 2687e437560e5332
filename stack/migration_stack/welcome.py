"""What `make demo` prints at its end: the address and the log-ins."""

from __future__ import annotations

from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table


def show(site: str, described: Path, seconds: float) -> None:
    """Print where the registry is and who may log in."""
    people = yaml.safe_load(described.read_text("utf-8"))["users"]
    console = Console(highlight=False)
    console.print(f"\nThe registry is ready after {seconds:.0f} s: [bold]{site}/[/bold]\n")
    table = Table(title="Log-ins of the demonstration (public, never use them elsewhere)", box=None)
    for name in ("name", "password", "who"):
        table.add_column(name)
    for person in people:
        table.add_row(person["name"], person["password"], person["fullname"])
    console.print(table)
    console.print(f"\nHarvest sources and their runs: {site}/migration/harvest\nCtrl-C stops everything.\n")
