"""What a source hands over: records as the partner sent them, page by page, and how sure we are of the list.

The raw body is kept by whoever asked, so that every later step can run again without asking the partner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from migration_harvesters import asks
from migration_harvesters.errors import CursorUnknown, ListingTruncated, PayloadError
from migration_schemas.errors import MigrationError

if TYPE_CHECKING:
    from migration_harvesters.mapping import Mapped

Asks = asks.Asks
Stage = Literal["list", "read", "map"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One source as an administrator registered it."""

    url: str
    protocol: str
    options: Mapping[str, Any] = field(default_factory=dict)
    allow_private: bool = False
    credential: str | None = field(default=None, repr=False)

    def authorization(self, header: str = "Authorization") -> dict[str, str]:
        """Give the headers that carry the credential, where there is one."""
        return {header: self.credential} if self.credential else {}


@dataclass(frozen=True, slots=True)
class RemoteRef:
    """The partner's own name for a record. `modified` is what the partner says, and is not trusted."""

    id: str
    modified: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as it came, cut out of its page in a way that gives the same bytes each time."""

    ref: RemoteRef
    format: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """One record that could not be handed over, named as well as possible."""

    remote_id: str | None
    stage: Stage
    error: MigrationError

    @classmethod
    def again(cls, remote_id: str) -> Failure:
        """Name a record whose identifier came before (JS-09)."""
        message = "This identifier came before in the same list; the first record was kept."
        return cls(remote_id, "list", PayloadError(message, code="duplicate-identifier"))

    @classmethod
    def nameless(cls, message: str = "A record has no identifier.", remedy: str = "") -> Failure:
        """Stand for a record that nobody can name."""
        return cls(None, "list", PayloadError(message, code="no-identifier", remedy=remedy))


@dataclass(frozen=True, slots=True)
class Gone:
    """One record that the partner speaks of and that is not taken: deleted there, private, no dataset.

    `final` where the partner keeps its deletions for good, so that this is no accident of a list.
    """

    remote_id: str
    reason: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What one request brought. `cursor` is where a later run may go on after this page, if it can."""

    items: tuple[RawRecord, ...]
    failures: tuple[Failure, ...] = ()
    cursor: str | None = None
    gone: tuple[Gone, ...] = ()


@dataclass(slots=True)
class Tally:
    """What a source learns about its own list while it walks through it."""

    expected: int | None = None
    before: int = 0
    stable: bool = True
    finished: bool = False
    problems: list[MigrationError] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    ignored: Counter[str] = field(default_factory=Counter)
    mark: datetime | None = None
    total: int | None = None
    gone: list[Gone] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many different records were seen, with those before the cursor that the listing began at."""
        return self.before + len(self.seen)

    def admit(self, remote_id: str) -> bool:
        """Count a record; False if its identifier came before (the first one wins, JS-09)."""
        if remote_id in self.seen:
            return False
        self.seen.add(remote_id)
        return True

    def leave(self, remote_id: str, reason: str, *, final: bool = False) -> None:
        """Note that a record is listed and left out on purpose."""
        self.ignored[reason] += 1
        self.gone.append(Gone(remote_id, reason, final))

    def expect(self, total: int | None) -> None:
        """Note how many records the partner says there are; the number must stay what it was (JS-10)."""
        if total is not None and self.expected is not None and total != self.expected:
            self.shake(f"The number of records changed from {self.expected} to {total} while they were read.")
        self.expected = self.expected if total is None else total

    def close(self) -> None:
        """Compare what came with what was promised, once the end is reached (JS-02)."""
        if self.expected is not None and self.count < self.expected:
            self.cut(f"The partner speaks of {self.expected} records, but lists {self.count}.")

    def cursor(self, place: object) -> str:
        """Write down where a later listing may go on, with what is counted until there."""
        return f"{self.count} {'-' if self.expected is None else self.expected} {place}"

    def resume(self, cursor: str) -> str:
        """Go on from a cursor: take over what was counted, give the place. Raises CursorUnknown."""
        before, _, rest = cursor.partition(" ")
        expected, _, place = rest.partition(" ")
        if not (_is_count(before) and (expected == "-" or _is_count(expected)) and place):
            raise CursorUnknown(cursor)
        self.before, self.expected = int(before), None if expected == "-" else int(expected)
        return place

    def resume_at(self, cursor: str) -> int:
        """Go on from a cursor whose place is a number. Raises CursorUnknown."""
        place = self.resume(cursor)
        if not _is_count(place):
            raise CursorUnknown(cursor)
        return int(place)

    def lost(self, message: str = "A record has no identifier.", remedy: str = "") -> Failure:
        """Note a record that nobody can name; it may have had a name, so the list proves nothing."""
        self.cut(message)
        return Failure.nameless(message, remedy)

    def cut(self, message: str) -> None:
        """Note that something is missing."""
        self.problems.append(ListingTruncated(message))

    def shake(self, message: str) -> None:
        """Note that the list changed or repeated itself while it was read: it proves nothing (JS-10)."""
        self.stable = False
        self.problems.append(ListingTruncated(message))


def _is_count(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 13


class Listing:
    """Iterates over pages once; afterwards says whether the list was whole.

    Only a listing that is `complete` and `stable` may lead to removals, and that is decided elsewhere: a
    source cannot remove anything.
    """

    def __init__(self, pages: Callable[[Tally], Iterator[Page]]) -> None:
        self._pages = pages
        self._tally = Tally()

    def __iter__(self) -> Iterator[Page]:
        """Walk through the pages; an error that ends the list is raised, and it is then not complete."""
        self._tally = Tally()
        for page in self._pages(self._tally):
            yield self._with_gone(page)
        if self._tally.gone:
            yield self._with_gone(Page(()))
        self._tally.finished = True

    def _with_gone(self, page: Page) -> Page:
        gone, self._tally.gone = tuple(self._tally.gone), []
        return replace(page, gone=gone) if gone else page

    @property
    def expected(self) -> int | None:
        """How many records the partner says there are."""
        return self._tally.expected

    @property
    def listed(self) -> int:
        """How many different records were seen."""
        return self._tally.count

    @property
    def ignored(self) -> Mapping[str, int]:
        """How many records were listed but left out on purpose, by reason (private, deleted, …)."""
        return dict(self._tally.ignored)

    @property
    def mark(self) -> datetime | None:
        """The partner's own time when the list was begun, where it says that: what changes later is news."""
        return self._tally.mark

    @property
    def total(self) -> int | None:
        """How many records there are in all, beside a list of changes; None where the partner cannot say."""
        return self._tally.total

    @property
    def stable(self) -> bool:
        """Whether the list kept still while it was read."""
        return self._tally.stable

    @property
    def complete(self) -> bool:
        """Whether the end was reached, nothing is missing and nothing went wrong."""
        tally = self._tally
        whole = tally.expected is None or tally.count >= tally.expected
        return tally.finished and tally.stable and whole and not tally.problems

    @property
    def problems(self) -> tuple[MigrationError, ...]:
        """Why the list is not complete or not stable."""
        return tuple(self._tally.problems)


class Source(Protocol):
    """Reads one partner. Knows the protocol, nothing about what the records mean."""

    def listing(self, resume: str | None = None) -> Listing:
        """All records of the partner, page by page, from a cursor of an earlier page if one is given."""
        ...


class TellsChanges(Source, Protocol):
    """A source whose partner can be asked for what changed since a moment, by the partner's own clock."""

    tells_changes: bool
    """Whether that is wanted of this source."""

    def changes(self, since: datetime, resume: str | None = None) -> Listing:
        """List what changed since then or a little before, and what is gone (`Page.gone`).

        The records that are not in it are as they were; nothing follows for them.
        """
        ...


class Mapper(Protocol):
    """Turns one raw record of one format into the fields of a dataset, with notes on what it assumed."""

    def __call__(self, raw: RawRecord, config: SourceConfig) -> Mapped:
        """Map, or raise MappingError or PayloadError."""
        ...
