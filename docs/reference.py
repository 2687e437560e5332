"""Write docs/reference/*.md from the code, so that the reference cannot disagree with it.

    python docs/reference.py           writes the pages
    python docs/reference.py --check   exit code 1 when a page on disk is not what the code says

Needs CKAN installed (for the commands), but neither a configuration nor a service.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import specification
import yaml
from rdflib.term import Node

from migration_schemas import Field, load, passport, shapes
from migration_schemas.kinds import NEED
from migration_schemas.namespaces import SH
from migration_schemas.quality import MIGDCAT, MQA
from migration_vocabularies import get

HERE = Path(__file__).parent
EXTENSION = HERE.parent / "ckanext-migration" / "ckanext" / "migration"
GENERATED = "<!-- written by docs/reference.py from the code; do not edit -->\n\n"
ERROR_MODULES = (
    "migration_schemas.errors",
    "migration_schemas.client.errors",
    "migration_vocabularies.errors",
    "migration_harvesters.errors",
    "ckanext.migration.search.errors",
    "ckanext.migration.harvest.errors",
    "migration_stack.errors",
)


def fields() -> str:
    """One table of the dataset's fields, one of its resources', one of a data need's."""
    schema = load()
    parts = ["# Fields\n", "Mandatory: needed to publish. Recommended: a warning where it is missing.\n"]
    for title, listed in (
        ("Dataset", schema.fields),
        ("Resource", schema.resource_fields),
        ("Data need", load(NEED).fields),
    ):
        parts.append(f"\n## {title}\n")
        parts.append(
            "| field | label | level | values | several | RDF | facet | seen by | help | why | example |"
        )
        parts.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for field in listed:
            parts.append(_row(field))
            parts.extend(_row(part, field.name) for part in field.subfields)
    return "\n".join(parts) + "\n"


def _row(field: Field, parent: str = "") -> str:
    name = f"`{parent}[].{field.name}`" if parent else f"`{field.name}`"
    values = f"{field.vocabulary} ({len(get(field.vocabulary))})" if field.vocabulary else field.rdf_value
    several = "yes" if field.multiple else ""
    facet = "yes" if field.search_facet else ""
    seen = field.visibility + (f"; {field.when_sensitive} if sensitive" if field.when_sensitive else "")
    rdf = f"`{field.rdf_property or ''}`"
    columns = (name, field.label("en"), field.level, values, several, rdf, facet, seen)
    texts = (field.help("en"), field.why("en"), "" if field.subfields else field.example("en"))
    return "| " + " | ".join((*columns, *(text.replace("|", "\\|") for text in texts))) + " |"


def rules() -> str:
    """One table a layer: what a record is checked for, why, and what is right."""
    parts = [
        "# Rules\n",
        "What a record is checked for, by layer. A violation stops publishing, a warning or a note stops",
        "nothing. The id is the last part of the address of the shape; reports name it.\n",
    ]
    for layer in shapes.LAYERS:
        parts.append(f"\n## {layer}\n")
        parts.append("| rule | severity | field | what is said | why | example |")
        parts.append("| --- | --- | --- | --- | --- | --- |")
        found = {shape: one for shape, one in shapes.meanings().items() if one.layer == layer}
        parts.extend(_rule(shape, found[shape]) for shape in sorted(found))
    return "\n".join(parts) + "\n"


def _rule(shape: Node, meaning: shapes.Meaning) -> str:
    severity = str(shapes.graph().value(shape, SH.severity)).rpartition("#")[2].lower()
    place = ("resources." if meaning.resource else "") + str(meaning.field)
    words = (meaning.messages["en"], meaning.reasons["en"], meaning.examples["en"])
    cells = (f"`{str(shape).rpartition('#')[2]}`", severity, f"`{place}`", *words)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def comparison() -> str:
    """Every aspect of the definition passport, and every rule by which figures are compared."""
    rules = passport.load()
    parts = [
        "# Comparing definitions\n",
        f"Rules {rules.version}, read from `schemas/migration_schemas/passport/comparison.yaml`. Two records",
        "are compared aspect by aspect; the first rule of an aspect that fits gives its verdict, and the",
        "worst verdict of all aspects and pairs is that of the whole. Where no rule fits, nothing is said.\n",
        "\n## The passport\n",
        "| aspect | label | field | |",
        "| --- | --- | --- | --- |",
    ]
    for aspect in rules.aspects:
        note = (
            "broadest terms of the list"
            if aspect.broadest
            else "shown, not judged"
            if aspect.shown_only
            else ""
        )
        parts.append(f"| {aspect.name} | {aspect.label('en')} | `{aspect.field}` | {note} |")
    parts += ["\n## The rules\n", "| aspect | rule | if the two are | verdict | what is said | why |"]
    parts.append("| --- | --- | --- | --- | --- | --- |")
    parts.extend(_comparison_rule(rule) for rule in rules.rules)
    return "\n".join(parts) + "\n"


def _comparison_rule(rule: passport.Rule) -> str:
    condition = ", ".join(rule.relations)
    if rule.between:
        condition += "; " + " against ".join(" or ".join(group) for group in rule.between)
    if rule.only_if:
        condition += f"; only if one has the {rule.only_if[0]} {' or '.join(rule.only_if[1])}"
    cells = (rule.aspect, f"`{rule.id}`", condition, rule.verdict, rule.reason("en"), rule.why("en"))
    return "| " + " | ".join(cells) + " |"


def settings() -> str:
    """Every option that a config_declaration.yaml of the extension declares."""
    parts = ["# Settings\n", "In CKAN's ini file. `solr_url` holds the address of Elasticsearch.\n"]
    for path in sorted(EXTENSION.rglob("config_declaration.yaml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            parts.append(f"\n## {group['annotation']}\n")
            parts.extend(("| setting | default | meaning |", "| --- | --- | --- |"))
            for option in group["options"]:
                text = " ".join(str(option.get("description", "")).split())
                parts.append(f"| `{option['key']}` | `{option.get('default', '')}` | {text} |")
    return "\n".join(parts) + "\n"


def commands() -> str:
    """Every command of `ckan migration` and of `migration-registry`, with its own help."""
    import_module("ckanext.migration.search.cli")
    import_module("ckanext.migration.harvest.cli")
    import_module("ckanext.migration.harvest.commands")
    for name in ("search", "harvest", "copies"):
        group = import_module(f"ckanext.migration.{name}.cli")
        _shared().add_command(getattr(group, name))
    client = import_module("migration_schemas.cli").main
    parts = ["# Commands\n"]
    for prefix, command in (("ckan", _shared()), ("", client)):
        parts.extend(_help(command, f"{prefix} {command.name}".strip()))
    return "\n".join(parts) + "\n"


def _shared() -> click.Group:
    group = import_module("ckanext.migration.cli").migration
    if not isinstance(group, click.Group):
        raise TypeError("ckanext.migration.cli.migration is not a group of commands")
    return group


def _help(command: click.Command, path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _help(command.commands[name], f"{path} {name}")
        return
    context = click.Context(command, info_name=path, max_content_width=100)
    yield f"## {path}\n\n```text\n{command.get_help(context)}\n```\n"


def quality() -> str:
    """Every metric of both scores, with its points and when it applies."""
    parts = [
        "# Scores of descriptions\n",
        "What earns points, read from `quality.ttl` and `mqa.ttl` in `schemas/migration_schemas/shacl/`.",
        "Metrics about files are earned in proportion: two of three files with a licence earn two thirds.",
        "A metric whose condition is not met counts neither for nor against. Bands, as data.europa.eu has",
        "them: excellent from 351 of 405, good from 221, sufficient from 121, else weak.\n",
    ]
    for scale, title in ((MIGDCAT, "Our own score"), (MQA, "The score of European data portals")):
        parts += [
            f"\n## {title}: {scale.most} points\n",
            "| dimension | metric | points | field | applies if | to do |",
        ]
        parts.append("| --- | --- | --- | --- | --- | --- |")
        for metric in scale.metrics:
            condition = scale.condition(metric)
            field = f"`{metric.field}`" if metric.field else ""
            cells = (metric.dimension, metric.label(), str(metric.points), field, condition, metric.repair())
            parts.append("| " + " | ".join(cells) + " |")
    return "\n".join(parts) + "\n"


def errors() -> str:
    """Every error class: code, meaning, and what to do where the class itself knows."""
    parts = ["# Errors\n", "Each says what is wrong, where, and what to do. Codes are stable.\n"]
    parts.extend(("| code | class | package | meaning | what to do |", "| --- | --- | --- | --- | --- |"))
    for name in ERROR_MODULES:
        module = import_module(name)
        for _, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, Exception) and found.__module__ == name:
                first = (inspect.getdoc(found) or "").split("\n", maxsplit=1)[0]
                advice = getattr(found, "advice", "") or getattr(found, "remedy", "") or ""
                advice = advice if isinstance(advice, str) else ""
                package = name.split(".")[-2]
                columns = (f"`{getattr(found, 'code', '')}`", f"`{found.__name__}`", package, first, advice)
                parts.append("| " + " | ".join(columns) + " |")
    return "\n".join(parts) + "\n"


PAGES = {
    "profile.md": specification.specification,
    "fields.md": fields,
    "rules.md": rules,
    "comparison.md": comparison,
    "quality.md": quality,
    "settings.md": settings,
    "commands.md": commands,
    "errors.md": errors,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them."""
    stale = []
    for name, page in PAGES.items():
        path = HERE / "reference" / name
        text = GENERATED + page()
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.stderr.write(f"Not current: {', '.join(stale)}. Run `python docs/reference.py`.\n")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
