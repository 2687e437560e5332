"""Modules and functions stay readable in one sitting (docs/architecture.md)."""

from __future__ import annotations

import ast

from architecture.sources import modules

MODULE = 300
FUNCTION = 60
VAGUE = {"utils", "util", "common", "base", "misc", "manager", "helper", "core"}


def test_modules_are_short() -> None:
    long = [f"{module.place}: {module.lines}" for module in modules() if module.lines > MODULE]
    assert not long, f"more than {MODULE} lines:\n" + "\n".join(long)


def test_functions_are_short() -> None:
    long = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION:
                    long.append(f"{module.place}:{node.lineno} {node.name}: {lines}")
    assert not long, f"more than {FUNCTION} lines:\n" + "\n".join(long)


def test_modules_have_names_of_their_own() -> None:
    vague = [module.place for module in modules() if module.name.rpartition(".")[2] in VAGUE]
    assert not vague, "names that say nothing:\n" + "\n".join(vague)


def test_every_module_says_what_it_is_for() -> None:
    silent = [module.place for module in modules() if module.tree.body and not ast.get_docstring(module.tree)]
    assert not silent, "no docstring:\n" + "\n".join(silent)


def test_packages_of_the_extension_import_nothing() -> None:
    """So that their pure modules can be imported without CKAN."""
    busy = [
        module.place
        for module in modules()
        if module.name.startswith("ckanext.migration")
        and module.path.name == "__init__.py"
        and list(module.imports())
    ]
    assert not busy, "\n".join(busy)
