"""What templates of other plugins may ask the harvest."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.migration.harvest.model import HarvestRecord
from migration_harvesters import registry
from migration_harvesters.errors import PartnerConfigError


def migration_harvest_absence(package_id: str) -> dict[str, Any] | None:
    """Say since when the partner of a dataset no longer lists it, or None; the public may know (DL-04)."""
    record = model.Session.query(HarvestRecord).filter_by(package_id=package_id).one_or_none()
    if record is None or record.missing_since is None:
        return None
    return {"since": record.missing_since.date().isoformat(), "withdrawn": record.state == "archived"}


def migration_harvest_protocol(name: str) -> str:
    """Name a protocol for people; one whose package is gone keeps the name that it had in the settings."""
    try:
        return registry.title(name, str(tk.h.lang() or "en")[:2])
    except PartnerConfigError:
        return name
