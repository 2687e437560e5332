"""Measuring how well the search finds what people mean: the command, and the gate of the rebuild."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from ckanext.migration.search import config, console
from ckanext.migration.search.errors import PromotionRefused
from ckanext.migration.search.relevance import asking, judging, measurements
from ckanext.migration.search.relevance.gate import Gate, Limits, Verdict, problems

_WEAKEST = 10


def limits() -> Limits:
    """Return the limits of this portal."""
    return Limits(config.least_ndcg(), config.most_empty(), config.slowest())


def gate(app: Any, *, anyway: bool) -> Gate | None:
    """Return what stands before the promotion of a new index; None without judged queries."""
    file = config.judgements()
    if file is None:
        return None
    queries = judging.read(file)
    return Gate(lambda index: asking.measure(queries, app, index), limits(), anyway=anyway)


@contextmanager
def kept(database: sa.Engine, examine: Gate | None, *, told: bool = True) -> Iterator[None]:
    """Keep, and tell, what the gate saw in a rebuild that runs within: also where it refused."""
    try:
        yield
    except PromotionRefused:
        _keep(database, examine.verdict if examine else None, promoted=False, told=told)
        raise
    _keep(database, examine.verdict if examine else None, promoted=True, told=told)


def _keep(database: sa.Engine, seen: Verdict | None, *, promoted: bool, told: bool) -> None:
    if seen is None:
        return
    with database.begin() as connection:
        if seen.before:
            measurements.keep(connection, seen.before, serving=True)
        measurements.keep(connection, seen.now, serving=promoted)
    if told:
        _tell_gate(seen, promoted=promoted)


def _tell_gate(seen: Verdict, *, promoted: bool) -> None:
    if seen.before:
        _line("before", seen.before)
    _line("new", seen.now)
    for change in seen.worse:
        click.echo(f"worse: {change.line()}", err=True)
    for problem in seen.problems if promoted else ():
        click.echo(f"outside the limits: {problem}", err=True)


def _line(what: str, found: judging.Report) -> None:
    click.echo(
        f"{what}: nDCG@10 {found.ndcg:.3f}, without a hit {found.empty:.1%}, "
        f"95 % within {found.latency(0.95) * 1000:.0f} ms, {len(found.scores)} queries"
    )


def report(app: Any, file: Path | None, least: float | None, *, publish: bool, as_json: bool) -> None:
    """Ask judged queries and tell the answers. Raises ``ClickException`` outside the limits."""
    queries = judging.read(file or config.judgements() or judging.EXAMPLES)
    wanted = limits()
    if least is not None:
        wanted = replace(wanted, least=least)
    found = asking.measure(queries, app)
    outside = tuple(problems(found, wanted))
    if as_json:
        click.echo(json.dumps({**found.as_dict(), "problems": outside}, ensure_ascii=False))
    else:
        _tell(found)
    if publish and found.scores:
        with console.database().begin() as connection:
            measurements.keep(connection, found, serving=True)
    if outside:
        raise click.ClickException("; ".join(outside))


def _tell(found: judging.Report) -> None:
    click.echo(f"{len(found.scores)} queries, {len(found.skipped)} skipped: their datasets are not here")
    click.echo(f"nDCG@10 {found.ndcg:.3f}; without a hit {found.empty:.1%}")
    for what in ("lang", "group"):
        click.echo(", ".join(f"{name} {value:.3f}" for name, value in found.by(what).items()))
    click.echo(
        f"half within {found.latency(0.5) * 1000:.0f} ms, 95 % within {found.latency(0.95) * 1000:.0f} ms"
    )
    weakest = sorted(found.scores, key=lambda score: score.ndcg)[:_WEAKEST]
    for score in (each for each in weakest if each.ndcg < 1):
        click.echo(f"{score.ndcg:6.3f}  {score.lang}  {score.q}  ({score.count} found)")
