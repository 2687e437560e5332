"""Ports: what is used, what is said when one is taken."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from migration_stack import ports
from migration_stack.errors import StackError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_defaults_do_not_collide() -> None:
    assert len(set(ports.DEFAULTS.values())) == len(ports.DEFAULTS)
    assert set(ports.SERVICES) < set(ports.DEFAULTS)
    assert set(ports.TITLES) == set(ports.DEFAULTS)


def test_the_offset_moves_every_port_and_port_the_portal() -> None:
    moved = ports.wanted({"PORT_OFFSET": "100", "PORT": "8080"})
    assert moved == {name: port + 100 for name, port in ports.DEFAULTS.items()} | {"portal": 8080}


@pytest.mark.parametrize("environment", [{"PORT": "web"}, {"PORT": "70000"}, {"PORT_OFFSET": "60000"}])
def test_a_nonsensical_port_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(StackError):
        ports.wanted(environment)


def test_empty_variables_count_as_unset() -> None:
    assert ports.wanted({"PORT": "", "PORT_OFFSET": " "}) == ports.DEFAULTS


def test_a_taken_port_names_its_holder_and_the_way_out(taken: int) -> None:
    with pytest.raises(StackError) as caught:
        ports.claim(["postgres"], {"postgres": taken})
    assert f"Port {taken}, meant for PostgreSQL, is taken by" in str(caught.value)
    assert f"process {os.getpid()}" in str(caught.value)
    assert "PORT_OFFSET=10" in str(caught.value)


def test_a_taken_portal_port_is_moved_alone(taken: int) -> None:
    with pytest.raises(StackError, match=f"PORT={taken + 1}"):
        ports.claim(["portal"], {"portal": taken})


def test_tests_move_to_the_next_free_ports_in_fixed_steps(taken: int) -> None:
    moved = ports.next_free({"postgres": taken, "redis": taken + 1, "portal": 1}, ["postgres", "redis"])
    assert moved["postgres"] > taken
    assert (moved["postgres"] - taken) % ports.STEP == 0
    assert moved["redis"] == moved["postgres"] + 1
