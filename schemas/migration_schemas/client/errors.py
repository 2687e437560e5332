"""What can go wrong between a folder of records and a portal."""

from __future__ import annotations

from migration_schemas.errors import MigrationError


class PortalError(MigrationError):
    """The portal cannot be used at all: nothing more is tried."""

    code = "portal"
    scope = "run"


class PortalRefusedError(MigrationError):
    """The portal refused one record; the others are tried all the same."""

    code = "refused"


class ConflictError(MigrationError):
    """Here and on the portal a record was changed since both were the same."""

    code = "conflict"
