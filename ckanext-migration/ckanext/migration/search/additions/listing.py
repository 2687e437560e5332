"""The additions in force, in the order in which they see a request. A new one is one name here.

They read the answer the other way round.
"""

from __future__ import annotations

from ckanext.migration.search.additions import (
    choices,
    corridors,
    fold,
    highlight,
    like,
    periods,
    places,
    reasons,
    related,
    scan,
    spelling,
    suggest,
    widened,
)
from ckanext.migration.search.additions.beyond import Addition

ADDITIONS: tuple[Addition, ...] = (
    reasons,
    highlight,
    related,
    widened,
    periods,
    places,
    corridors,
    scan,
    spelling,
    suggest,
    like,
    fold,
    choices,
)
"""``choices`` stays last: it puts every aggregation under the reader's choices, and takes them out first."""
