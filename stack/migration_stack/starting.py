"""Starting servers side by side, and giving up in good order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType

from migration_stack import processes
from migration_stack.errors import StackError
from migration_stack.places import Account, Places

LOOK_EVERY = 0.2


@dataclass(frozen=True, slots=True)
class Starter:
    """Starts the servers of one checkout on settled ports."""

    places: Places
    account: Account
    ports: dict[str, int]
    say: Callable[[str], None]
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def starting(self, services: Sequence[ModuleType]) -> Iterator[dict[str, Future[None]]]:
        """Start all at once; the block runs meanwhile. An error or Ctrl-C in it ends the rest."""
        with ThreadPoolExecutor(max(1, len(services))) as pool:
            try:
                futures = {service.NAME: pool.submit(self.bring_up, service) for service in services}
                yield futures
                for future in futures.values():
                    future.result()
            except BaseException:
                self.stop.set()
                raise

    def bring_up(self, service: ModuleType) -> None:
        """Start one server, unless it runs, and wait until it answers."""
        begun = time.monotonic()
        missing = not processes.find(self.places, service.NAME)
        if missing:
            service.prepare(self.places, self.stop.is_set)
            if self.stop.is_set():
                return
            service.start(self.places, self.account, self.ports)
        if not self._answers(service):
            return
        service.finish(self.places, self.ports)
        if missing:
            port, seconds = self.ports[service.NAME], time.monotonic() - begun
            self.say(f"{service.TITLE} answers on port {port} ({seconds:.1f} s)")

    def _answers(self, service: ModuleType) -> bool:
        """Wait until a server answers, unless told to stop; say why when it ended by itself."""
        deadline = time.monotonic() + service.SECONDS
        while not service.ready(self.places, self.ports):
            if self.stop.is_set():
                return False
            if not processes.find(self.places, service.NAME):
                raise processes.died(self.places, service.NAME, service.TITLE)
            if time.monotonic() > deadline:
                raise StackError(
                    f"{service.TITLE} did not answer within {service.SECONDS} s",
                    f"see {self.places.logs / service.NAME}.log, then run `make stop` and try again",
                )
            time.sleep(LOOK_EVERY)
        return True
