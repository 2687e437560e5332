"""EX-03: citations hold whatever a record says without breaking, and nothing in them is run."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.migration.export.citations import Reference, bibtex, ris

ANY = st.text(max_size=80)
PLAIN = Reference(
    key="sudan-round-9",
    author="International Organization for Migration",
    year="2024",
    title="Displacement in Sudan, round 9",
    address="https://registry.example.org/dataset/sudan-round-9",
    identifier="https://doi.org/10.5281/zenodo.1",
    day="2026-11-24",
    version="2.1",
)


def references(**texts: str) -> Reference:
    return Reference(**{**{name: getattr(PLAIN, name) for name in Reference.__slots__}, **texts})


def entry(text: str) -> dict[str, str]:
    """Read an entry as a reference manager does: fields end where their braces end."""
    body = text[text.index(",") + 1 :]
    found: dict[str, str] = {}
    while match := re.match(r"\s*(\w+) = \{", body):
        depth, position = 1, match.end()
        while depth:
            if body[position] == "\\":
                position += 1
            else:
                depth += {"{": 1, "}": -1}.get(body[position], 0)
            position += 1
        found[match[1]] = body[match.end() : position - 1]
        body = body[position:].removeprefix(",")
    assert body == "\n}\n"
    return found


def test_an_entry() -> None:
    assert entry(bibtex(PLAIN)) == {
        "author": "{International Organization for Migration}",
        "title": "{Displacement in Sudan, round 9}",
        "year": "2024",
        "version": "2.1",
        "howpublished": "Dataset",
        "doi": "10.5281/zenodo.1",
        "url": "https://registry.example.org/dataset/sudan-round-9",
        "urldate": "2026-11-24",
    }
    assert bibtex(PLAIN).startswith("@misc{sudan-round-9,")


def test_a_record_for_reference_managers() -> None:
    assert ris(PLAIN).split("\r\n") == [
        "TY  - DATA",
        "ID  - sudan-round-9",
        "AU  - International Organization for Migration",
        "TI  - Displacement in Sudan, round 9",
        "PY  - 2024",
        "PB  - International Organization for Migration",
        "ET  - 2.1",
        "DO  - 10.5281/zenodo.1",
        "UR  - https://registry.example.org/dataset/sudan-round-9",
        "Y2  - 2026/11/24",
        "ER  - ",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("identifier", "doi"),
    [
        ("10.1234/abc", "10.1234/abc"),
        ("doi:10.1234/abc", "10.1234/abc"),
        ("http://dx.doi.org/10.1234/ABC", "10.1234/ABC"),
        ("urn:uuid:1", ""),
        ("", ""),
    ],
)
def test_a_doi_is_told_from_other_identifiers(identifier: str, doi: str) -> None:
    assert references(identifier=identifier).doi == doi
    assert ("DO  - " in ris(references(identifier=identifier))) is bool(doi)


def test_without_author_and_date() -> None:
    bare = references(author="", year="", identifier="", version="")
    assert set(entry(bibtex(bare))) == {"title", "howpublished", "url", "urldate"}
    assert "AU" not in ris(bare)


@given(author=ANY, title=ANY, identifier=ANY, key=ANY)
def test_ex_03_no_text_ends_its_field(author: str, title: str, identifier: str, key: str) -> None:
    hostile = references(
        author=f"{author}}}}}\\input{{/etc/passwd}}",
        title=f"{title}\nER  - \nTY  - BOOK % {{",
        identifier=f"10.1234/{identifier}}}",
        key=key,
    )
    fields = entry(bibtex(hostile))
    assert fields["url"] == PLAIN.address
    assert "\\input" not in fields["author"].replace("\\textbackslash{}", "")
    assert re.match(r"@misc\{[A-Za-z0-9_-]+,\n", bibtex(hostile))
    lines = ris(hostile).split("\r\n")
    assert [line[:2] for line in lines if re.match(r"[A-Z][A-Z0-9]  - ", line)].count("ER") == 1
    assert [line for line in lines if line.startswith("TY")] == ["TY  - DATA"]
