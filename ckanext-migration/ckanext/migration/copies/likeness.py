"""Are two records the same dataset? What speaks for it, and how certain that is. Pure.

Words alone never make copies of rounds of one operation (other numbers in the titles, other periods), of
records whose titles each have a word of their own (`… for China`, `… for Bahrain`), or of what one agency
holds twice: it knows why. A DOI or an identifier says more than words, but a portal may give one DOI to all
rounds: then numbers and periods weigh against it.

A record that names another one as what it was made from (`prov:wasDerivedFrom`, or a relation of that kind)
is no copy of it, unless all else is alike: then a portal only says so where it took the record from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from rapidfuzz import fuzz

from migration_schemas import Record, dois, series
from migration_vocabularies.matching import fold

PROPOSED_FROM = 0.7
"""Confidence from which a pair is shown to people."""
ALIKE = 0.9
"""Likeness of titles (0 to 1, rapidfuzz's token_sort_ratio) below which words alone propose nothing."""
MENTIONED = 0.6
"""Likeness from which titles are told as a reason."""
DECLARED = 0.95
"""How certain a derivation is that one of two records declares."""
_RARE = 4
_SPELLING = 80
"""Likeness (0 to 100) from which two words are spellings of one: `organisation`, `organization`."""
_LONG_ENOUGH = 8
_NUMBER = re.compile(r"\d+")

Reason = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of one dataset. `addresses` are those of its own page on this portal."""

    id: str
    holder: str = ""
    doi: str = ""
    identifiers: frozenset[str] = frozenset()
    page: str = ""
    points_to: frozenset[str] = frozenset()
    made_from: frozenset[str] = frozenset()
    made_into: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    publisher: str = ""
    period: tuple[str, str] | None = None
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judgement:
    """How certain it is (0 to 1) that two records are one dataset, and why."""

    confidence: float
    reasons: tuple[Reason, ...]


def sketch(package_id: str, record: Record, addresses: Iterable[str] = (), holder: str = "") -> Sketch:
    """Take out of a record what is compared."""
    said = record.fields
    others = [str(node.get("notation") or "") for node in _nodes(said, "alternate_identifier")]
    own = str(said.get("identifier") or "")
    page = _address(said.get("url"))
    names = [own, *others]
    doi = next((found for name in (*names, page) if (found := dois.short(name))), "")
    links = [page, *map(_address, names), *_related(said, "same-data")]
    sources = [*map(_address, _listed(said.get("derived_from"))), *_related(said, "microdata")]
    titles = said.get("title_translated")
    return Sketch(
        id=package_id,
        holder=holder,
        doi=doi.lower(),
        identifiers=frozenset(name.strip() for name in names if len(name.strip()) >= _LONG_ENOUGH),
        page=page,
        points_to=frozenset(link for link in links if link),
        made_from=frozenset(link for link in sources if link),
        made_into=frozenset(link for link in _related(said, "summary") if link),
        addresses=frozenset(_address(one) for one in addresses),
        titles={lang: fold(str(text)) for lang, text in titles.items() if text}
        if isinstance(titles, Mapping)
        else {},
        publisher=fold(str(next(iter(_nodes(said, "publisher")), {}).get("name") or "")),
        period=series.period(record),
        places=frozenset(map(str, _listed(said.get("spatial_coverage")))),
    )


def candidates(
    sketches: Iterable[Sketch], largest: int = 50, among: Container[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Give the pairs that are worth a comparison, each once: never all with all; `among` those of these.

    Two records meet where they share a DOI, an identifier, a page, or two rare words of a title. A key that
    more than `largest` records have tells nothing and is left.
    """
    known = list(sketches)
    heard = Counter(word for one in known for word in _words(one))
    blocks: dict[str, list[str]] = {}
    for one in known:
        for key in _keys(one, heard):
            blocks.setdefault(key, []).append(one.id)
    seen: set[tuple[str, str]] = set()
    for members in blocks.values():
        if 1 < len(members) <= largest:
            for first, second in combinations(sorted(members), 2):
                wanted = among is None or first in among or second in among
                if wanted and (first, second) not in seen:
                    seen.add((first, second))
                    yield first, second


def judge(one: Sketch, other: Sketch) -> Judgement:
    """Weigh what two records have in common."""
    likeness, apart = _titles(one, other)
    period, same_publisher = _period(one, other), _publisher(one, other)
    apart += ["other-period"] * (period < 0)
    apart += ["other-places"] * bool(one.places and other.places and not one.places & other.places)
    against = not {"other-numbers", "other-period"}.isdisjoint(apart)
    made = _made(one, other)
    if made and (apart or likeness < ALIKE):
        reasons = [{"kind": "derived", "value": made}]
        reasons += [{"kind": "title", "likeness": round(likeness, 2)}] * (likeness >= MENTIONED)
        return Judgement(DECLARED, tuple(reasons))
    names = list(_names(one, other, likeness if not apart else 0.0))
    if made:
        names.insert(0, ({"kind": "returned"}, 0.97, 0.8))
    weights = [less if against else usual for _reason, usual, less in names]
    if likeness >= ALIKE and not apart and (one.holder != other.holder or not one.holder):
        shared = bool(one.places & other.places)
        weights.append(min(0.55 * likeness + 0.2 * same_publisher + 0.2 * period + 0.05 * shared, 0.95))
    reasons = [reason for reason, _usual, _less in names]
    if likeness >= MENTIONED:
        reasons.append({"kind": "title", "likeness": round(likeness, 2)})
    if same_publisher:
        reasons.append({"kind": "publisher"})
    if period > 0 and one.period:
        reasons.append({"kind": "period", "start": one.period[0], "end": one.period[1]})
    reasons += [{"kind": kind} for kind in apart]
    return Judgement(round(max(weights, default=0.0), 2), tuple(reasons))


def _made(one: Sketch, other: Sketch) -> str:
    """Give the id of the one of two records that was made from the other, as one of them says, or nothing."""
    if one.made_from & _called(other) or other.made_into & _called(one):
        return one.id
    return other.id if other.made_from & _called(one) or one.made_into & _called(other) else ""


def _called(one: Sketch) -> frozenset[str]:
    """Give the web addresses that lead to a record: its pages, here and at its partner, and its DOI's."""
    return one.addresses | {link for link in (one.page, f"doi.org/{one.doi}" if one.doi else "") if link}


def _related(said: Mapping[str, Any], role: str) -> list[str]:
    nodes = _nodes(said, "qualified_relation")
    return [_address(node.get("relation")) for node in nodes if node.get("role") == role]


def _names(one: Sketch, other: Sketch, likeness: float) -> Iterator[tuple[Reason, float, float]]:
    """Give what two records call by the same name: why, its weight, and that where things are against it.

    An identifier or a page says more where the titles are alike, `likeness`, and nothing tells them apart.
    """
    if one.addresses & other.points_to or other.addresses & one.points_to:
        yield {"kind": "returned"}, 0.97, 0.8
    if one.doi and one.doi == other.doi:
        yield {"kind": "doi", "value": one.doi}, 0.98, PROPOSED_FROM
    elif shared := sorted(one.identifiers & other.identifiers):
        yield {"kind": "identifier", "value": shared[0]}, 0.95 if likeness >= MENTIONED else 0.75, 0.5
    if one.page and one.page == other.page:
        yield {"kind": "page", "value": one.page}, 0.9 if likeness >= 0.8 else 0.5, 0.4


def _keys(one: Sketch, heard: Mapping[str, int]) -> Iterator[str]:
    if one.doi:
        yield f"doi {one.doi}"
    for name in one.identifiers:
        yield f"name {name}"
    for link in one.points_to | one.made_from | one.made_into | _called(one):
        yield f"link {link}"
    keys: set[str] = set()
    for text in one.titles.values():
        rare = sorted(_telling(text), key=lambda word: (heard[word], word))[:_RARE]
        pairs = combinations(sorted(rare), 2) if len(rare) > 1 else [tuple(rare)]
        keys.update(" ".join(("words", *pair)) for pair in pairs if pair)
    yield from keys


def _words(one: Sketch) -> set[str]:
    return {word for text in one.titles.values() for word in _telling(text)}


def _telling(text: str) -> set[str]:
    """Give the words by which titles are told apart; a script without spaces is one long word."""
    return {word for word in text.split() if len(word) > 2 and not word.isdigit()}


def _titles(one: Sketch, other: Sketch) -> tuple[float, list[str]]:
    """How much the titles are alike in their best language, and what tells them apart."""
    pairs = [(text, other.titles[lang]) for lang, text in one.titles.items() if lang in other.titles]
    # A mirror may have put a text under another language.
    pairs = pairs or [(text, theirs) for text in one.titles.values() for theirs in other.titles.values()]
    if not pairs:
        return 0.0, []
    first, second = max(pairs, key=lambda pair: fuzz.token_sort_ratio(*pair))
    apart = []
    if sorted(_NUMBER.findall(first)) != sorted(_NUMBER.findall(second)):
        apart.append("other-numbers")
    likeness = fuzz.token_sort_ratio(first, second) / 100
    if likeness >= MENTIONED and _own_words(first, second) and _own_words(second, first):
        apart.append("other-words")
    return likeness, apart


def _own_words(text: str, other: str) -> bool:
    """Whether a title has a word that the other does not have in any spelling."""
    theirs = other.split()
    return any(
        all(fuzz.ratio(word, each) < _SPELLING for each in theirs) for word in _telling(text) - set(theirs)
    )


def _period(one: Sketch, other: Sketch) -> int:
    """1: the same years; -1: no day in common; 0: one of the two does not say, or something between."""
    if not one.period or not other.period:
        return 0
    if one.period[1] < other.period[0] or other.period[1] < one.period[0]:
        return -1
    return 1 if [day[:4] for day in one.period] == [day[:4] for day in other.period] else 0


def _publisher(one: Sketch, other: Sketch) -> bool:
    return bool(one.publisher) and fuzz.token_sort_ratio(one.publisher, other.publisher) >= 90


def _address(value: Any) -> str:
    """Bring a web address into a form to compare: without scheme, `www.`, fragment and final slash."""
    text = str(value or "").strip()
    if not text.lower().startswith(("http://", "https://")):
        return ""
    host, slash, path = text.partition("://")[2].partition("#")[0].rstrip("/").partition("/")
    return host.lower().removeprefix("www.") + slash + path


def _nodes(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = said.get(name)
    return [node for node in value if isinstance(node, Mapping)] if isinstance(value, list | tuple) else []


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value] if value else []
