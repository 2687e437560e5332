"""`ckan migration validate`: the stored datasets against the profile, from the command line.

Files are checked by `migration-registry validate`, which needs no portal.
Exit codes: 0 no violation, 1 violations, 2 the command could not run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model

from ckanext.migration import shared
from ckanext.migration.logic import validating
from migration_schemas import cli_report
from migration_schemas.checking import Checked, Document
from migration_schemas.record import TITLE

VIOLATIONS, IMPOSSIBLE = 1, 2
FORMS = ("text", "json", "csv", "ttl")


@click.command()
@click.option("--all", "everything", is_flag=True, help="All published datasets, the private ones too.")
@click.option("--org", "agency", help="Those of one agency: its name or id.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    show_default=True,
    help="text for people, json for programs, csv for a spreadsheet, ttl for a sh:ValidationReport.",
)
@click.option(
    "--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language of the report."
)
def validate(*, everything: bool, agency: str | None, form: str, lang: str) -> None:
    """Check stored datasets against the profile; nothing is changed.

    \b
    Exit codes: 0 no violation, 1 violations, 2 the command could not run.
    """  # noqa: D301 - \b is click's mark for lines that must not be joined
    if everything == bool(agency):
        click.echo("Say which datasets: --all, or --org with the name of an agency.", err=True)
        sys.exit(IMPOSSIBLE)
    owner = model.Group.get(agency) if agency else None
    if agency and (owner is None or not owner.is_organization):
        click.echo(f"There is no agency {agency}. `ckanapi action organization_list` names them.", err=True)
        sys.exit(IMPOSSIBLE)
    document = Document(tuple(_checked(owner.id if owner else None)))
    if form == "text":
        for line in cli_report.lines(agency or "all datasets", document, lang):
            click.echo(line)
    else:
        click.echo(validating.written(document, form, lang))
    sys.exit(0 if document.conforms else VIOLATIONS)


def _checked(owner: str | None) -> Iterator[Checked]:
    """Yield each dataset with its report, by name; one that goes away meanwhile is passed over."""
    query = model.Session.query(model.Package.id).filter_by(state="active", type="dataset")
    if owner:
        query = query.filter_by(owner_org=owner)
    for (package_id,) in query.order_by(model.Package.name).all():
        try:
            package = _stored(package_id)
        except tk.ObjectNotFound:
            continue
        titles = shared.as_record(package).fields.get(TITLE) or {}
        yield Checked(package["name"], titles, shared.report(package))
        model.Session.expunge_all()  # what was read is not read again, and memory stays small


def _stored(package_id: str) -> dict[str, Any]:
    """Return a dataset as the database has it, not as the index remembers it."""
    context = {"ignore_auth": True, "use_cache": False}
    package: dict[str, Any] = tk.get_action("package_show")(context, {"id": package_id})
    return package
