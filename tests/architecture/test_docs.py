"""What the documentation names exists, and what exists is documented."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from architecture.sources import PROJECT, modules

EXTENSION = PROJECT / "ckanext-migration" / "ckanext" / "migration"
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *PROJECT.glob("*/README.md")])
SETTING = re.compile(r"ckanext\.migration\.(?:search|harvest|catalogue|sharing|alerts)\.[a-z_]+")
MAKE = re.compile(r"(?:^|[`$ ])make ([a-z][a-z-]+)(?=[`\s]|$)", re.MULTILINE)
COMMAND = re.compile(r"ckan migration (search|harvest) ([a-z-]+)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)


def targets() -> set[str]:
    found = re.findall(r"^([a-z][a-z -]*):(?!=)", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    return {name for line in found for name in line.split()}


def declared_settings() -> set[str]:
    return {
        option["key"]
        for path in EXTENSION.rglob("config_declaration.yaml")
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
        for option in group["options"]
    }


def commands() -> dict[str, set[str]]:
    """The commands of each group, read from the decorators without importing CKAN."""
    found: dict[str, set[str]] = {}
    for name in ("search", "harvest"):
        trees = [ast.parse(module.read_text("utf-8")) for module in (EXTENSION / name).glob("*.py")]
        found[name] = {
            command
            for tree in trees
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            for command in _command(node, name)
        }
    return found


def _command(function: ast.FunctionDef, group: str) -> Iterator[str]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) in (
            f"{group}.command",
            "click.command",
        ):
            given = decorator.args[0] if decorator.args else None
            yield given.value if isinstance(given, ast.Constant) else function.name.replace("_", "-")


def named(pattern: re.Pattern[str], *, in_code: bool = True) -> dict[object, Path]:
    """What the pages name, with the page."""
    found: dict[object, Path] = {}
    for page in PAGES:
        text = page.read_text("utf-8")
        for part in CODE.findall(text) if in_code else [text]:
            found |= dict.fromkeys(pattern.findall(part), page)
    return found


def test_make_targets_in_the_documentation_exist() -> None:
    wrong = [f"{page}: make {name}" for name, page in named(MAKE).items() if name not in targets()]
    assert not wrong, "\n".join(wrong)


def test_settings_in_the_documentation_exist() -> None:
    known = declared_settings()
    wrong = [f"{page}: {name}" for name, page in named(SETTING, in_code=False).items() if name not in known]
    assert not wrong, "\n".join(wrong)


def test_settings_in_the_code_are_declared() -> None:
    known = declared_settings()
    wrong = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found = SETTING.fullmatch(node.value)
                if found and node.value not in known:
                    wrong.append(f"{module.place}: {node.value}")
    assert not wrong, "\n".join(wrong)


def test_commands_in_the_documentation_exist() -> None:
    known = commands()
    wrong = [
        f"{page}: ckan migration {group} {name}"
        for (group, name), page in named(COMMAND).items()  # type: ignore[misc]
        if name not in known[group]
    ]
    assert not wrong, "\n".join(wrong)


def test_links_lead_somewhere() -> None:
    wrong = [
        f"{page.relative_to(PROJECT)} -> {link}"
        for page in PAGES
        for link in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_the_reference_pages_are_current() -> None:
    """They list every field, setting, command and error; `python docs/reference.py` writes them."""
    done = subprocess.run(
        [sys.executable, "docs/reference.py", "--check"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_every_make_target_is_described() -> None:
    text = "\n".join(page.read_text("utf-8") for page in [*PAGES, PROJECT / "Makefile"])
    missing = [name for name in targets() - {"help", "environment"} if f"make {name}" not in text]
    assert not missing, missing
