"""`make demo`: from an empty folder to a filled registry that serves pages, and down again at Ctrl-C."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from migration_stack import ckan, disk, ports, processes, services, settings, welcome
from migration_stack.errors import StackError
from migration_stack.places import Places

PLUGINS = (
    "migration migration_search migration_harvest migration_quality migration_review migration_copies "
    "scheming_datasets dcat"
)
PAGES = ("/", "/dataset/", "/api/3/action/package_search?rows=1")
ROOM = 300
SECONDS_FOR_PAGES = 90
SOME_PROBLEMS = 1  # the harvest ran, and some record or removal waits for a person


@dataclass(frozen=True, slots=True)
class Helper:
    """A process beside the servers that belongs to the demonstration."""

    name: str
    title: str


PARTNERS = Helper("partners", "The example partners")
WEB = Helper("web", "The web server")
WORKERS: tuple[tuple[Helper, tuple[str, ...]], ...] = (
    # both take every job; the second takes harvests last
    (Helper("worker-1", "The first job worker"), ("jobs", "worker", "harvest", "default", "low")),
    (Helper("worker-2", "The second job worker"), ("jobs", "worker", "default", "harvest", "low")),
    (Helper("search-worker", "The search worker"), ("migration", "search", "worker")),
)
HELPERS = (WEB, *(helper for helper, _ in WORKERS), PARTNERS)


def run(places: Places, *, once: bool) -> int:
    """Bring everything up, harvest, serve until Ctrl-C (or, with `once`, until the pages answered)."""
    places.prepare()
    disk.require(places.home, ROOM, "the demonstration")
    begun = time.monotonic()
    with _only_one(places):
        _stop_helpers(places)  # what a killed demonstration left behind
        wanted = ports.wanted()
        ports.claim(("portal", "partners"), wanted)
        site = f"http://{ports.LOOPBACK}:{wanted['portal']}"
        ini = places.ckan / "ckan.ini"

        def set_up(addresses: settings.Addresses) -> None:
            configure(places, ini, addresses, site)
            _start_partners(places, wanted["partners"])
            (places.ckan / "storage").mkdir(exist_ok=True)
            ckan.run(places, ini, "db", "upgrade")
            _start_web(places, ini, wanted["portal"])
            _start_workers(places, ini)

        with _helpers_ended(places), services.session(places, meanwhile=set_up), _helpers_ended(places):
            _seed(places, ini, f"http://{ports.LOOPBACK}:{wanted['partners']}")
            with ThreadPoolExecutor(1) as pool:
                index = pool.submit(_check_index, places, ini)
                harvested = ckan.show(ini, "migration", "harvest", "run", "--all", "--wait")
                index.result()
            # records that an earlier version of this software stored have no score yet
            ckan.run(places, ini, "migration", "quality", "compute")
            if harvested > SOME_PROBLEMS:
                raise StackError("The harvest could not run", f"see above and {places.logs}")
            _await_pages(places, site)
            welcome.show(site, places.project / "examples" / "demo.yaml", time.monotonic() - begun)
            return 0 if once else _serve(places)


def configure(places: Places, ini: Path, addresses: settings.Addresses, site: str) -> None:
    """Write CKAN's configuration for the demonstration."""
    ckan.generate(
        places,
        ini,
        {
            "sqlalchemy.url": addresses.database.replace("%", "%%"),
            "ckan.redis.url": addresses.redis.replace("%", "%%"),
            "solr_url": addresses.elasticsearch.replace("%", "%%"),
            "ckan.site_url": site,
            "ckan.site_id": "registry",
            "ckan.site_title": "Migration Data Registry",
            "ckan.storage_path": str(places.ckan / "storage"),
            "ckan.plugins": PLUGINS,
            "ckanext.dcat.rdf.profiles": "migration",
            "ckan.locales_offered": "en fr es ar ru zh_Hans_CN",
        },
    )


def stop(places: Places) -> bool:
    """End a running demonstration of this checkout, or what a killed one left behind."""
    found = False
    with contextlib.suppress(FileNotFoundError), (places.run / "demo.lock").open("r+") as lock:
        if not _take(lock.fileno()):
            with contextlib.suppress(ValueError, psutil.Error):
                process = psutil.Process(int(lock.read() or 0))
                process.terminate()
                process.wait(60)
                found = True
    for title in _stop_helpers(places):
        print(f"{title} stopped")
        found = True
    return found


@contextlib.contextmanager
def _only_one(places: Places) -> Iterator[None]:
    """Refuse a second demonstration of the same checkout."""
    with (places.run / "demo.lock").open("a+") as lock:
        if not _take(lock.fileno()):
            raise StackError("A demonstration of this checkout is running already", "`make stop` ends it")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _take(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop_helpers(places: Places) -> list[str]:
    """Stop them all at once and return the titles of those that ran."""
    with ThreadPoolExecutor(len(HELPERS)) as pool:
        ended = pool.map(lambda helper: processes.stop(places, helper.name, gentle=signal.SIGTERM), HELPERS)
        return [helper.title for helper, ran in zip(HELPERS, ended, strict=True) if ran]


@contextlib.contextmanager
def _helpers_ended(places: Places) -> Iterator[None]:
    """Stop the helpers at the end: before the servers that they use, and also when these did not start."""
    try:
        yield
    finally:
        services.ignore_interrupts()
        _stop_helpers(places)


def _seed(places: Places, ini: Path, base: str) -> None:
    """Put in what examples/demo.yaml describes."""
    begun = time.monotonic()
    ckan.seed(places, ini, places.project / "examples" / "demo.yaml", base)
    print(f"Organisations, people and sources are registered ({time.monotonic() - begun:.1f} s)", flush=True)


def _check_index(places: Places, ini: Path) -> None:
    """Build the search index anew when it is missing or was made by another version of this software."""
    try:
        outdated = json.loads(ckan.run(places, ini, "migration", "search", "status", "--json"))["outdated"]
    except StackError:
        outdated = True
    if outdated:
        ckan.run(places, ini, "migration", "search", "rebuild")


def _start_partners(places: Places, port: int) -> None:
    """Start the example partners and wait until they answer."""
    program = places.project / "examples" / "serve.py"
    command: list[str | Path] = [sys.executable, program, "--host", ports.LOOPBACK, "--port", str(port)]
    processes.start(places, PARTNERS.name, command)
    _await(places, PARTNERS, f"http://{ports.LOOPBACK}:{port}/", 20)


def _start_web(places: Places, ini: Path, port: int) -> None:
    """Start CKAN under gunicorn."""
    command: list[str | Path] = [
        *(ckan.BIN / "gunicorn", "--bind", f"{ports.LOOPBACK}:{port}", "--workers", "1", "--threads", "4"),
        *("--timeout", "120", "--graceful-timeout", "5", "--no-control-socket"),
        "migration_stack.wsgi:application",
    ]
    environment = {**ckan.environment(), "CKAN_INI": str(ini)}
    processes.start(places, WEB.name, command, environment=environment)


def _start_workers(places: Places, ini: Path) -> None:
    """Start the job workers and the search worker."""
    for helper, command in WORKERS:
        processes.start(places, helper.name, ckan.command(ini, *command), environment=ckan.environment())


def _await_pages(places: Places, site: str) -> None:
    """Wait until the pages answer, so that the address that we print works."""
    for page in PAGES:
        _await(places, WEB, site + page, SECONDS_FOR_PAGES)


def _await(places: Places, helper: Helper, address: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    answer = "no answer"
    while time.monotonic() < deadline:
        if not processes.find(places, helper.name):
            raise processes.died(places, helper.name, helper.title)
        try:
            reply = requests.get(address, timeout=30, proxies={"http": ""})
        except requests.RequestException:
            time.sleep(0.3)
            continue
        if reply.ok:
            return
        answer = f"status {reply.status_code}"
        time.sleep(1)
    raise StackError(f"{address} does not answer ({answer})", f"see {places.logs / helper.name}.log")


def _serve(places: Places) -> int:
    """Wait for Ctrl-C; say so when one of our processes ends by itself."""
    while True:
        time.sleep(2)
        for helper in HELPERS:
            if not processes.find(places, helper.name):
                raise processes.died(places, helper.name, helper.title)
