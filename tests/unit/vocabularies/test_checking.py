"""What keeps a list out, and what its maintainers should know."""

from __future__ import annotations

import pytest

from migration_vocabularies import checking

HEADER = (
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> ."
    " @prefix owl: <http://www.w3.org/2002/07/owl#> ."
)
SCHEME = HEADER + "<cv/x> a skos:ConceptScheme ; owl:versionInfo '1.0.0' ; skos:prefLabel 'X'@en ."
UNDER = "; skos:broader <cv/x/{0}>"
TERM = "<cv/x/{0}> a skos:Concept ; dct:identifier '{0}' ; skos:prefLabel '{1}'@en {2} ."


def mistakes(text: str, name: str = "x") -> str:
    return " ".join(checking.check(name, text).mistakes)


def test_every_shipped_list_is_sound() -> None:
    assert [report for report in checking.check_all() if report.mistakes] == []


def test_a_good_list_has_hints_only() -> None:
    found = checking.check("x", SCHEME + TERM.format("a", "A", ""))
    assert found.mistakes == ()
    assert any("label in fr" in hint for hint in found.hints)
    assert any("no definition" in hint for hint in found.hints)
    twice = checking.check("x", SCHEME + TERM.format("a", "A", "") + TERM.format("b", "A", ""))
    assert any("Two terms are called" in hint for hint in twice.hints)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a> <b", "not valid Turtle"),
        (SCHEME, "no terms"),
        (HEADER + TERM.format("a", "A", ""), "owl:versionInfo"),
        (
            SCHEME + TERM.format("a", "A", UNDER.format("b")) + TERM.format("b", "B", UNDER.format("a")),
            "above",
        ),
        (SCHEME + TERM.format("a", "A", "").replace("@en", "@fr"), "no English label"),
        (
            SCHEME
            + TERM.format("a", "A", "; owl:deprecated true ; dct:isReplacedBy <cv/x/b>")
            + TERM.format("b", "B", "; owl:deprecated true"),
            "retired too",
        ),
    ],
)
def test_mistakes_are_named(text: str, said: str) -> None:
    assert said in mistakes(text)


@pytest.mark.parametrize("name", ["../x", "X", "", "x.ttl", "a" * 80])
def test_a_list_has_a_plain_name(name: str) -> None:
    assert "small letters" in mistakes(SCHEME, name)
