"""docker/search-key.sh against a real engine: the key that it makes has what the registry needs, no more."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ckanext.migration.search import client, config, privileges
from ckanext.migration.search.errors import IndexForbidden
from fault_site import PREFIX, fault_engine
from own_engine import ADMIN, OwnEngine

__all__ = ["fault_engine"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("curl"), reason="the program curl is not installed"),
]


def run(engine: OwnEngine, place: Path, project: Path, password: str) -> subprocess.CompletedProcess[str]:
    assert engine.authority is not None
    environment = {
        "PATH": os.environ["PATH"],
        "ELASTIC_URL": engine.url,
        "ELASTIC_CA": str(engine.authority.file),
        "ELASTIC_USER": ADMIN,
        "ELASTIC_PASSWORD": password,
        "KEY_FILE": str(place),
        "KEY_OWNER": str(os.getuid()),
        "INDEX_PREFIX": PREFIX,
    }
    script = ["sh", str(project / "docker" / "search-key.sh")]
    return subprocess.run(script, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_the_key_fits_and_is_kept(fault_engine: OwnEngine, tmp_path: Path, project: Path) -> None:
    place = tmp_path / "api_key"
    done = run(fault_engine, place, project, fault_engine.password)
    assert done.returncode == 0, done.stderr
    assert place.stat().st_mode & 0o077 == 0
    key = place.read_text("utf-8")
    assert key not in done.stdout + done.stderr
    assert fault_engine.authority is not None
    address = config.Address(fault_engine.url, api_key=key, ca_certs=str(fault_engine.authority.file))
    engine = client.engine(address)
    assert engine.lacking(privileges.CLUSTER, privileges.INDEX, f"{PREFIX}-*") == []
    with pytest.raises(IndexForbidden):
        engine.exists("another-index")
    assert run(fault_engine, place, project, "wrong").returncode == 0  # the key still fits: nobody is asked
    assert place.read_text("utf-8") == key
    place.write_text("bm9ib2R5Om5vdGhpbmc=", "utf-8")
    assert run(fault_engine, place, project, fault_engine.password).returncode == 0
    assert place.read_text("utf-8") not in (key, "bm9ib2R5Om5vdGhpbmc=")


def test_a_wrong_password_makes_no_key(fault_engine: OwnEngine, tmp_path: Path, project: Path) -> None:
    place = tmp_path / "api_key"
    done = run(fault_engine, place, project, "wrong")
    assert done.returncode != 0
    assert not place.exists()
    assert "401" in done.stderr
