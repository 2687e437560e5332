"""What can go wrong with the code lists: only mistakes in this package or in its use."""

from __future__ import annotations


class VocabularyError(Exception):
    """A shipped vocabulary file is wrong."""


class UnknownVocabularyError(VocabularyError, KeyError):
    """Somebody asked for a vocabulary that does not exist."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known

    def __str__(self) -> str:
        return f"There is no vocabulary named {self.name!r}; there are: {', '.join(self.known)}."
