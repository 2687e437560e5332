"""A certificate authority for the length of a test, made with the program ``openssl``."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

_NEW_KEY = ("-newkey", "rsa:2048", "-nodes", "-keyout")
_CONFIGURATION = """
[ca]
default_ca = own
[own]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, in PEM."""

    file: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """Signs certificates for this machine."""

    folder: Path

    @property
    def file(self) -> Path:
        """The certificate that clients trust."""
        return self.folder / "ca.pem"

    def issue(self, name: str, *, days: int = 2, host: str = "IP:127.0.0.1, DNS:localhost") -> Certificate:
        """Sign a certificate, for this machine where nothing is said; with negative days one out of date."""
        request, key, file = (self.folder / f"{name}.{kind}" for kind in ("csr", "key", "pem"))
        _openssl(
            "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}"
        )
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName = {host}\n", "utf-8")
        end = datetime.now(UTC) + timedelta(days=days)
        begin = min(end - timedelta(days=1), datetime.now(UTC) - timedelta(days=1))
        _openssl(
            *("ca", "-batch", "-notext", "-config", self.folder / "ca.conf"),
            *("-cert", self.file, "-keyfile", self.folder / "ca.key"),
            *("-in", request, "-out", file, "-extfile", extensions),
            *("-startdate", f"{begin:%Y%m%d%H%M%SZ}", "-enddate", f"{end:%Y%m%d%H%M%SZ}"),
        )
        return Certificate(file, key)


def authority(folder: Path) -> Authority:
    """Make an authority; skip where the machine has no openssl."""
    if not shutil.which("openssl"):
        pytest.skip("the program openssl is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ca.conf").write_text(_CONFIGURATION.format(folder=folder), "utf-8")
    (folder / "index.txt").write_text("", "utf-8")
    key, file = folder / "ca.key", folder / "ca.pem"
    subject = ("-subj", "/CN=Authority of a test")
    _openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", file, "-days", "2", *subject
    )
    return Authority(folder)


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=60)
