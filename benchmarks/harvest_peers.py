"""Harvesting against stock ckanext-harvest with ckanext-dcat on Solr, in one run, taking turns.

    make up; python benchmarks/solr.py        (in another terminal)
    python benchmarks/sites.py
    python benchmarks/harvest_peers.py [STORED] [OURS] [STOCK] [ROUNDS]

Both read the same kind of catalogue (DCAT in RDF/XML, made-up records) over HTTP from this machine into
databases that hold STORED datasets (20,000), ours OURS records a round (400) and stock STOCK (40). Each
round has a first and an unchanged run; who begins alternates. The figures count only if both hold the same
texts, contacts and files of the same records, and if our unchanged run wrote no row and sent no document. In
the end both read a page on which one record of a hundred has no title. What was stored before is not in the
search engines of either.

ckanext-harvest is installed into an environment of its own, `.registry/benchmark/venv`, that sees this one.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import sysconfig
import uuid
from pathlib import Path
from typing import Any

import sites
from harvest_catalogue import PAGE, Catalogue, serving
from search_peers import FOLDER, Side

VERSION = "1.6.3"
ENVIRONMENT = Path(".registry/benchmark/venv")
SAMPLE = 50
TARGETS = {"first": 30, "unchanged": 80}


def environment() -> str:
    """Make the environment with ckanext-harvest, and the site that uses it; return its Python."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(ENVIRONMENT)], check=True)
        packages = next(ENVIRONMENT.glob("lib/python3*/site-packages"))
        ours = sysconfig.get_path("purelib")
        (packages / "registry.pth").write_text(f"import site; site.addsitedir({ours!r})\n", "utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(packages)]
        subprocess.run([*command, f"ckanext-harvest=={VERSION}"], check=True)
    ini = sites.make("harvest")["harvest"]
    program = "import sys; from ckan.cli.cli import ckan; sys.argv[0] = 'ckan'; ckan()"
    subprocess.run(
        [str(python), "-c", program, "-c", str(ini), "db", "upgrade"], check=True, capture_output=True
    )
    return str(python)


class Race:
    """Two sides, and what each needed in milliseconds for a record."""

    def __init__(self, ours: Side, stock: Side) -> None:
        self._sides = {"ours": ours, "stock": stock}
        self._do = {"ours": "harvest", "stock": "stock_harvest"}
        self.wall: dict[tuple[str, str], list[float]] = {}
        self.cpu: dict[tuple[str, str], list[float]] = {}

    def run(self, kind: str, side: str, address: str, number: int) -> dict[str, Any]:
        """Let one side harvest; the name of the source is that of the catalogue."""
        name = address.rsplit("/", 1)[1]
        taken, told = self._sides[side].ask(
            self._do[side], source=name, url=address, organization=f"benchmark-{side}"
        )
        self.wall.setdefault((kind, side), []).append(taken / number)
        self.cpu.setdefault((kind, side), []).append(self._sides[side].cpu[-1] / number)
        print(f"  {kind:10}{side:6}{taken / number:9.1f} ms a record  {told}", flush=True)
        return dict(told)

    def round(self, turn: int, numbers: dict[str, int]) -> None:
        """Harvest new catalogues twice on both sides, compare what both hold of the records they share."""
        mark = uuid.uuid4().hex[:8]
        catalogues = {f"{side}-{mark}": Catalogue(mark, number) for side, number in numbers.items()}
        order = list(numbers) if turn % 2 == 0 else list(numbers)[::-1]
        with serving(catalogues) as url:
            for side in order:
                told = self.run("first", side, f"{url}/{side}-{mark}", numbers[side])
                assert told.get("added") == numbers[side], told
            shared = [Catalogue(mark, 1).identifier(place) for place in range(min(SAMPLE, *numbers.values()))]
            held = {side: self._sides[side].ask("content", addresses=shared)[1] for side in numbers}
            assert len(held["ours"]) == len(shared), f"{len(held['ours'])} of {len(shared)} are here"
            different = [key for key in shared if held["ours"][key] != held["stock"].get(key)]
            assert not different, [held[side].get(different[0]) for side in held]
            ours = self._sides["ours"]
            before = ours.ask("written")[1], ours.ask("documents")[1]
            for side in order:
                self.run("unchanged", side, f"{url}/{side}-{mark}", numbers[side])
            after = ours.ask("written")[1], ours.ask("documents")[1]
            assert before == after, f"an unchanged run wrote rows or documents: {before}, {after}"

    def broken(self) -> dict[str, dict[str, Any]]:
        """Read a page with one record in a hundred that has no title."""
        mark = uuid.uuid4().hex[:8]
        catalogues = {f"{side}-{mark}": Catalogue(mark, PAGE, broken=PAGE) for side in self._sides}
        with serving(catalogues) as url:
            return {side: self.run("broken", side, f"{url}/{side}-{mark}", PAGE) for side in self._sides}


def main() -> None:
    """Run the rounds and print medians and ratios."""
    given = [int(each) for each in sys.argv[1:]]
    stored, ours_number, stock_number, rounds = [*given, *(20_000, 400, 40, 3)[len(given) :]]
    python = environment()
    ours, stock = Side("registry"), Side("harvest", python)
    race = Race(ours, stock)
    race.round(0, {"ours": PAGE, "stock": 2})  # both load their code lists and shapes once
    print("stored:", ours.ask("own_fill", number=stored)[1], stock.ask("stock_fill", number=stored)[1])
    race.wall.clear()
    race.cpu.clear()
    for turn in range(rounds):
        race.round(turn, {"ours": ours_number, "stock": stock_number})
    print(f"{stored} stored, {rounds} rounds, equal; load {os.getloadavg()[0]:.1f}; medians, ms a record")
    for kind, target in TARGETS.items():
        for name, taken in (("clock", race.wall), ("processor", race.cpu)):
            mine, theirs = (statistics.median(taken[kind, side]) for side in ("ours", "stock"))
            print(f"{kind:10}{name:10} ours {mine:8.2f}  stock {theirs:8.1f}  {theirs / mine:6.1f}x", end="")
            print(f"  (target {target})")
    print("of 100 records, one broken:", race.broken())


if __name__ == "__main__":
    assert FOLDER.exists(), "run benchmarks/sites.py first"
    main()
