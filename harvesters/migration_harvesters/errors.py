"""What can go wrong while a partner is read.

Two questions decide what the engine does: how far does it reach (`scope`) and may it be tried again
(`retry`). `message` and `remedy` are for the partner and for the portal's administrators; `detail` is for
the log only.
"""

from __future__ import annotations

from migration_schemas.errors import MigrationError, Scope


class HarvestError(MigrationError):
    """Something went wrong while a partner was read; `advice` is the remedy unless one is given."""

    code = "harvest-error"
    scope: Scope = "run"
    advice = ""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        detail: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(message, detail=detail, remedy=remedy or self.advice)
        if code is not None:
            self.code = code


class PartnerConfigError(HarvestError):
    """The description of the source is wrong."""

    code = "source-configuration"
    advice = "Correct the settings of the source."


class SourceUnavailable(HarvestError):  # noqa: N818 - says what is wrong, as httpx does
    """The partner could not be reached, or asked us to come back later."""

    code = "source-unavailable"
    retry = True
    advice = "The next run tries again; if it goes on, tell the partner."

    def __init__(  # noqa: PLR0913 - keywords only
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        code: str | None = None,
        detail: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(message, code=code, detail=detail, remedy=remedy)
        self.status = status
        self.retry_after = retry_after


class SourceRefused(HarvestError):  # noqa: N818 - as above
    """We or the partner refused: a forbidden address, too much data, no permission, unexpected content."""

    code = "source-refused"

    def __init__(  # noqa: PLR0913 - keywords only
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        detail: str = "",
        remedy: str = "",
        body: bytes = b"",
    ) -> None:
        super().__init__(message, code=code, detail=detail, remedy=remedy)
        self.status = status
        # Some protocols explain a refusal in their own words, which the source that speaks them can read.
        self.body = body


class ListingTruncated(HarvestError):  # noqa: N818 - as above
    """The list of the partner's records is not whole: the harvest goes on, removals do not happen."""

    code = "listing-incomplete"
    advice = "Nothing is removed because of this run; the next whole listing decides."


class CursorUnknown(HarvestError):  # noqa: N818 - as above
    """The place that a listing should go on from is not one of this source, or is gone."""

    code = "cursor-unknown"
    advice = "Start a new run: it reads the list from its beginning."

    def __init__(self, cursor: str, why: str = "is not one of this source") -> None:
        super().__init__(f"The cursor “{cursor[:60]}” {why}.")


class PayloadError(HarvestError):
    """One record cannot be read."""

    code = "record-unreadable"
    scope: Scope = "record"
    advice = "Ask the partner to repair the record."


class MappingError(HarvestError):
    """One record can be read, but is not what its format promises."""

    code = "record-unmappable"
    scope: Scope = "record"
    advice = "Ask the partner to repair the record."
