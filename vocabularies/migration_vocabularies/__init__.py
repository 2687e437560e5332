"""Code lists for migration metadata, one SKOS file each, in the languages of the United Nations."""

from __future__ import annotations

from .errors import UnknownVocabularyError, VocabularyError
from .loader import get, names
from .matching import Match
from .vocabulary import Concept, Vocabulary, language_tag

__all__ = [
    "Concept",
    "Match",
    "UnknownVocabularyError",
    "Vocabulary",
    "VocabularyError",
    "get",
    "language_tag",
    "names",
]
