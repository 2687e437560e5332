"""Fixtures for all tests. CKAN is imported by none of them: most tests run without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kept_plugins import make_app, pytest_runtest_setup, with_plugins

__all__ = ["make_app", "project", "pytest_runtest_setup", "with_plugins"]

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout."""
    return PROJECT
