"""Against stock CKAN on Solr, in one run, taking turns: search, rebuild and `package_create`.

    make up; python benchmarks/solr.py        (in another terminal)
    python benchmarks/sites.py
    python benchmarks/search_catalogue.py .registry/ckan/benchmark/registry/ckan.ini
    python benchmarks/search_peers.py rebuild|search|create|busy [NUMBER]

Both sides are processes of their own that time themselves. `rebuild` compares 500 documents of the new index
with what CKAN makes of each dataset by itself. `search` counts only while both sides find as many datasets;
the catch-all field is asked, with six facets, and both engines highlight. `create` saves the same content
into the dataset type of this software and into one of ckanext-dcat. `busy` knows no other side: it
compares searches of this software with those while another process saves datasets.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import solr
from search_requests import percentile, queries

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from registry_site import COMPLETE

FOLDER = Path(".registry/ckan/benchmark")
SAMPLES = 500
WARM = 10
BLOCK = 20


class Side:
    """A CKAN in a process of its own."""

    def __init__(self, site: str, python: str = sys.executable) -> None:
        program = [python, str(Path(__file__).with_name("peer.py")), str(FOLDER / site / "ckan.ini")]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process = self._process.pid
        self.cpu: list[float] = []
        """Milliseconds of processor time of each answer, in the process of CKAN alone."""

    def ask(self, do: str, **asked: Any) -> tuple[float, Any]:
        """Return milliseconds and answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **asked}) + "\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        self.cpu.append(found["cpu"])
        return found["ms"], found["answer"]


def rebuild(number: int) -> None:
    """Stock, ours from the database, stock, ours carried over: datasets a second."""
    ours, stock = Side("registry"), Side("solr")
    ids = ours.ask("some", number=2 * number)[1]
    stock.ask("reindex", ids=ids[:10])
    rates, told = [], []
    for part, from_database in ((ids[:number], True), (ids[number:], False)):
        rates.append(_rate(stock, part))
        before = ours.ask("engine_time")[1]
        taken, found = ours.ask("rebuild", from_database=from_database)
        cpu = ours.cpu[-1], ours.ask("engine_time")[1] - before
        told.append((taken, cpu, found))
        unequal = ours.ask("same", number=SAMPLES)[1]
        assert not unequal, f"{len(unequal)} documents differ, for example {unequal[0]}"
    theirs = statistics.mean(stock.cpu[-2:]) / number
    print(f"stock {rates[0]:.1f} and {rates[1]:.1f} a second, {theirs:.1f} ms of CKAN's processor time each")
    for name, (taken, cpu, found) in zip(("from the database", "carried over"), told, strict=True):
        count = found["datasets"]
        rate = count / taken * 1000
        print(f"{name}: {count} datasets, {found['carried']} carried, {found['refused']} refused,", end=" ")
        print(f"read alone: {found['alone'] or 'no'}; {SAMPLES} documents equal")
        print(f"  {rate:.1f} a second: {rate / statistics.mean(rates):.1f}x (target 25);", end=" ")
        print(f"processor time each: CKAN {cpu[0] / count:.2f} ms, engine {cpu[1] / count:.2f} ms")
    print(f"load {os.getloadavg()[0]:.1f}")


def _rate(side: Side, ids: list[str]) -> float:
    return len(ids) / side.ask("reindex", ids=ids)[0] * 1000


def search(number: int) -> None:
    """Search the same words in turn."""
    ours, stock = Side("registry"), Side("solr")
    sent = ours.ask("fill", address=solr.ADDRESS)[1]
    times: dict[str, list[float]] = {"ours": [], "stock": [], "stock without marks": []}
    for turn, text in enumerate(queries(number + WARM)):
        sides = [("ours", ours, False), ("stock", stock, True), ("stock without marks", stock, False)]
        found = {}
        for name, side, marks in sides if turn % 2 else sides[::-1]:
            taken, found[name] = side.ask("find", q=text, marks=marks)
            if turn >= WARM:
                times[name].append(taken)
        assert len(set(found.values())) == 1, (text, found)
    print(f"{sent} datasets, {number} searches with equal counts; load {os.getloadavg()[0]:.1f}")
    for name, limit in (("p50", 0.75), ("p99", 1.0)):
        part = float(name[1:]) / 100
        each = {side: percentile(taken, part) for side, taken in times.items()}
        print(name, *(f"{side} {taken:.1f} ms" for side, taken in each.items()), sep="  ", end="  ")
        print(f"ratio {each['ours'] / each['stock']:.2f} (target {limit}),", end=" ")
        print(f"without marks on the other side {each['ours'] / each['stock without marks']:.2f}")


def create(number: int) -> None:
    """Save the same content in turn, and wait until our search finds what was saved."""
    ours, stock = Side("registry"), Side("stock")
    names = ("organization-ours", "organization-stock")
    saved: dict[str, list[float]] = {"ours": [], "stock": []}
    busy: dict[str, list[float]] = {"ours": [], "stock": []}
    found = []
    for turn in range(number + WARM):
        for name, side, package in (("ours", ours, COMPLETE), ("stock", stock, plain(COMPLETE))):
            taken, made = side.ask("create", package=package, organization=names[name == "stock"])
            busy[name].append(side.cpu[-1])
            seen = ours.ask("seen", name=made)[0] if name == "ours" else 0.0
            if turn >= WARM:
                saved[name].append(taken)
                found += [taken + seen] if name == "ours" else []
    middle = {name: percentile(taken, 0.5) for name, taken in saved.items()}
    print(f"{number} datasets a side; load {os.getloadavg()[0]:.1f}")
    print(f"package_create p50: ours {middle['ours']:.0f} ms, stock {middle['stock']:.0f} ms: ", end="")
    print(f"{middle['ours'] / middle['stock']:.2f}x (target 0.5); found by a search after ", end="")
    print(f"{percentile(found, 0.5):.0f} ms, at the latest {max(found):.0f} ms (target 1500)")
    cpu = {name: percentile(taken[WARM:], 0.5) for name, taken in busy.items()}
    print(f"processor time of CKAN, p50: ours {cpu['ours']:.0f} ms, stock {cpu['stock']:.0f} ms")


def busy(number: int) -> None:
    """Search in turn while nothing and while another process saves datasets one after the other."""
    reader, writer = Side("registry"), Side("registry")
    times: dict[str, list[float]] = {"idle": [], "busy": []}
    texts = queries(number + WARM)
    for text in texts[:WARM]:
        reader.ask("find", q=text, marks=False)
    writer.ask("create", package=COMPLETE, organization="organization-ours")
    saved, spent = 0, 0.0
    for start in range(WARM, len(texts), BLOCK):
        for name in ("idle", "busy"):
            ended = threading.Event()
            with ThreadPoolExecutor(1) as beside:
                work = beside.submit(_save_until, writer, ended) if name == "busy" else None
                begun = time.perf_counter()
                times[name] += [
                    reader.ask("find", q=text, marks=False)[0] for text in texts[start : start + BLOCK]
                ]
                spent += (time.perf_counter() - begun) if work else 0.0
                ended.set()
            saved += work.result() if work else 0
    print(
        f"{number} searches each; {saved / spent:.1f} datasets saved a second; load {os.getloadavg()[0]:.1f}"
    )
    for name, limit in (("p50", ""), ("p99", " (target 1.5)")):
        idle, other = (percentile(times[each], float(name[1:]) / 100) for each in ("idle", "busy"))
        print(f"{name}  idle {idle:.1f} ms, while saving {other:.1f} ms: {other / idle:.2f}x{limit}")


def _save_until(writer: Side, ended: threading.Event) -> int:
    saved = 0
    while not ended.is_set():
        writer.ask("create", package=COMPLETE, organization="organization-ours")
        saved += 1
    return saved


def plain(package: dict[str, Any]) -> dict[str, Any]:
    """Return a dataset in the type `dcat_ap_full` of ckanext-dcat; French goes among the extras, as there."""
    kept = {
        name: package[name] for name in ("temporal_coverage", "contact", "issued", "modified", "frequency")
    }
    kept |= {"access_rights": package["access_rights"], "theme": package["migration_theme"]}
    kept |= {"language": package["language"], "private": False}
    kept |= {"title": package["title_translated"]["en"], "notes": package["notes_translated"]["en"]}
    kept["spatial_coverage"] = [{"text": code} for code in package["spatial_coverage"]]
    kept["tag_string"] = ",".join(package["tags_translated"]["en"])
    left = {"title_fr": package["title_translated"]["fr"], "notes_fr": package["notes_translated"]["fr"]}
    left |= {name: json.dumps(package[name]) for name in ("population_group", "collection_method")}
    left |= {name: json.dumps(package[name]) for name in ("sensitivity_level", "personal_data_status")}
    kept["extras"] = [{"key": key, "value": value} for key, value in left.items()]
    kept["resources"] = package["resources"]
    return kept


if __name__ == "__main__":
    {"rebuild": rebuild, "search": search, "create": create, "busy": busy}[sys.argv[1]](
        int(sys.argv[2]) if len(sys.argv) > 2 else 200
    )
