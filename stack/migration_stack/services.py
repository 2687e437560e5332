"""The three servers together: up, down, status, and the session of a command that needs them."""

from __future__ import annotations

import contextlib
import fcntl
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from migration_stack import elasticsearch, external, ports, postgres, processes, redis, settings
from migration_stack.errors import StackError
from migration_stack.places import Places, account
from migration_stack.starting import Starter

ALL: tuple[ModuleType, ...] = (postgres, redis, elasticsearch)
DATABASE = "ckan"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class State:
    """How one server is doing."""

    name: str
    title: str
    state: str
    address: str


def up(
    places: Places,
    say: Say = print,
    *,
    any_port: bool = False,
    meanwhile: Callable[[settings.Addresses], None] | None = None,
) -> settings.Addresses:
    """Start what does not run, wait until all answer, and return their addresses.

    `meanwhile` is work that needs the database and the queue only; it is done while the slow one starts.
    """
    places.prepare()
    external.check()
    with _alone(places.run / "services.lock"):
        ours = [service for service in ALL if not settings.external(service.NAME)]
        missing = [service for service in ours if not _running(places, service)]
        chosen = _choose_ports(places, missing, any_port=any_port)
        with Starter(places, account(), chosen, say).starting(ours) as futures:
            if meanwhile:
                for name in (postgres.NAME, redis.NAME):
                    if name in futures:
                        futures[name].result()
                meanwhile(addresses(places))
    return addresses(places)


def down(places: Places, say: Say = print) -> list[str]:
    """Stop our servers, never anybody else's; return the names of those that ran."""
    if not places.run.exists():
        return []
    stopped = []
    with _alone(places.run / "services.lock"):
        for service in reversed(ALL):
            if processes.stop(places, service.NAME, gentle=service.STOP, seconds=service.STOP_SECONDS):
                say(f"{service.TITLE} stopped")
                stopped.append(service.NAME)
    return stopped


def status(places: Places) -> list[State]:
    """Describe every server."""
    known = settings.chosen_ports(places)
    states = []
    for service in ALL:
        foreign = settings.external(service.NAME)
        if foreign:
            states.append(State(service.NAME, service.TITLE, "external", _without_password(foreign)))
            continue
        state = "stopped"
        if _running(places, service):
            state = "running" if service.ready(places, known) else "starting or failing"
        port = known.get(service.NAME) if state != "stopped" else None
        states.append(State(service.NAME, service.TITLE, state, f"{ports.LOOPBACK}:{port}" if port else ""))
    return states


def addresses(places: Places, database: str = DATABASE, redis_number: int = 0) -> settings.Addresses:
    """Return where the servers are: those named from outside, else ours."""
    known = settings.chosen_ports(places)

    def of(service: ModuleType, role: str, name: str) -> str:
        foreign = settings.external(service.NAME)
        if foreign:
            return foreign
        if service.NAME not in known:
            raise StackError(f"{service.TITLE} is not running", "start it with `make demo`")
        return settings.local(service.NAME, known[service.NAME], settings.password(places, role), name)

    return settings.Addresses(
        database=of(postgres, postgres.ROLE, database),
        redis=of(redis, redis.NAME, str(redis_number)),
        elasticsearch=of(elasticsearch, elasticsearch.NAME, ""),
    )


@contextlib.contextmanager
def session(
    places: Places,
    say: Say = print,
    *,
    any_port: bool = False,
    meanwhile: Callable[[settings.Addresses], None] | None = None,
) -> Iterator[settings.Addresses]:
    """Keep the servers up for one command; the last command that uses them stops those it found stopped.

    Who uses them is known by a shared lock on a file, which the kernel lets go even after SIGKILL.
    """
    places.prepare()
    with (places.run / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        keep = places.run / "keep"  # laid by `up`: then only `down` stops them
        try:
            yield up(places, say, any_port=any_port, meanwhile=meanwhile)
        finally:
            ignore_interrupts()
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not keep.exists():
                    down(places, say)


def ignore_interrupts() -> None:
    """Finish stopping although Ctrl-C is pressed again: it must not leave servers behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _choose_ports(places: Places, missing: list[ModuleType], *, any_port: bool) -> dict[str, int]:
    """Settle the ports of the servers that are to start, and refuse ports that are taken."""
    wanted = ports.wanted()
    names = [name for service in missing for name in service.PORTS]
    if any_port:
        wanted = ports.next_free(wanted, names)
    else:
        ports.claim(names, wanted)
    settings.remember_ports(places, {name: wanted[name] for name in names})
    return settings.chosen_ports(places)


def _running(places: Places, service: ModuleType) -> bool:
    return bool(processes.find(places, service.NAME))


def _without_password(address: str) -> str:
    scheme, separator, rest = address.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Let one command at a time start or stop servers."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
