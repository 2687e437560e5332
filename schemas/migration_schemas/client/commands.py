"""`migration-registry publish` and `pull`.

Exit codes of both: 0 everything is as wished, 1 some records are not (invalid, refused, conflict), 2 a file
could not be read, 3 the portal could not be used, 130 interrupted (the same command goes on where it ended).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migration_schemas.errors import MigrationError, ReadError

from . import files, printing
from .errors import PortalError, PortalRefusedError
from .state import State

if TYPE_CHECKING:
    from .portal import Portal

TOKEN = "MIGRATION_REGISTRY_TOKEN"  # noqa: S105 - the name of a variable
GOOD, LEFT, UNREADABLE, LOST, INTERRUPTED = 0, 1, 2, 3, 130

Command = Callable[..., Any]


def _common(command: Command) -> Command:
    """Add the options that both commands have."""
    options = (
        click.option(
            "--url", required=True, help="Address of the portal, for example https://registry.example.org"
        ),
        click.option("--organization", help="Name of the agency."),
        click.option("--token-file", type=click.Path(), help=f"File with the API token (else {TOKEN})."),
        click.option("--dry-run", is_flag=True, help="Change nothing; say what would be done."),
        click.option("--diff", is_flag=True, help="Show what differs, field by field."),
        click.option("--force", is_flag=True, help="Overwrite what was changed on the other side as well."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of the report."
        ),
    )
    for option in reversed(options):
        command = option(command)

    @wraps(command)
    def ending(**given: Any) -> None:
        try:
            code = command(**given)
        except (PortalError, PortalRefusedError) as error:
            click.echo(f"migration-registry: {error}", err=True)
            code = LOST
        except MigrationError as error:
            click.echo(f"migration-registry: {error}", err=True)
            code = UNREADABLE
        except KeyboardInterrupt:
            code = INTERRUPTED
        sys.exit(code)

    return ending


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@_common
@click.option("--private", is_flag=True, help="Create new records as private; these may be incomplete.")
@click.option(
    "--repair", is_flag=True, help="Repair values whose meaning is certain before they are checked."
)
def publish(  # noqa: PLR0913 - click passes one argument for each option
    folder: Path,
    url: str,
    organization: str | None,
    token_file: str | None,
    *,
    dry_run: bool,
    diff: bool,
    force: bool,
    as_json: bool,
    lang: str,
    private: bool,
    repair: bool,
) -> int:
    """Publish the records of a folder: create what is new, update what changed, leave the rest alone.

    Reads JSON, YAML, Turtle, RDF/XML, JSON-LD and N-Triples, in subfolders too. Each record is checked with
    the rules of the portal first. What the portal has under the same identifier is compared, and what was
    changed there since this folder last met it is not overwritten without --force. The API token comes from
    the variable MIGRATION_REGISTRY_TOKEN or from --token-file.

    \b
    Exit codes: 0 all is published, 1 some records are not, 2 a file could not be read,
    3 the portal could not be used, 130 interrupted (run the same command to go on).
    """  # noqa: D301 - \b is click's mark for lines that must not be joined
    from .publishing import Publisher, Wishes  # noqa: PLC0415 - the client's library takes long to load

    _is_folder(folder)
    portal = _portal(url, token(token_file), needed=True)
    wishes = Wishes(
        organization=organization or _only_agency(portal),
        private=private,
        dry_run=dry_run,
        force=force,
        repair=repair,
        lang=lang,
    )
    entries = [*files.read_folder(folder)]
    if not entries:
        raise ReadError("The folder holds no record.", remedy=f"Names end with {', '.join(files.SUFFIXES)}.")
    tell = printing.Published(len(entries), diff=diff, as_json=as_json, dry_run=dry_run, lang=lang)
    interrupted = _told(Publisher(portal, State(folder, portal.url), wishes).publish(entries), tell)
    tell.end(portal.url, interrupted=interrupted)
    return INTERRUPTED if interrupted else tell.code(GOOD, LEFT, UNREADABLE)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@_common
@click.option("--query", help="Only what this search finds.")
@click.option(
    "--format",
    "form",
    type=click.Choice(files.FORMATS),
    default="yaml",
    show_default=True,
    help="Of files that are new; others keep theirs.",
)
def pull(  # noqa: PLR0913 - click passes one argument for each option
    folder: Path,
    url: str,
    organization: str | None,
    token_file: str | None,
    *,
    dry_run: bool,
    diff: bool,
    force: bool,
    as_json: bool,
    lang: str,
    query: str | None,
    form: str,
) -> int:
    """Write the records of a portal into a folder, one file each, so that publishing them changes nothing.

    A file that was changed here is kept; where both sides changed, both are left as they are and the record
    is named, unless --force is given. Nothing is ever deleted.

    \b
    Exit codes: 0 all is written, 1 some records are not, 2 a file could not be read,
    3 the portal could not be used, 130 interrupted (run the same command to go on).
    """  # noqa: D301 - as above
    from .pulling import Puller  # noqa: PLC0415 - as above

    if folder.exists():
        _is_folder(folder)
    portal = _portal(url, token(token_file), needed=False)
    puller = Puller(
        portal, State(folder, portal.url), folder, form=form, force=force, dry_run=dry_run, lang=lang
    )
    tell = printing.Fetched(diff=diff, as_json=as_json, dry_run=dry_run, lang=lang)
    interrupted = _told(puller.pull(organization, query), tell)
    tell.end(portal.url, interrupted=interrupted)
    return INTERRUPTED if interrupted else tell.code(GOOD, LEFT, UNREADABLE)


def _told(outcomes: Iterable[Any], tell: printing.Printer) -> bool:
    """Say what became of each record; return whether somebody ended it before the last."""
    try:
        for outcome in outcomes:
            tell.one(outcome)
    except KeyboardInterrupt:
        return True
    except PortalError:
        tell.end("", interrupted=True)
        raise
    return False


def _is_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ReadError(f"{folder} is not a folder.")


def token(file: str | None) -> str | None:
    """Return the API token from a file or from the environment; arguments show in the list of processes."""
    if file is None:
        return os.environ.get(TOKEN, "").strip() or None
    try:
        path = Path(file)
        text = path.read_text(encoding="utf-8").strip()
        others = path.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError("The file with the token cannot be read.") from error
    if not text or len(text.split()) != 1 or not text.isascii():
        raise ReadError("The file with the token must hold the token alone.")
    if others and os.name == "posix":
        click.echo("migration-registry: others can read the file with the token; chmod 600 it.", err=True)
    return text


def _portal(url: str, secret: str | None, *, needed: bool) -> Portal:
    from .portal import Portal as Reached  # noqa: PLC0415 - as above

    if needed and not secret:
        raise PortalError(
            "There is no API token.",
            remedy=f"Make one on your page of the portal and put it into {TOKEN} or a file for --token-file.",
        )
    return Reached(url, secret)


def _only_agency(portal: Portal) -> str:
    """Return the agency of somebody who has just one, else nothing."""
    found = portal.whoami()
    return str(found[0]["name"]) if len(found) == 1 else ""
