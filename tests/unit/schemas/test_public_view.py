"""The public view of a record meets the shapes for it, and says no more than it may (decision 0022)."""

from __future__ import annotations

import pyshacl
import pytest
from click.testing import CliRunner
from rdflib import Graph

from migration_schemas import shapes
from migration_schemas.cli import main
from migration_schemas.namespaces import MS
from migration_schemas.samples import samples
from migration_schemas.validation import validate_graph, validate_record
from migration_schemas.writing import write

SEVERE = {**samples()["SevereAssessment"].passes, "access_rights": "NON_PUBLIC"}
VIEWS = {
    "personal": samples()["PersonalBasis"].passes,
    "sensitive displacement": {**samples()["DisplacementPlaces"].passes, **SEVERE},
}


def broken(graph: Graph, by: Graph) -> set[str]:
    _, results, _ = pyshacl.validate(graph, shacl_graph=by, inference="none", advanced=False)
    query = "select ?s { ?r sh:sourceShape ?s ; sh:resultSeverity sh:Violation }"
    found = results.query(query, initNs={"sh": "http://www.w3.org/ns/shacl#"})
    return {str(row[0]).removeprefix(str(MS)) for row in found}


@pytest.fixture(scope="module")
def public_shapes() -> Graph:
    """The shapes as others get them: by the command, as a file."""
    printed = CliRunner().invoke(main, ["rules", "--public"])
    assert printed.exit_code == 0
    return Graph().parse(data=printed.output, format="turtle")


@pytest.mark.parametrize("name", VIEWS)
def test_a_public_view_meets_the_public_shapes(name, changed, public_shapes):
    record = changed(**VIEWS[name])
    assert validate_record(record).conforms
    assert broken(write(record, visibility="public").graph, public_shapes) == set()


def test_what_the_public_does_not_see_is_asked_of_the_whole_record_only(changed):
    public = write(changed(**VIEWS["personal"]), visibility="public").graph
    assert {finding.rule for finding in validate_graph(public).violations} == {"PersonalBasis"}
    left_out = {str(shape).removeprefix(str(MS)) for shape in shapes.unseen()}
    assert {"PersonalBasis", "PersonalRetention", "SevereAssessment", "DisplacementPlaces"} <= left_out
    # rules that forbid, and those about what everybody sees, stay
    assert not left_out & {"HarmfulPublic", "HarmfulDownload", "PersonalPurpose", "PersonalPublic"}


def test_what_the_public_sees_is_judged_as_always(changed, public_shapes):
    harmful = write(changed(sensitivity_level="severe", title_translated=None), visibility="public").graph
    assert broken(harmful, public_shapes) == {"HarmfulPublic", "title_translated-required"}
