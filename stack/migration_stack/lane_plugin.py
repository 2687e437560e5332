"""The pytest plugin that gives each worker of pytest-xdist the CKAN configuration of its lane."""

from __future__ import annotations

import os

import pytest

VARIABLE = "MIGRATION_TEST_LANES"
"""The configurations of the lanes, in order, separated as in PATH."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the configuration before CKAN's own plugin reads it; tests without services have none."""
    worker = getattr(config, "workerinput", {}).get("workerid", "")
    if worker and VARIABLE in os.environ:
        config.option.ckan_ini = os.environ[VARIABLE].split(os.pathsep)[int(worker.removeprefix("gw"))]
    elif not worker and config.getoption("numprocesses", None):
        # the process that only hands out the work runs no test: CKAN need not start in it
        config.pluginmanager.unregister(name="ckan")
