"""A line to a server that breaks as lines do; TLS passes through it untouched."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

PASS, CUT, HOLD, REFUSE = "pass", "cut", "hold", "refuse"
"""Pass everything; deliver requests and break off before the reply; deliver nothing; hang up."""


@dataclass
class Line:
    """Listens on a port of its own and passes bytes to ``target``."""

    target: int
    mode: str = PASS
    broken: int = 0
    """Replies of the server that its client never saw."""
    port: int = 0
    _open: set[socket.socket] = field(default_factory=set)

    @contextlib.contextmanager
    def behaving(self, mode: str) -> Iterator[None]:
        """Behave so within the block."""
        self.mode = mode
        try:
            yield
        finally:
            self.mode = PASS

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        if self.mode == REFUSE:
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.target), 5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        self._open |= {near, far}
        threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
        self._pump(far, near, reply=True)

    def _pump(self, source: socket.socket, sink: socket.socket, *, reply: bool = False) -> None:
        try:
            while data := source.recv(65536):
                while self.mode == HOLD:
                    time.sleep(0.05)
                if self.mode == REFUSE:
                    break
                if self.mode == CUT and reply:
                    self.broken += 1
                    break
                sink.sendall(data)
        except OSError:
            pass
        finally:
            self._hang_up(source, sink)

    def _hang_up(self, *ends: socket.socket) -> None:
        for end in ends:
            self._open.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def hang_up(self) -> None:
        """End the connections there are; new ones are taken."""
        self._hang_up(*list(self._open))

    def close(self) -> None:
        self.mode = REFUSE
        self._hang_up(*list(self._open))


@contextlib.contextmanager
def line(target: int) -> Iterator[Line]:
    """Open a line to a port of this machine."""
    made = Line(target)
    listener = socket.create_server(("127.0.0.1", 0))
    made.port = listener.getsockname()[1]
    thread = threading.Thread(target=made.serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        made.close()
