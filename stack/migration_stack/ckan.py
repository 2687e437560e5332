"""Running CKAN's own commands in the embedded environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from migration_stack.errors import StackError
from migration_stack.places import Places
from migration_stack.settings import Addresses

BIN = Path(sys.executable).parent
QUIET = ("logger_ckan", "logger_ckanext", "logger_root")  # a person reads along in the terminal


def environment(addresses: Addresses | None = None) -> dict[str, str]:
    """Compose the environment of a CKAN process; CKAN prefers these addresses to those of its ini."""
    result = {
        # such a variable of the person's shell would silently win over our ini
        **{name: value for name, value in os.environ.items() if not name.startswith("CKAN_")},
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
    }
    if addresses:
        result |= {
            "CKAN_SQLALCHEMY_URL": addresses.database,
            "CKAN_REDIS_URL": addresses.redis,
            "CKAN_SOLR_URL": addresses.elasticsearch,
        }
    return result


def command(ini: Path, *arguments: str) -> list[str]:
    """Compose a `ckan` command."""
    return [str(BIN / "ckan"), "--config", str(ini), *arguments]


def run(
    places: Places, ini: Path, *arguments: str, variables: Mapping[str, str] | None = None, given: str = ""
) -> str:
    """Run a `ckan` command and return what it printed; its log goes to `logs/ckan.log`."""
    return _checked(places, command(ini, *arguments), f"ckan {' '.join(arguments[:3])}", variables, given)


def show(ini: Path, *arguments: str) -> int:
    """Run a `ckan` command that talks to the person in front of the terminal."""
    return subprocess.run(command(ini, *arguments), env=environment(), check=False).returncode


def generate(places: Places, ini: Path, options: Mapping[str, str]) -> None:
    """Make CKAN's configuration once, which makes its secrets, and set our options in it."""
    fresh = ini.with_suffix(".new")
    if not ini.exists():
        _checked(places, [str(BIN / "ckan"), "generate", "config", str(fresh)], "ckan generate config")
        fresh.chmod(0o600)
        fresh.replace(ini)
    merge = ini.with_name("options.ini")
    lines = ["[app:main]", *(f"{name} = {value}" for name, value in options.items())]
    for section in QUIET:
        lines += [f"[{section}]", "level = WARNING"]
    text = "\n".join(lines) + "\n"
    if merge.exists() and merge.read_text("utf-8") == text:
        return
    fresh.touch(mode=0o600)
    fresh.write_text(text, "utf-8")
    _checked(places, [str(BIN / "ckan"), "config-tool", str(ini), "--file", str(fresh)], "ckan config-tool")
    fresh.replace(merge)


def seed(places: Places, ini: Path, described: Path, base: str) -> None:
    """Put organisations, people and sources into CKAN (see seeding.py)."""
    words = [sys.executable, "-P", "-m", "migration_stack.seeding", str(ini), str(described), base]
    _checked(places, words, f"seeding from {described.name}")


def _checked(
    places: Places,
    words: Sequence[str],
    title: str,
    variables: Mapping[str, str] | None = None,
    given: str = "",
) -> str:
    """Run a command that must succeed."""
    log_file = places.logs / "ckan.log"
    with log_file.open("a", encoding="utf-8") as log:
        log.write(f"--- {title}\n")
        log.flush()
        done = subprocess.run(
            words,
            input=given,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**environment(), **(variables or {})},
            check=False,
        )
        log.write(done.stdout)
    if done.returncode:
        lines = [line.strip() for line in log_file.read_text("utf-8", "replace").splitlines()]
        reasons = [line for line in lines if line and not line.startswith("(Background on this error")]
        raise StackError(f"`{title}` failed ({reasons[-1][:200]})", f"see {log_file}")
    return done.stdout
