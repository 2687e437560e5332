"""Fixtures for tests with CKAN and its servers."""

from __future__ import annotations

from harvest_portal import partner
from registry_site import empty_site, site
from search_site import searching

__all__ = ["empty_site", "partner", "searching", "site"]
