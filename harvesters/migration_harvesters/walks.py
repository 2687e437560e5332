"""Reading a list of records page by page, for every protocol whose pages hold rows and name the next page.

A protocol says how one page is read (`Read`) and what a row is called (`Name`); what proves that the list
is whole is the same for all: different identifiers are counted, a page that leads back or brings nothing
new ends the walk, and the total must stay what it was (JS-02, JS-09, JS-10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from migration_harvesters import closures, next_pages, strict_json
from migration_harvesters.errors import HarvestError, ListingTruncated, PayloadError
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
        items: list[RawRecord] = []
        failures: list[Failure] = []
        for row in rows:
            found = self._one(row)
            if isinstance(found, RawRecord):
                items.append(found)
            elif found is not None:
                failures.append(found)
        return tuple(items), tuple(failures)

    def _one(self, row: Any) -> RawRecord | Failure | None:
        digests = self._digests = {} if self._digests is None else self._digests
        ref = self.name(row)
        try:
            strict_json.check(row)
            body = strict_json.canonical(row)
        except PayloadError as error:
            named = ref.id if ref else f"unreadable:{self.tally.count}"
            return Failure(named, "read", error) if self.tally.admit(named) else _again(named)
        digest = closures.content_hash(body)
        if ref is None:
            return self._nameless(row, f"unnamed:{digest}")
        if not self.tally.admit(ref.id):
            return None if digests.get(ref.id) == digest else _again(ref.id)
        digests[ref.id] = digest
        reason = self.left_out(row)
        if reason is not None:
            self.tally.ignored[reason] += 1
            return None
        return RawRecord(ref, self.form, body)

    def _nameless(self, row: Any, stand_in: str) -> Failure | None:
        """Name the fault of a record without a name; it may have had one, so the list proves nothing."""
        reason = self.left_out(row)
        if reason is not None:
            self.tally.ignored[reason] += self.tally.admit(stand_in)
            return None
        self.tally.cut("A record has no identifier.")
        return Failure(None, "list", PayloadError("A record has no identifier.", code="no-identifier"))


def pages(read: Read, sorting: Sorting, home: str, resume: str | None = None) -> Iterator[Page]:
    """Walk from the home address, or from an earlier page's cursor, to the end or to a reason to stop."""
    walk = _Walk(read, sorting.tally, home)
    address: str | None = walk.begin(resume)
    while address is not None:
        leaf, known = walk.read(address), sorting.tally.count
        *before, last = list(parts(leaf.rows, sorting))
        yield from before
        address = walk.following(leaf, moved=sorting.tally.count > known)
        yield Page(last.items, last.failures, walk.cursor(address))
    walk.end()


def leaves(read: Read, tally: Tally, home: str) -> Iterator[Leaf]:
    """Walk through the pages of rows that are no records yet; the tally counts rows, by what they say."""
    walk = _Walk(read, tally, home)
    address: str | None = home
    while address is not None:
        leaf, known = walk.read(address), tally.count
        for row in leaf.rows:
            tally.admit(closures.content_hash(strict_json.canonical(row)))
        yield leaf
        address = walk.following(leaf, moved=tally.count > known)


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
        self._tally.before, self._tally.expected, address = position(resume)
        return address

    def read(self, address: str) -> Leaf:
        self._visited.add(address)
        leaf = self._read(address)
        self._visited.add(leaf.url)
        expected = self._tally.expected
        if leaf.total is not None and expected is not None and leaf.total != expected:
            self._tally.shake(
                f"The number of records changed from {expected} to {leaf.total} while they were read."
            )
        self._tally.expected = expected if leaf.total is None else leaf.total
        return leaf

    def cursor(self, address: str | None) -> str | None:
        if address is None:
            return None
        expected = "-" if self._tally.expected is None else self._tally.expected
        return f"{self._tally.count} {expected} {address}"

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

    def end(self) -> None:
        if self._tally.expected is not None and self._tally.count < self._tally.expected:
            self._tally.cut(
                f"The list speaks of {self._tally.expected} records, but holds {self._tally.count}."
            )


def position(cursor: str) -> tuple[int, int | None, str]:
    """Read a cursor: how many records came before, how many there are, where to go on."""
    try:
        before, expected, address = cursor.split(" ", 2)
        return int(before), int(expected) if expected != "-" else None, address
    except ValueError as exc:
        raise HarvestError(
            f"The cursor “{cursor[:60]}” is not one of this source.", code="cursor-unknown"
        ) from exc


def _again(identifier: str) -> Failure:
    message = "This identifier came before in the same list; the first record was kept."
    return Failure(identifier, "list", PayloadError(message, code="duplicate-identifier"))
