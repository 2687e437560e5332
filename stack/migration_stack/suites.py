"""The suites of others that judge us: CKAN's own tests and those of two extensions, as they are installed.

What is expected to fail is named, with the reason, in tests/external/suites/exceptions.toml; judge.py
beside it makes every other failure, and every exception that passes, a failure of the run.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from migration_stack.lanes import MOST
from migration_stack.places import Places

CKANEXT_HARVEST = "ckanext-harvest==1.6.3"
DEVELOPERS = ("flask-debugtoolbar==0.16.0", "pillow==12.3.0", "toml==0.10.2")
"""What CKAN's own developers install besides and its tests import."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One distribution's tests, and what has to be there before they run."""

    name: str
    distribution: str
    folders: tuple[str, ...]
    least: int
    """So many pass at least; fewer mean that tests were lost on the way."""
    needs: tuple[str, ...] = ()
    """Requirements that the project itself does not have; they are installed beside the environment."""
    most_lanes: int = MOST
    which: str = "its own tests"

    @property
    def title(self) -> str:
        """Name the suite and the version that is judged by it."""
        pinned = [need.partition("==")[2] for need in self.needs if need.startswith(f"{self.distribution}==")]
        return f"{self.distribution} {''.join(pinned) or version(self.distribution)}, {self.which}"


BUNDLED = (
    *("activity", "chained_functions", "example_idatasetform", "example_igroupform"),
    *("example_ipermissionlabels", "multilingual"),
)
"""Extensions inside CKAN's package whose tests search."""

CKAN = Suite(
    "ckan",
    "ckan",
    ("ckan/tests", *(f"ckanext/{name}/tests" for name in BUNDLED)),
    least=2900,
    needs=DEVELOPERS,
)
HARVEST = Suite(
    "harvest",
    "ckanext-harvest",
    ("ckanext/harvest/tests",),
    least=100,
    needs=(CKANEXT_HARVEST,),
    most_lanes=1,  # a portal that it pretends to harvest has one fixed port
)
DCAT = Suite(
    "dcat",
    "ckanext-dcat",
    (
        "ckanext/dcat/tests/test_blueprints.py",
        "ckanext/dcat/tests/harvester",
        "ckanext/dcat/tests/profiles/dcat_ap_2/test_scheming_support.py",
    ),
    least=100,
    needs=("ckanext-dataset-series==0.1.1", CKANEXT_HARVEST),
)
ALL = (CKAN, HARVEST, DCAT)

CONTROLLERS = ("feed", "group", "home", "organization", "package", "pagination")
SEARCHING = (
    replace(
        CKAN,
        folders=(
            "ckan/tests/lib/search",
            "ckan/tests/logic/action/test_get.py",
            *(f"ckan/tests/controllers/test_{name}.py" for name in CONTROLLERS),
            "ckan/tests/cli/test_search_index.py",
            "ckan/tests/cli/test_db.py",
        ),
        least=550,
        needs=(),
        which="its own tests of what searches",
    ),
)
"""The parts that `make test` runs."""


def beside(places: Places, suite: Suite) -> Path | None:
    """Return the folder with what the suite needs beside the environment, installed at its first use."""
    if not suite.needs:
        return None
    folder = places.home / "suites" / "+".join(suite.needs)
    if folder.exists():
        return folder
    fresh = folder.parent / "fresh"
    words = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]
    words += ["--no-deps", "--target", str(fresh), *suite.needs]
    with (places.logs / "suites.log").open("a") as log:
        if subprocess.run(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode:
            return None
    fresh.rename(folder)
    return folder


def installed(suite: Suite, beside: Path | None) -> list[str]:
    """Return the folders of the suite's tests where they are installed; one that is missing is named."""
    found = [place(folder, beside) for folder in suite.folders]
    missing = [path for path in found if not Path(path).exists()]
    if missing:
        raise FileNotFoundError(f"the tests of {suite.distribution} are not installed: {', '.join(missing)}")
    return found


def words(given: Sequence[str], suite: Suite, beside: Path | None) -> list[str]:
    """Return pytest's words: those given, their paths where they are installed, else the whole suite."""
    placed = [place(word, beside) for word in given]
    if any(Path(word.partition("::")[0]).is_absolute() for word in placed):
        return placed
    return [*placed, *installed(suite, beside)]


def place(word: str, beside: Path | None) -> str:
    """Return the path of `ckan/tests/…` in the environment; any other word as it is."""
    file, separator, test = word.partition("::")
    if not file.startswith(("ckan/", "ckanext/")):
        return word
    roots = [Path(root) for root in (beside, *sys.path) if root]
    found = next((root / file for root in roots if (root / file).exists()), None)
    return f"{found}{separator}{test}" if found else word
