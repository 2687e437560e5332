"""The pages of the harvest."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("migration_harvest", __name__, url_prefix="/migration/harvest")
