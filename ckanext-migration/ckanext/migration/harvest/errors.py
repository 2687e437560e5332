# ruff: noqa: N818 - the names are those of the error tree
"""What can go wrong in the engine itself; partners' faults are in migration_harvesters.errors."""

from __future__ import annotations

from migration_harvesters.errors import HarvestError


class RunActive(HarvestError):
    """A source has one run at a time (FI-05)."""

    code = "run-active"
    remedy = "Wait until it has ended, or stop it."

    def __init__(self, message: str, *, run_id: str) -> None:
        super().__init__(message)
        self.run_id = run_id


class RunLost(HarvestError):
    """The worker is no longer the one that works on the run; its writes are refused (FI-03)."""

    code = "run-lost"
    retry = True
    remedy = "Another worker goes on with the run."


class RunStopped(HarvestError):
    """A person asked the run to stop; it can go on from where it stands."""

    code = "run-stopped"
    remedy = "Start the harvest again: it goes on where it stopped."


class RunPostponed(HarvestError):
    """The partner asked us to come back later; the run waits and goes on from where it stands (FI-29)."""

    code = "run-postponed"
    retry = True
    remedy = "Nothing needs to be done: the run goes on by itself."

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class ApprovalRefused(HarvestError):
    """An approval that does not fit the run."""

    code = "approval-refused"


class RollbackRefused(HarvestError):
    """A roll-back that cannot be done."""

    code = "rollback-refused"


class SinkRefused(HarvestError):
    """CKAN did not take a record."""

    code = "record-refused"
    scope = "record"
    remedy = "Ask the partner to repair the record, or correct what was agreed for the source."


class IdentityConflict(HarvestError):
    """A record would touch a dataset that this source did not bring (ID-01)."""

    code = "identity-conflict"
    scope = "record"
    remedy = "Tell the administrators of the portal."
