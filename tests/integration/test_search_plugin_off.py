"""What needs Elasticsearch says so where the plugin is not switched on."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from registry_site import Site

pytestmark = pytest.mark.ckan_config("ckan.plugins", "migration scheming_datasets dcat")


@pytest.mark.usefixtures("with_request_context")
def test_a_scan_says_which_plugin_it_needs(site: Site) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        site.call("migration_search_scan", "")
    assert "migration_search" in str(refused.value.error_dict["plugin"])


def test_an_export_says_which_plugin_it_needs(app: Any, site: Site) -> None:
    assert "migration_search" in app.get("/dataset.csv", status=400).body
