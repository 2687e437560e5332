"""How good the description of a dataset is, in points, with the arithmetic open.

Two scores: our own of 500 points (section 7 of the profile), in which a record that is restricted for good
reason loses nothing, and the one of European data portals of 405 points, for comparison. Each metric is a
SHACL shape of `shacl/quality.ttl` or `shacl/mqa.ttl` with its points; they are evaluated as the rules are.
"""

from __future__ import annotations

from .bands import BANDS, band
from .measurement import graph
from .metrics import MIGDCAT, MQA, Metric, Scale
from .scoring import Assessment, Counted, Evidence, Score, assess

__all__ = [
    "BANDS",
    "MIGDCAT",
    "MQA",
    "Assessment",
    "Counted",
    "Evidence",
    "Metric",
    "Scale",
    "Score",
    "assess",
    "band",
    "graph",
]
