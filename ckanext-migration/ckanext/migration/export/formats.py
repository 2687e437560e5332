"""The formats in which a result can be had. A new one is a writer and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ckanext.migration.export import citations, writers
from ckanext.migration.export.writers import Job, Writer


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the suffix of its address, its name on the page, its media type, its writer."""

    suffix: str
    name: str
    media_type: str
    writer: Callable[[Job], Writer]


_ALL = (
    Format("csv", "CSV", "text/csv; charset=utf-8", writers.Table),
    Format("json", "JSON", "application/json", writers.Objects),
    Format("jsonl", "JSON Lines", "application/jsonl", writers.Lines),
    Format("ttl", "Turtle", "text/turtle; charset=utf-8", partial(writers.Statements, syntax="ttl")),
    Format("rdf", "RDF/XML", "application/rdf+xml; charset=utf-8", partial(writers.Statements, syntax="rdf")),
    Format("jsonld", "JSON-LD", "application/ld+json", partial(writers.Statements, syntax="jsonld")),
    Format(
        "bib",
        "BibTeX",
        "application/x-bibtex; charset=utf-8",
        partial(writers.References, entry=citations.bibtex, mark=f"@incomplete{{{writers.BROKEN}\n"),
    ),
    Format(
        "ris",
        "RIS",
        "application/x-research-info-systems; charset=utf-8",
        partial(writers.References, entry=citations.ris, mark=f"TY  - {writers.BROKEN}\r\n"),
    ),
)
FORMATS = {each.suffix: each for each in _ALL}
