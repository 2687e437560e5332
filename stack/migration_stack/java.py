"""Finding a Java that Elasticsearch can run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from migration_stack.errors import StackError

OLDEST = 17
REMEDY = (
    "install Java 17 or newer (on Debian and Ubuntu: apt-get install default-jre-headless), "
    "point JAVA_HOME to it, or set ELASTICSEARCH_URL to use another server"
)
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def major_version(text: str) -> int | None:
    """Read the major version from what `java -version` prints: `1.8.0_292` is 8, `17.0.15` is 17."""
    found = _VERSION.search(text)
    return int(found.group(1)) if found else None


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of a Java that is new enough: JAVA_HOME's, else the one on the path."""
    named = environment.get("ES_JAVA_HOME") or environment.get("JAVA_HOME")
    if named and (Path(named) / "bin" / "java").is_file():
        program = Path(named) / "bin" / "java"
    else:
        found = shutil.which("java", path=environment.get("PATH"))
        if not found:
            raise StackError("Java was not found, Elasticsearch needs it", REMEDY)
        program = Path(found)
    program = program.resolve()
    answer = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
    version = major_version(answer.stderr + answer.stdout)
    if version is None:
        raise StackError(f"{program} does not say its version, so it is not a Java for Elasticsearch", REMEDY)
    if version < OLDEST:
        raise StackError(f"Java {version} at {program} is too old for Elasticsearch", REMEDY)
    return program.parent.parent
