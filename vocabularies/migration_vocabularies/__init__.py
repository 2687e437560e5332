"""Code lists for migration metadata, one SKOS file each, in the languages of the United Nations."""

from __future__ import annotations

from .errors import UnknownVocabularyError, VocabularyError
from .loader import extend, forget, get, graph, names, parse, shipped
from .matching import Match
from .vocabulary import Box, Concept, Vocabulary, language_tag

__all__ = [
    "Box",
    "Concept",
    "Match",
    "UnknownVocabularyError",
    "Vocabulary",
    "VocabularyError",
    "extend",
    "forget",
    "get",
    "graph",
    "language_tag",
    "names",
    "parse",
    "shipped",
]
