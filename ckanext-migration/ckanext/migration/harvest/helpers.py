"""What templates of other plugins may ask the harvest."""

from __future__ import annotations

from typing import Any

from ckan import model

from ckanext.migration.harvest.model import HarvestRecord


def migration_harvest_absence(package_id: str) -> dict[str, Any] | None:
    """Say since when the partner of a dataset no longer lists it, or None; the public may know (DL-04)."""
    record = model.Session.query(HarvestRecord).filter_by(package_id=package_id).one_or_none()
    if record is None or record.missing_since is None:
        return None
    return {"since": record.missing_since.date().isoformat(), "withdrawn": record.state == "archived"}
