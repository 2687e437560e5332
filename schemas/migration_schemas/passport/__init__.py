"""The definition passport: what a figure means, and whether two figures may stand side by side."""

from __future__ import annotations

from .comparison import MOST, Comparison, compare
from .facts import Passport, passport
from .rules import NOT_STATED, Aspect, Reason, Rule, Rules, load

__all__ = [
    "MOST",
    "NOT_STATED",
    "Aspect",
    "Comparison",
    "Passport",
    "Reason",
    "Rule",
    "Rules",
    "compare",
    "load",
    "passport",
]
