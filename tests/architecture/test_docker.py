"""docker/: what can be proved without a container engine."""

from __future__ import annotations

import configparser
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from architecture.sources import PROJECT
from architecture.test_docs import commands

DOCKER = PROJECT / "docker"
SETS = re.compile(r"\$\{([A-Z_]+)")
OFFICIAL = {"postgres": "18", "redis": "8", "elasticsearch": "8.19.13"}
DOCKERFILE_WORDS = {"FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"}


def text(name: str) -> str:
    return (DOCKER / name).read_text("utf-8")


def compose() -> dict[str, Any]:
    return yaml.safe_load(text("compose.yml"))


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", text("Dockerfile"))
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def cases() -> set[str]:
    return set(re.findall(r"^(\w+)\)$", text("entrypoint.sh"), re.MULTILINE))


def test_the_dockerfile_has_known_instructions_and_pins_its_base() -> None:
    assert {word for word, _ in instructions()} <= DOCKERFILE_WORDS
    assert re.fullmatch(r"python:3\.1\d-slim-\w+", instructions()[0][1])
    words = [word for word, _ in instructions()]
    assert words.index("USER") > max(index for index, word in enumerate(words) if word == "RUN")


def test_what_is_copied_exists_and_is_let_through() -> None:
    allowed = {line[1:] for line in text("Dockerfile.dockerignore").splitlines() if line.startswith("!")}
    copied = {source for word, rest in instructions() if word == "COPY" for source in rest.split()[:-1]}
    assert copied == allowed
    assert all((PROJECT / source).exists() for source in copied)


def test_every_root_of_the_distribution_is_copied() -> None:
    roots = re.findall(r'^    "([a-z-]+)": \["', (PROJECT / "setup.py").read_text("utf-8"), re.MULTILINE)
    copied = " ".join(rest for word, rest in instructions() if word == "COPY")
    assert len(roots) == 5
    assert all(f"COPY {root} " in f"COPY {copied} " or f" {root} " in f" {copied} " for root in roots)


def test_every_command_of_the_compose_file_is_known_to_the_entry_point() -> None:
    ours = [
        service for service in compose()["services"].values() if service.get("image") == "migration-registry"
    ]
    assert {service["command"][0] for service in ours} == cases()


def test_the_servers_are_the_official_images_with_health_checks() -> None:
    services = compose()["services"]
    for name, tag in OFFICIAL.items():
        assert services[name]["image"] == f"{name}:{tag}"
        assert "healthcheck" in services[name]
    assert set(services["setup"]["depends_on"]) == {*OFFICIAL, "search-key"}
    images = {service["image"] for service in services.values()} - {"migration-registry"}
    assert images == {f"{name}:{tag}" for name, tag in OFFICIAL.items()}


def test_the_compose_file_fits_the_compose_specification(tmp_path: Path) -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, DOCKER / "compose.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "compose.yml"
    wrong.write_text(text("compose.yml").replace("healthcheck:", "healthchek:", 1), "utf-8")
    assert subprocess.run([*check, wrong], capture_output=True, check=False).returncode == 1


def test_the_search_engine_is_reached_by_tls_and_with_a_key_only() -> None:
    services = compose()["services"]
    environment = services["web"]["environment"]
    assert environment["CKAN_SOLR_URL"].startswith("https://")
    assert not {"CKAN_SOLR_USER", "CKAN_SOLR_PASSWORD", "ELASTIC_PASSWORD"} & set(environment)
    assert services["elasticsearch"]["environment"]["xpack.security.http.ssl.enabled"] == "true"
    for name in ("web", "jobs", "search", "setup"):
        mounts = {volume.split(":")[1]: volume for volume in services[name]["volumes"]}
        for variable in ("REGISTRY_SEARCH_AUTHORITY", "REGISTRY_SEARCH_KEY_FILE"):
            assert mounts[environment[variable].rpartition("/")[0]].endswith(":ro")
    dns = re.findall(r"--dns (\w+)", text("search-certificates.sh"))
    assert urlsplit(environment["CKAN_SOLR_URL"]).hostname in dns


def test_the_key_has_the_documented_privileges() -> None:
    documented = (PROJECT / "docs/operations/search.md").read_text("utf-8")
    for kind in ("cluster", "privileges"):
        (wanted,) = re.findall(rf'"{kind}": (\[[^\]]*\])', documented)
        (made,) = re.findall(rf'"{kind}": (\[[^\]]*\])', text("search-key.sh"))
        assert json.loads(made) == json.loads(wanted)


def test_only_the_portal_is_published_and_on_this_machine_only() -> None:
    published = {
        name: service["ports"] for name, service in compose()["services"].items() if "ports" in service
    }
    assert published == {"web": ["127.0.0.1:5000:5000"]}


def test_volumes_are_declared() -> None:
    used = {
        volume.split(":")[0]
        for service in compose()["services"].values()
        for volume in service.get("volumes", [])
    }
    files = {name for name in used if name.startswith("./")}
    assert all((DOCKER / name).is_file() for name in files)
    assert used - files == set(compose()["volumes"])


def test_every_variable_can_be_set_in_the_env_file_and_none_is_idle() -> None:
    asked = set(SETS.findall(text("compose.yml")))
    offered = set(re.findall(r"^([A-Z_]+)=", text(".env.example"), re.MULTILINE))
    assert asked == offered


def test_the_environment_is_what_ckan_and_the_entry_point_read() -> None:
    tree_text = _ckan_source("config/environment.py")
    read_by_ckan = set(re.findall(r"'(CKAN_[A-Z_]+)'", tree_text))
    given = set(compose()["services"]["web"]["environment"]) | {"CKAN_STORAGE_PATH"}
    read_by_entry = set(SETS.findall(text("entrypoint.sh")))
    assert given <= read_by_ckan | read_by_entry, given - read_by_ckan - read_by_entry


def test_ckan_commands_of_the_entry_point_exist() -> None:
    ours = commands()
    found = re.findall(r"ckan migration (\w+) (\w+)", text("entrypoint.sh"))
    assert found
    assert all(name in ours[group] for group, name in found)


def test_documented_files_exist() -> None:
    named = re.findall(
        r"`([\w.]+\.(?:yml|ini|sh|lock|example)|Dockerfile|\.env\.example)`", text("README.md")
    )
    assert named
    assert all((DOCKER / name).exists() for name in named)


def test_the_lock_is_part_of_the_tested_lock() -> None:
    """The image must run what the tests ran."""

    def pins(path: Path) -> set[str]:
        return set(re.findall(r"^([a-z0-9-]+==[^ ;\\]+)", path.read_text("utf-8"), re.MULTILINE))

    assert pins(DOCKER / "requirements.lock") <= pins(PROJECT / "requirements.lock")
    assert "pytest" not in text("requirements.lock")


@pytest.mark.parametrize("script", sorted(DOCKER.glob("*.sh")), ids=lambda path: path.name)
def test_the_scripts_are_valid_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", script], check=True)


@pytest.mark.slow
def test_the_entry_point_composes_a_configuration(tmp_path: Path) -> None:
    ini = tmp_path / "ckan.ini"
    key = tmp_path / "api_key"
    key.write_text("a2V5Om9mLWEtdGVzdA==", "utf-8")
    environment = {
        "REGISTRY_SEARCH_AUTHORITY": "/srv/ca.pem",
        "REGISTRY_SEARCH_KEY_FILE": str(key),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "REGISTRY_FOLDER": str(DOCKER),
        "REGISTRY_INI": str(ini),
        "REGISTRY_SECRET_KEY": "a-long-random-text",
    }
    command = ["sh", DOCKER / "entrypoint.sh", "printenv", "CKAN_INI"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(ini)
    assert ini.stat().st_mode & 0o077 == 0
    written = configparser.RawConfigParser()
    written.read(ini)
    wanted = configparser.RawConfigParser()
    wanted.read(DOCKER / "options.ini")
    for name, value in wanted["app:main"].items():
        assert written["app:main"][name] == value
    assert written["app:main"]["secret_key"] == "a-long-random-text"
    assert written["app:main"]["ckanext.migration.search.ca_certs"] == "/srv/ca.pem"
    assert written["app:main"]["ckanext.migration.search.api_key"] == "a2V5Om9mLWEtdGVzdA=="


def test_the_entry_point_refuses_to_start_without_a_secret(tmp_path: Path) -> None:
    command = ["sh", DOCKER / "entrypoint.sh", "web"]
    environment = {"PATH": os.environ["PATH"], "REGISTRY_INI": str(tmp_path / "ckan.ini")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "REGISTRY_SECRET_KEY is not set" in done.stderr


def _ckan_source(path: str) -> str:
    """A file of the installed CKAN, read without importing it."""
    found = importlib.util.find_spec("ckan")
    assert found is not None
    assert found.submodule_search_locations
    return (Path(next(iter(found.submodule_search_locations))) / path).read_text("utf-8")
