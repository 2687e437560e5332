"""The profile as a whole: which version of it this is."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from rdflib import OWL, Graph

from migration_vocabularies import iris

from .errors import SchemaError


@cache
def profile_version() -> str:
    """Return the version of the profile that records are checked against, as `profile.ttl` declares it."""
    text = (files(__package__) / "profile.ttl").read_text("utf-8")
    versions = list(
        Graph().parse(data=text, format="turtle", publicID=iris.BASE).objects(None, OWL.versionInfo)
    )
    if len(versions) != 1:
        raise SchemaError("profile.ttl declares no version of the profile, or several.")
    return str(versions[0])
