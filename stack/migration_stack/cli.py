"""`python -m migration_stack …`, which the Makefile calls."""

from __future__ import annotations

import argparse
import errno
import signal
import sys
from collections.abc import Sequence

from migration_stack import places as where
from migration_stack import services
from migration_stack.errors import StackError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what goes wrong is said in one sentence."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        options = _parser().parse_args(arguments)
        return int(options.run(where.Places(where.project()), options) or 0)
    except StackError as problem:
        print(f"registry: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("registry: stopped", file=sys.stderr)
        return 130
    except OSError as problem:
        if problem.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
            raise
        print(
            f"registry: {problem.strerror}: free some space and run the same command again", file=sys.stderr
        )
        return 1


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m migration_stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, text in (
        ("up", _up, "start PostgreSQL, Redis and Elasticsearch and leave them running"),
        ("stop", _stop, "stop everything that runs for this checkout"),
        ("status", _status, "say what runs"),
        ("clean", _clean, "stop everything and remove all data, programs and the environment"),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)
    demo = commands.add_parser("demo", help="harvest the example partners and serve the portal")
    demo.add_argument("--once", action="store_true", help="end when the pages have answered")
    demo.set_defaults(run=_demo)
    tests = commands.add_parser("test", help="run the tests, with their own services")
    tests.add_argument("--fast", action="store_true", help="only those that need no service")
    tests.add_argument(
        "--suites", nargs="?", const="", metavar="NAME", help="only the suites of others, or one"
    )
    tests.add_argument("words", nargs="*", metavar="-- WORDS", help="paths and options for pytest")
    tests.set_defaults(run=_test)
    return parser


def _up(places: where.Places, options: argparse.Namespace) -> None:
    services.up(places)
    (places.run / "keep").touch()


def _stop(places: where.Places, options: argparse.Namespace) -> None:
    from migration_stack import demo  # noqa: PLC0415 - needs more than the services do

    (places.run / "keep").unlink(missing_ok=True)
    ended = demo.stop(places)
    if not services.down(places) and not ended:
        print("nothing was running")


def _status(places: where.Places, options: argparse.Namespace) -> None:
    for state in services.status(places):
        print(f"{state.title:<14} {state.state:<20} {state.address}")


def _clean(places: where.Places, options: argparse.Namespace) -> None:
    _stop(places, options)
    places.remove()


def _demo(places: where.Places, options: argparse.Namespace) -> int:
    from migration_stack import demo  # noqa: PLC0415

    return demo.run(places, once=options.once)


def _test(places: where.Places, options: argparse.Namespace) -> int:
    from migration_stack import testing  # noqa: PLC0415 - needs more than the services do

    if options.suites is not None:
        return testing.others(places, options.suites, options.words)
    if options.words:
        return testing.selection(places, options.words)
    return testing.everything(places, fast=options.fast)
