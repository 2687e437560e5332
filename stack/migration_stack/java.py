"""Finding a Java that Elasticsearch can run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from migration_stack import releases
from migration_stack.errors import StackError

REMEDY = (
    "install Java {0} or newer (on Debian and Ubuntu: apt-get install default-jre-headless), "
    "point JAVA_HOME to it, or set ELASTICSEARCH_URL to use another server"
)
FOLDERS = Path("/usr/lib/jvm")
"""Where distributions put every Java that is installed; the one on the path may be the oldest."""
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def major_version(text: str) -> int | None:
    """Read the major version from what `java -version` prints: `1.8.0_292` is 8, `17.0.15` is 17."""
    found = _VERSION.search(text)
    return int(found.group(1)) if found else None


def home(
    environment: Mapping[str, str] = os.environ, oldest: int | None = None, folders: Path = FOLDERS
) -> Path:
    """Return the folder of a Java that is new enough for the chosen Elasticsearch.

    Looked at are JAVA_HOME, else the path, then what is installed beside them.
    """
    oldest = oldest or releases.chosen(environment).java
    first: StackError | None = None
    for program in _programs(environment, folders):
        answer = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
        version = major_version(answer.stderr + answer.stdout)
        if version is not None and version >= oldest:
            return program.parent.parent
        problem = (
            f"{program} does not say its version, so it is not a Java for Elasticsearch"
            if version is None
            else f"Java {version} at {program} is too old for Elasticsearch"
        )
        first = first or StackError(problem, REMEDY.format(oldest))
    raise first or StackError("Java was not found, Elasticsearch needs it", REMEDY.format(oldest))


def _programs(environment: Mapping[str, str], folders: Path) -> Iterator[Path]:
    named = environment.get("ES_JAVA_HOME") or environment.get("JAVA_HOME")
    if named and (Path(named) / "bin" / "java").is_file():
        yield (Path(named) / "bin" / "java").resolve()
    else:
        found = shutil.which("java", path=environment.get("PATH"))
        if found:
            yield Path(found).resolve()
    for program in sorted(folders.glob("*/bin/java")):
        yield program.resolve()
