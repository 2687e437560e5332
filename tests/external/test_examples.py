"""Published examples of other profiles, as the open validator reads them: a report or one clear error.

The files are read in place, outside the checkout. Most hold no dataset of ours or break our rules; a few are
broken as published, which their list of sources says. None may end in anything but a report or an error that
says what is wrong and what to do (issue 5; R-K-k).
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rdflib import Graph

from migration_schemas.checking import Document, check
from migration_schemas.errors import ReadError

STANDARDS = Path(__file__).resolve().parents[2].parent / "shared" / "standards"
EXAMPLES = STANDARDS / "examples"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()) if EXAMPLES.is_dir() else [""]
READ = {".ttl", ".rdf", ".nt", ".jsonld", ".json", ".yaml"}
# Each of these folders is of whole records, so a reader that finds none in any of them reads nothing at all.
OF_DATASETS = {
    "dcat-ap-3.0.0",
    "dcat-ap-hvd-3.0.0",
    "dcat3-spec",
    "geodcat-ap-2.0.0",
    "ckanext-dcat",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"the published examples are not at {EXAMPLES}"),
]


def outcome(path: Path) -> Document | ReadError:
    try:
        return check(path.read_bytes(), path.suffix)
    except ReadError as error:
        return error


def listed_as_broken() -> list[Path]:
    """The examples that do not parse as published, by the list of sources."""
    text = (STANDARDS / "SOURCES.md").read_text(encoding="utf-8")
    return [STANDARDS / name for name in re.findall(r"^- `(examples/[^`]+)` - ", text, re.MULTILINE)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_example_gives_a_report_or_one_clear_error(folder: str) -> None:
    paths = sorted(path for path in (EXAMPLES / folder).rglob("*") if path.is_file())
    assert paths
    with ThreadPoolExecutor(max_workers=2) as pool:  # reading happens in processes of their own
        found = dict(zip(paths, pool.map(outcome, paths), strict=True))
    for path, told in found.items():
        if isinstance(told, Document):
            assert told.records, path
            assert path.suffix in READ, path
            graph = told.report.to_graph()
            assert Graph().parse(data=graph.serialize(format="ttl"), format="ttl"), path
            lines = [finding.message("en") for finding in told.report.findings]
        else:
            assert "Traceback" not in str(told), path
            lines = [str(told.message)]
            assert told.message, path
            assert told.remedy, path
        # R-K-f: no blank node, no bare address of a property in what people read
        assert not [line for line in lines if re.search(r"_:b?\w+|\bn[0-9a-f]{32}", line) or not line], path
    if folder in OF_DATASETS:
        assert any(isinstance(told, Document) for told in found.values())


def test_what_is_broken_as_published_is_an_error_that_says_where() -> None:
    paths = listed_as_broken()
    assert len(paths) >= 4
    for path in paths:
        told = outcome(path)
        assert isinstance(told, ReadError), path
        assert re.search(r"line \d+|prefix", str(told), re.IGNORECASE), (path, str(told))
