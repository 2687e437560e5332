"""Where our own terms live: one base IRI, settable in one place.

`https://w3id.org/migdcat/` is not registered yet. Whoever runs the registry under a permanent
address sets the environment variable MIGRATION_BASE_IRI before the first import; every scheme,
concept, property and shape follows, because the shipped Turtle files use relative IRIs only.
"""

from __future__ import annotations

import os

BASE = os.environ.get("MIGRATION_BASE_IRI", "https://w3id.org/migdcat/").rstrip("/#") + "/"
NAMESPACE = BASE + "ns#"
"""Properties and classes minted by the profile (prefix `mig`)."""

SHAPES = BASE + "shapes#"
"""SHACL shapes of the profile (prefix `ms`)."""


def scheme(name: str) -> str:
    """Return the IRI of a concept scheme."""
    return f"{BASE}cv/{name}"
