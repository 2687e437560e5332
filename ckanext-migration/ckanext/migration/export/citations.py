"""References for citing datasets, as BibTeX and RIS (threats EX-03)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migration_schemas import dois

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "#$%&_"},
}
_NOT_A_KEY = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a citation names. ``year`` may be empty; ``day`` is the day of access (ISO)."""

    key: str
    author: str
    year: str
    title: str
    address: str
    identifier: str
    day: str
    version: str = ""

    @property
    def doi(self) -> str:
        """Return the DOI, if the identifier is one."""
        return dois.short(self.identifier)


def bibtex(reference: Reference) -> str:
    """Return an entry; the name of an agency stays whole, because its author stands in braces of its own."""
    fields = {
        "author": f"{{{_latex(reference.author)}}}" if _line(reference.author) else "",
        "title": f"{{{_latex(reference.title)}}}",
        "year": _latex(reference.year),
        "version": _latex(reference.version),
        "howpublished": "Dataset",
        # Addresses are read verbatim: only what would end the field is written in another way.
        "doi": _address(reference.doi),
        "url": _address(reference.address),
        "urldate": _latex(reference.day),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    key = _NOT_A_KEY.sub("-", reference.key).strip("-") or "dataset"
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"


def ris(reference: Reference) -> str:
    """Return a record; a value is one line, so no value can begin a tag of its own."""
    fields = [
        ("TY", "DATA"),
        ("ID", reference.key),
        ("AU", reference.author),
        ("TI", reference.title),
        ("PY", reference.year),
        ("PB", reference.author),
        ("ET", reference.version),
        ("DO", reference.doi),
        ("UR", reference.address),
        ("Y2", reference.day.replace("-", "/")),
    ]
    lines = [f"{tag}  - {_line(value)}" for tag, value in fields if _line(value)]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def _line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _latex(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in _line(text))


def _address(text: str) -> str:
    return _line(text).replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C").replace(" ", "%20")
