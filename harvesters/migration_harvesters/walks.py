"""Reading a list of records page by page, for every protocol whose pages hold rows and name the next page.

A protocol says how one page is read (`Read`) and what a row is called (`Name`); what proves that the list
is whole is the same for all: different identifiers are counted, a page that leads back or brings nothing
new ends the walk, and the total must stay what it was (JS-02, JS-09, JS-10).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from migration_harvesters import closures, next_pages, strict_json
from migration_harvesters.errors import CursorUnknown, ListingTruncated, PayloadError, SourceUnavailable
from migration_harvesters.records import Failure, Page, RawRecord, RemoteRef, Tally

MAX_PAGES = 10_000
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: where it came from, its rows, how many records there are, the next page."""

    url: str
    rows: Sequence[Any]
    total: int | None = None
    following: str | None = None


Read = Callable[[str], Leaf]
Search = Callable[[int], tuple[int, Sequence[Any]]]
"""From a place to how many records there are in all, and the rows of the page that begins there."""
Take = Callable[[Any], RawRecord | Failure | None]
Name = Callable[[Any], RemoteRef | None]
Reason = Callable[[Any], str | None]


def _taken(row: Any) -> str | None:
    return None


@dataclass(slots=True)
class Sorting:
    """Turns rows into records of one format, and says of each row that is not taken why."""

    tally: Tally
    form: str
    name: Name
    left_out: Reason = _taken
    _digests: dict[str, str] | None = None

    def sort(self, rows: Iterable[Any]) -> tuple[tuple[RawRecord, ...], tuple[Failure, ...]]:
        """Sort one page's rows. `left_out` gives the reason for a row that is not wanted, or None."""
        return split(self.one(row) for row in rows)

    def one(self, row: Any) -> RawRecord | Failure | None:
        """Sort one row; None for one that is left out, or that came before with the same content."""
        digests = self._digests = {} if self._digests is None else self._digests
        ref = self.name(row)
        try:
            strict_json.check(row)
            body = strict_json.canonical(row)
        except PayloadError as error:
            named = ref.id if ref else f"unreadable:{self.tally.count}"
            return Failure(named, "read", error) if self.tally.admit(named) else Failure.again(named)
        digest = closures.content_hash(body)
        if ref is None:
            return self._nameless(row, f"unnamed:{digest}")
        if not self.tally.admit(ref.id):
            return None if digests.get(ref.id) == digest else Failure.again(ref.id)
        digests[ref.id] = digest
        reason = self.left_out(row)
        if reason is not None:
            self.tally.leave(ref.id, reason)
            return None
        return RawRecord(ref, self.form, body)

    def _nameless(self, row: Any, stand_in: str) -> Failure | None:
        """Name the fault of a record without a name, unless it is left out anyway."""
        reason = self.left_out(row)
        if reason is not None:
            self.tally.ignored[reason] += self.tally.admit(stand_in)
            return None
        return self.tally.lost()


def split(found: Iterable[RawRecord | Failure | None]) -> tuple[tuple[RawRecord, ...], tuple[Failure, ...]]:
    """Part records from failures; None stands for what is left out."""
    items: list[RawRecord] = []
    failures: list[Failure] = []
    for one in found:
        if isinstance(one, RawRecord):
            items.append(one)
        elif one is not None:
            failures.append(one)
    return tuple(items), tuple(failures)


def pages(read: Read, sorting: Sorting, home: str, resume: str | None = None) -> Iterator[Page]:
    """Walk from the home address, or from an earlier page's cursor, to the end or to a reason to stop."""
    walk = _Walk(read, sorting.tally, home)
    address: str | None = walk.begin(resume)
    while address is not None:
        leaf, known = walk.read(address), sorting.tally.count
        *before, last = list(parts(leaf.rows, sorting))
        yield from before
        address = walk.following(leaf, moved=sorting.tally.count > known)
        yield Page(last.items, last.failures, sorting.tally.cursor(address) if address else None)
    sorting.tally.close()


def numbered(
    search: Search, take: Take, tally: Tally, first: int, *, by_page: bool = False
) -> Iterator[Page]:
    """Walk through a list whose pages are asked for by the place of their first record, or by their number.

    Where places are records, a partner that goes away in the middle of a page is resumed at that record.
    """
    place = first
    for _ in range(MAX_PAGES):
        total, rows = search(place)
        tally.expect(total)
        known = tally.count
        found: list[RawRecord | Failure | None] = []
        for row in rows:
            try:
                found.append(take(row))
            except SourceUnavailable:
                if not by_page:
                    yield Page(*split(found), tally.cursor(place + len(found)))
                raise
        place += 1 if by_page else len(rows)
        more = bool(rows) and tally.count < total
        if more and tally.count == known:
            tally.shake("The partner sends the same page again.")
            more = False
        yield Page(*split(found), tally.cursor(place) if more else None)
        if not more:
            break
    else:
        tally.cut(f"The list has more than {MAX_PAGES:,} pages.")
    tally.close()


def leaves(read: Read, tally: Tally, home: str) -> Iterator[Leaf]:
    """Walk through the pages of rows that are no records yet; the tally counts rows, by what they say.

    Rows that say the same count once, so it is those that came that are compared with the total.
    """
    walk = _Walk(read, tally, home)
    address: str | None = home
    came = 0
    while address is not None:
        leaf, known = walk.read(address), tally.count
        came += len(leaf.rows)
        for row in leaf.rows:
            tally.admit(closures.content_hash(strict_json.canonical(row)))
        yield leaf
        address = walk.following(leaf, moved=tally.count > known)
    if tally.expected is not None and came < tally.expected:
        tally.cut(f"The partner speaks of {tally.expected} rows, but sends {came}.")


def parts(rows: Sequence[Any], sorting: Sorting) -> Iterator[Page]:
    """Sort many rows in parts of a bearable size, at least one."""
    for first in range(0, max(len(rows), 1), AT_ONCE):
        yield Page(*sorting.sort(rows[first : first + AT_ONCE]))


class _Walk:
    """One reading of the pages: where it has been, and whether the list kept still."""

    def __init__(self, read: Read, tally: Tally, home: str) -> None:
        self._read = read
        self._tally = tally
        self._home = home
        self._visited: set[str] = set()

    def begin(self, resume: str | None) -> str:
        if resume is None:
            return self._home
        return self._tally.resume(resume)

    def read(self, address: str) -> Leaf:
        self._visited.add(address)
        leaf = self._read(address)
        self._visited.add(leaf.url)
        self._tally.expect(leaf.total)
        return leaf

    def following(self, leaf: Leaf, *, moved: bool) -> str | None:
        if leaf.following is None:
            return None
        try:
            address = next_pages.address(leaf.following, leaf.url, self._home)
        except ListingTruncated as problem:
            self._tally.problems.append(problem)
            return None
        if address in self._visited:
            self._tally.shake(f"The pages lead back to one that was read: {address}")
            return None
        if not moved:
            self._tally.shake("The partner sends the same page again.")
            return None
        if len(self._visited) > MAX_PAGES:
            self._tally.cut(f"The list has more than {MAX_PAGES:,} pages.")
            return None
        return address


class FixedList:
    """Places in a list that is known from its beginning: a cursor fits as long as the list is the same."""

    def __init__(self, names: Sequence[str]) -> None:
        self._digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]

    def cursor(self, tally: Tally, place: int) -> str:
        """Write down a place."""
        return tally.cursor(f"{self._digest}@{place}")

    def resume(self, tally: Tally, cursor: str) -> int:
        """Go on from a cursor: take over what was counted, give the place. Raises CursorUnknown."""
        mark, _, place = tally.resume(cursor).partition("@")
        if mark != self._digest or not place.isdigit():
            raise CursorUnknown(cursor, "belongs to a list that has changed since")
        return int(place)


def from_the_beginning(resume: str | None) -> None:
    """Refuse a cursor, in a source whose listings give none. Raises CursorUnknown."""
    if resume is not None:
        raise CursorUnknown(resume)
