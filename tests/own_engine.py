"""Elasticsearch processes of a test run alone: they may be frozen, killed, filled and started again."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests

from certificates import Authority, Certificate
from migration_stack import java, node, processes, programs, releases
from migration_stack.places import Places, account
from migration_stack.ports import LOOPBACK

ADMIN = "admin"
SECONDS = 180


def free_port() -> int:
    """Return a port of this machine that nobody uses now."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


@dataclass
class OwnEngine:
    """One node. With a certificate it speaks TLS and asks who calls."""

    places: Places
    folder: Path
    name: str
    certificate: Certificate | None = None
    authority: Authority | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    release: releases.Release = field(default_factory=releases.chosen)
    password: str = field(default_factory=lambda: secrets.token_hex(12))
    port: int = field(default_factory=free_port)
    transport_port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://{LOOPBACK}:{self.port}"

    # -- its life -------------------------------------------------------------------------------

    def start(self, *, wait: bool = True) -> None:
        """Start, on the data of the last time."""
        self._accounts()
        program = programs.elasticsearch(self.places, release=self.release)
        home = java.home(oldest=self.release.java)
        settings = {**self._settings(), **self.more}
        made = node.Node(self.process, program, home, self.folder, settings, "512m")
        node.start(self.places, account(), made)
        if wait:
            self.wait()

    def wait(self) -> None:
        """Return when it answers and its indices can be used."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.RequestException, KeyError):
                health = self.ask("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")
                if health["status"] in ("yellow", "green"):
                    return
            if not self.members():
                raise RuntimeError(processes.tail(self.places, self.process))
            time.sleep(0.2)
        raise RuntimeError(f"{self.name} did not start within {SECONDS} s")

    def freeze(self) -> None:
        """Let it stand still: it takes connections and does not answer."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power failure would."""
        members = self.members()
        self._signal(signal.SIGKILL)
        psutil.wait_procs(members, timeout=20)

    def stop(self) -> None:
        """End it in good order."""
        self.thaw()
        processes.stop(self.places, self.process, gentle=signal.SIGTERM, seconds=20)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def members(self) -> list[psutil.Process]:
        return processes.find(self.places, self.process)

    @property
    def process(self) -> str:
        return f"test-{self.name}-{os.getpid()}"

    def _signal(self, number: int) -> None:
        for member in self.members():
            with contextlib.suppress(psutil.NoSuchProcess):
                member.send_signal(number)

    # -- talking to it --------------------------------------------------------------------------

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask as its administrator."""
        answer = requests.request(
            method,
            f"{self.url}{path}",
            json=body,
            auth=(ADMIN, self.password) if self.certificate else None,
            verify=str(self.authority.file) if self.authority else True,
            timeout=20,
        )
        answer.raise_for_status()
        return answer.json()

    def api_key(self, cluster: list[str], indices: list[dict[str, Any]], **more: Any) -> str:
        """Make a key with just these privileges, as docs/operations/search.md tells."""
        role = {"cluster": cluster, "indices": indices}
        body = {"name": f"registry-{secrets.token_hex(4)}", "role_descriptors": {"registry": role}, **more}
        return str(self.ask("POST", "/_security/api_key", body)["encoded"])

    # -- its files ------------------------------------------------------------------------------

    def _settings(self) -> dict[str, str]:
        found = {
            "cluster.name": self.process,
            "network.host": LOOPBACK,
            "http.port": str(self.port),
            "transport.port": str(self.transport_port),
            "action.auto_create_index": "false",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            "xpack.security.enabled": "false",
        }
        if not self.certificate or not self.authority:
            return {**found, "discovery.type": "single-node"} if not self.more else found
        found["xpack.security.enabled"] = "true"
        for layer in ("http", "transport"):
            found |= {
                f"xpack.security.{layer}.ssl.enabled": "true",
                f"xpack.security.{layer}.ssl.key": "node.key",
                f"xpack.security.{layer}.ssl.certificate": "node.pem",
                f"xpack.security.{layer}.ssl.certificate_authorities": "ca.pem",
            }
        # a new certificate is taken up at once
        found["resource.reload.interval.high"] = "500ms"
        return {**found, "discovery.type": "single-node"} if not self.more else found

    def certify(self, certificate: Certificate) -> None:
        """Give it another certificate while it runs; who connects from now on sees that one."""
        place = self.folder / "config"
        for source, name in ((certificate.key, "node.key"), (certificate.file, "node.pem")):
            temporary = place / f"{name}.new"
            shutil.copyfile(source, temporary)
            account().own(temporary)
            temporary.replace(place / name)

    def _accounts(self) -> None:
        """Write one administrator and the certificates into its configuration."""
        if not self.certificate or not self.authority:
            return
        place = self.folder / "config"
        place.mkdir(parents=True, exist_ok=True)
        for source, name in (
            (self.certificate.file, "node.pem"),
            (self.certificate.key, "node.key"),
            (self.authority.file, "ca.pem"),
        ):
            shutil.copyfile(source, place / name)
        (place / "users").write_text(f"{ADMIN}:{_hashed(self.password)}\n", "utf-8")
        (place / "users_roles").write_text(f"superuser:{ADMIN}\n", "utf-8")


def _hashed(password: str) -> str:
    """Hash a password as the engine's file realm reads it."""
    salt = os.urandom(32)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 10_000, 32)
    return f"{{PBKDF2}}10000${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


@contextlib.contextmanager
def running(engine: OwnEngine) -> Iterator[OwnEngine]:
    """Start it for a block; nothing of it is left behind."""
    try:
        engine.start()
        yield engine
    finally:
        engine.remove()
