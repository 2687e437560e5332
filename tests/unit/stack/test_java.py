"""Which Java is found and which is good enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from migration_stack import java
from migration_stack.errors import StackError


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_292"', 8),
        ('openjdk version "25-ea" 2025-09-16', 25),
        ("bash: nothing of the kind", None),
    ],
)
def test_the_version_is_read(text: str, version: int | None) -> None:
    assert java.major_version(text) == version


def program(folder: Path, version: str) -> Path:
    file = folder / "bin" / "java"
    file.parent.mkdir(parents=True)
    file.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", "utf-8")
    file.chmod(0o755)
    return file


def test_java_home_wins_over_the_path(tmp_path: Path) -> None:
    program(tmp_path / "new", "21.0.1")
    program(tmp_path / "old", "11.0.2")
    environment = {"JAVA_HOME": str(tmp_path / "new"), "PATH": str(tmp_path / "old" / "bin")}
    assert java.home(environment) == tmp_path / "new"


def test_a_link_on_the_path_is_followed(tmp_path: Path) -> None:
    real = program(tmp_path / "jdk", "17.0.1")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "java").symlink_to(real)
    assert java.home({"PATH": str(tmp_path / "links")}) == tmp_path / "jdk"


def test_an_old_java_is_refused(tmp_path: Path) -> None:
    program(tmp_path / "jdk", "11.0.2")
    with pytest.raises(StackError, match=r"Java 11 .* too old.*install Java 17"):
        java.home({"PATH": str(tmp_path / "jdk" / "bin")}, folders=tmp_path / "none")


def test_a_missing_java_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"Java was not found.*ELASTICSEARCH_URL") as caught:
        java.home({"PATH": str(tmp_path)}, folders=tmp_path / "none")
    assert "\n" not in str(caught.value)


def test_where_the_path_has_an_old_java_a_newer_one_beside_it_is_taken(tmp_path: Path) -> None:
    program(tmp_path / "jvm" / "a-17", "17.0.2")
    program(tmp_path / "jvm" / "b-25", "25.0.1")
    environment = {"PATH": str(tmp_path / "jvm" / "a-17" / "bin")}
    assert java.home(environment, folders=tmp_path / "jvm").name == "a-17"
    environment["ELASTICSEARCH_MAJOR"] = "9"
    assert java.home(environment, folders=tmp_path / "jvm").name == "b-25"


def test_an_unknown_major_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="ELASTICSEARCH_MAJOR=7 is not known: use one of 8, 9"):
        java.home({"PATH": str(tmp_path), "ELASTICSEARCH_MAJOR": "7"})
