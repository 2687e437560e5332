"""Fixtures for all tests. CKAN is imported by none of them: most tests run without it."""

from __future__ import annotations

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout."""
    return PROJECT
