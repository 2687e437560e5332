"""Tests of CKAN's own suite that may fail here, each with the reason.

A test of this list that passes is reported too: the list must not grow old.
"""

from __future__ import annotations

NOT_IN_THE_PACKAGE = "reads an XML file that lies in CKAN's repository but not in its installed package"
SAVES_DO_NOT_FAIL = (
    "expects that a dataset cannot be saved while the search engine is away; here the save succeeds and the "
    "change waits in the outbox (docs/decisions)"
)

EXPECTED: dict[str, str] = {
    "lib.search.test_search::test_check_invalid_schema": NOT_IN_THE_PACKAGE,
    "lib.search.test_search::test_check_schema_with_wrong_version": NOT_IN_THE_PACKAGE,
    "controllers.test_package.TestPackageNew::test_new_indexerror": SAVES_DO_NOT_FAIL,
}
