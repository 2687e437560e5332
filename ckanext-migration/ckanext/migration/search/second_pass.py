"""Spelling as a second pass: only where words as they were typed find next to nothing, and told as such.

Near words are taken out of what this reader may see, and the text with them is searched as any other,
under all filters of the search and with the check against the database, before it is told. What is told
is ``{"text", "count", "words"}``: the other text, what it finds, and each misspelt word with the other one.
The search's own hits stay what they are. ``ext_spelling=off`` switches the second pass off
(``additions.spelling``).

A text with operators, quotes or fields says what it means and is never spelt otherwise.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.migration.search.additions import spelling
from ckanext.migration.search.additions.beyond import Asked
from ckanext.migration.search.client import Engine
from ckanext.migration.search.errors import SearchFault
from ckanext.migration.search.query.request import Request
from ckanext.migration.search.spelling import dictionary, misspelt
from ckanext.migration.search.spelling.dictionary import Like
from ckanext.migration.search.spelling.misspelt import Word

log = logging.getLogger(__name__)

FEW = 3
"""Hits up to which a search has found next to nothing."""
MOST = 8
"""Texts that are tried."""
_CHOICES = (8, 4, 2)
"""Words that are tried for each of one, two or more misspelt words."""
_IN_LABEL = 0.1
"""What a word is worth that names a concept together with others."""
_ROWS = 5
"""Hits that are compared with the database before a text is told."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search that found next to nothing, and how to search for another text in the same way.

    ``visible`` is the query for all that the reader may see. ``read`` makes the request for a text and
    a number of rows, ``body`` what is sent for it, ``checked`` carries it out and compares with the database.
    """

    engine: Engine
    index: str
    text: str
    language: str
    found: int
    visible: dict[str, Any]
    read: Callable[[str, int], Request]
    body: Callable[[Request], dict[str, Any]]
    checked: Callable[[Request], Mapping[str, Any]]


def wanted(asked: Asked, request: Request, found: int) -> bool:
    """Whether a search needs the second pass: words of somebody who sees the first page of hits."""
    reading_on = request.start > 0 or "scan" in asked.state
    return bool(request.plain and asked.state[spelling.KEY]) and found <= FEW and not reading_on


def told(search: Search) -> dict[str, Any] | None:
    """Return what to tell, or None; trouble on the way leaves the search as it is."""
    words = misspelt.words(search.text)
    if not words:
        return None
    try:
        return _told(search, words)
    except SearchFault as fault:
        log.warning("search.spelling.without code=%s detail=%s", fault.code, fault.detail)
        return None


def _told(search: Search, words: Sequence[Word]) -> dict[str, Any] | None:
    queries = {
        word: dictionary.known(word.text, _meant(search.read(word.text, 0)), search.language)
        for word in words
    }
    answer = search.engine.search(search.index, dictionary.question(queries, search.visible))
    likes = dictionary.unknown(answer, words, search.language)
    if not likes or not all(likes.values()):
        return None
    texts = dict(itertools.islice(_texts(search, likes), MOST))
    requests = {text: search.read(text, 0) for text in texts}
    bodies = [search.body(request) for request in requests.values()]
    sighting = dictionary.sighting(likes, search.visible)
    sighted, *counted = search.engine.searches(
        search.index, [sighting, *({**body, "size": 0} for body in bodies)]
    )
    seen = dictionary.seen(sighted, likes)
    totals = dict(zip(texts, (each["hits"]["total"]["value"] for each in counted), strict=True))
    labels = {text: _in_labels(request) for text, request in requests.items()}
    for text in _best(texts, totals, seen, labels):
        count = search.checked(search.read(text, _ROWS))["hits"]["total"]["value"]
        if count > search.found:
            others = {
                word.text: dictionary.as_written(like, search.language) for word, like in texts[text].items()
            }
            return {"text": text, "count": count, "words": others}
    return None


def _meant(request: Request) -> dict[str, Any] | None:
    """Return the query of a word that names a concept."""
    return request.query if any(each.meanings for each in request.looked_for) else None


def _texts(search: Search, likes: Mapping[Word, Sequence[Like]]) -> Iterator[tuple[str, dict[Word, str]]]:
    """Yield the text with each choice of other words, the nearest first."""
    many = _CHOICES[min(len(likes), len(_CHOICES)) - 1]
    chosen = list(itertools.product(*(each[:many] for each in likes.values())))
    chosen.sort(key=lambda each: -sum(like.nearness for like in each))
    for each in chosen:
        others = {word: like.text for word, like in zip(likes, each, strict=True)}
        written = {word: dictionary.as_written(text, search.language) for word, text in others.items()}
        yield misspelt.replaced(search.text, written), others


def _in_labels(request: Request) -> int:
    """Return how many words of a text together name a concept: "stateless persons", not "states persons"."""
    return sum(len(each.words) for each in request.looked_for if each.meanings and len(each.words) > 1)


def _best(
    texts: Mapping[str, Mapping[Word, str]],
    totals: Mapping[str, int],
    seen: Mapping[Word, Sequence[Like]],
    labels: Mapping[str, int],
) -> list[str]:
    """Order the texts that find something by nearness and sense, then by how common their words are."""
    known = {word: {like.text: like for like in likes} for word, likes in seen.items()}
    usable = [
        text
        for text, others in texts.items()
        if totals[text] and all(other in known[word] for word, other in others.items())
    ]

    def rank(text: str) -> tuple[float, int]:
        likes = [known[word][other] for word, other in texts[text].items()]
        near = sum(like.nearness for like in likes) + _IN_LABEL * labels[text]
        return (-round(near, 1), -min(like.records for like in likes))

    return sorted(usable, key=rank)
