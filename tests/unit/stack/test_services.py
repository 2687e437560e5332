"""Starting, finding again and stopping, with a small server of our own in the place of the real ones."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from migration_stack import processes, services, settings
from migration_stack.errors import StackError
from migration_stack.places import Account, Places

LISTENER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    server.accept()[0].close()
"""


def small(name: str, program: str = LISTENER) -> types.SimpleNamespace:
    """A service whose server is a few lines of Python."""

    def start(places: Places, account: Account, ports: dict[str, int]) -> None:
        processes.start(places, name, [sys.executable, "-c", program, str(ports[name])], account=account)

    def ready(places: Places, ports: dict[str, int]) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", ports[name]), timeout=1):
            return True
        return False

    return types.SimpleNamespace(
        NAME=name,
        TITLE=name.title(),
        PORTS=(name,),
        SECONDS=10,
        STOP=signal.SIGTERM,
        STOP_SECONDS=5,
        prepare=lambda places, stopped: None,
        start=start,
        ready=ready,
        finish=lambda places, ports: None,
    )


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    monkeypatch.setattr(services, "ALL", (small("redis"),))
    monkeypatch.setattr(services, "account", Account)
    monkeypatch.setattr("migration_stack.places.account", Account)
    monkeypatch.setattr(services, "addresses", lambda places: None)
    monkeypatch.setattr(services, "ignore_interrupts", lambda: None)
    monkeypatch.setattr(services.external, "check", lambda: None)
    for variable in settings.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PORT_OFFSET", "7000")
    result = Places(tmp_path)
    result.prepare()
    yield result
    services.down(result, lambda text: None)


def quiet(text: str) -> None:
    pass


def running(places: Places) -> list[int]:
    return [process.pid for process in processes.find(places, "redis")]


def test_up_is_repeatable_and_down_stops(places: Places) -> None:
    services.up(places, quiet, any_port=True)
    first = running(places)
    services.up(places, quiet, any_port=True)

    assert running(places) == first
    assert [state.state for state in services.status(places)] == ["running"]
    assert services.down(places, quiet) == ["redis"]
    assert running(places) == []
    assert services.down(places, quiet) == []


def test_servers_of_a_killed_run_are_found_again_without_pid_files(places: Places) -> None:
    services.up(places, quiet, any_port=True)
    (orphan,) = running(places)
    (places.run / "services.lock").unlink()

    services.up(places, quiet, any_port=True)

    assert running(places) == [orphan]


def test_a_server_that_dies_while_starting_is_explained(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ALL", (small("redis", "import sys; sys.exit('no memory left')"),))
    with pytest.raises(StackError, match=r"Redis stopped while starting \(no memory left\): see .*redis.log"):
        services.up(places, quiet, any_port=True)


def test_a_taken_port_stops_before_anything_starts(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("PORT_OFFSET", str(other.getsockname()[1] - 16379))
        with pytest.raises(StackError, match="is taken by"):
            services.up(places, quiet)
    assert running(places) == []


def test_an_external_server_is_neither_started_nor_stopped(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:secret@elsewhere:6379/0")
    services.up(places, quiet)

    assert running(places) == []
    (state,) = services.status(places)
    assert (state.state, state.address) == ("external", "redis://elsewhere:6379/0")
    assert services.down(places, quiet) == []


def test_the_last_command_that_uses_the_servers_stops_them(places: Places) -> None:
    with services.session(places, quiet, any_port=True):
        with services.session(places, quiet, any_port=True):
            assert running(places)
        assert running(places), "the inner command stopped what the outer one uses"
    assert running(places) == []


def test_servers_started_to_stay_outlive_a_session(places: Places) -> None:
    services.up(places, quiet, any_port=True)
    (places.run / "keep").touch()
    with services.session(places, quiet, any_port=True):
        pass
    assert running(places)


def test_a_process_that_ignores_the_signal_is_killed_with_its_descendants(places: Places) -> None:
    stubborn = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('up', flush=True)\n"
        "time.sleep(60)\n"
    )
    processes.start(places, "stubborn", [sys.executable, "-c", stubborn])
    while "up" not in processes.tail(places, "stubborn"):
        os.sched_yield()
    members = processes.find(places, "stubborn")
    assert len(members) == 2

    processes.stop(places, "stubborn", gentle=signal.SIGTERM, seconds=0.3)

    assert not any(psutil.pid_exists(process.pid) and process.status() != "zombie" for process in members)
