"""The rules that protect the catalogue, as tables (DL-01 to DL-06, DL-09, FI-34, FI-35)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ckanext.migration.harvest.decisions import (
    REMOVAL_REASONS,
    UPDATE_REASONS,
    Approval,
    Arrived,
    Known,
    Limits,
    Listed,
    Outcome,
    Reason,
    absent,
    approval,
    decide,
    guard,
    retirable,
    visibility,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LIMITS = Limits()


def known(**values):
    return Known(**{"state": "current", "content_hash": "a", "private": False, "package": "active"} | values)


@pytest.mark.parametrize(
    ("arrived", "held", "outcome"),
    [
        pytest.param(("a", False), None, Outcome.ADDED, id="never seen"),
        pytest.param(("a", False), known(), Outcome.UNCHANGED, id="same content"),
        pytest.param(("b", False), known(), Outcome.UPDATED, id="other content"),
        pytest.param(("a", True), known(), Outcome.UPDATED, id="became invalid by the rules alone"),
        pytest.param(
            ("a", False), known(private=True), Outcome.UPDATED, id="became valid by the rules alone"
        ),
        pytest.param(
            ("a", False), known(state="missing"), Outcome.RESTORED, id="back within the grace period"
        ),
        pytest.param(("b", False), known(state="missing"), Outcome.UPDATED, id="back and changed"),
        pytest.param(
            ("a", False),
            known(state="archived", private=True),
            Outcome.RESTORED,
            id="back after it was withdrawn",
        ),
        pytest.param(
            ("b", False), known(package="deleted"), Outcome.WITHDRAWN, id="deleted here by a person"
        ),
    ],
)
def test_what_a_record_means(arrived, held, outcome):
    content_hash, private = arrived

    assert decide(Arrived(content_hash=content_hash, private=private), held) == outcome


def listed(**values):
    whole = {"known": 100, "listed": 100, "added": 0, "missing": 0, "complete": True, "stable": True}
    return Listed(**whole | values)


@pytest.mark.parametrize(
    ("listing", "reasons"),
    [
        pytest.param(listed(), (), id="all there"),
        pytest.param(listed(known=0, listed=500, added=500), (), id="the first run may bring anything"),
        pytest.param(listed(listed=0, missing=100), (Reason.EMPTY,), id="empty"),
        pytest.param(listed(known=1, listed=0, missing=1), (Reason.EMPTY,), id="empty, of one"),
        pytest.param(listed(known=0, listed=0), (), id="empty, of none"),
        pytest.param(listed(complete=False, missing=1), (Reason.INCOMPLETE,), id="broken off, one missing"),
        pytest.param(listed(complete=False, missing=0), (), id="broken off, none missing"),
        pytest.param(listed(stable=False, missing=1), (Reason.UNSTABLE,), id="changed while it was read"),
        pytest.param(listed(listed=80, missing=20), (), id="just 20 percent"),
        pytest.param(listed(listed=79, missing=21), (Reason.SHRUNKEN,), id="more than 20 percent"),
        pytest.param(listed(known=8, listed=4, missing=4), (), id="half of eight is below the minimum"),
        pytest.param(listed(known=8, listed=3, missing=5), (Reason.SHRUNKEN,), id="five of eight is not"),
        pytest.param(
            listed(missing=1, agreement_changed=True), (Reason.AGREEMENT,), id="missing after other settings"
        ),
        pytest.param(listed(agreement_changed=True), (), id="other settings, none missing"),
        pytest.param(listed(listed=200, added=100), (), id="100 new ones never ask"),
        pytest.param(listed(listed=201, added=101), (Reason.GROWN,), id="doubled"),
        pytest.param(listed(known=300, listed=450, added=150), (), id="just half more"),
        pytest.param(
            listed(listed=110, added=110, missing=100), (Reason.SHRUNKEN, Reason.GROWN), id="all ids are new"
        ),
        pytest.param(listed(titles_worse=20), (), id="just 20 percent of the titles"),
        pytest.param(listed(titles_worse=21), (Reason.TITLES,), id="more titles are worse"),
        pytest.param(listed(known=8, grades_worse=4), (), id="four worse grades of eight"),
        pytest.param(listed(known=8, grades_worse=5), (Reason.GRADES,), id="five worse grades of eight"),
        pytest.param(listed(publishers=20), (), id="20 of 100 have another publisher"),
        pytest.param(listed(publishers=21), (Reason.PUBLISHER,), id="more have another publisher"),
        pytest.param(listed(known=2, publishers=1), (Reason.PUBLISHER,), id="one of two has"),
        pytest.param(
            listed(complete=False, missing=1, grades_worse=50),
            (Reason.INCOMPLETE, Reason.GRADES),
            id="broken off and worse",
        ),
    ],
)
def test_what_the_guard_asks(listing, reasons):
    verdict = guard(listing, LIMITS)

    assert verdict.reasons == reasons
    assert verdict.removals_held == any(reason in REMOVAL_REASONS for reason in reasons)
    assert verdict.updates_held == any(reason in UPDATE_REASONS for reason in reasons)
    assert verdict.additions_held == (Reason.GROWN in reasons)


@pytest.mark.parametrize(
    ("days", "runs_before", "gone"),
    [
        pytest.param(0, 0, False, id="missing for the first time"),
        pytest.param(30, 1, False, id="long, but only twice"),
        pytest.param(6, 9, False, id="often, but not for seven days"),
        pytest.param(7, 2, True, id="seven days and three runs"),
    ],
)
def test_grace_needs_days_and_runs(days, runs_before, gone):
    since = NOW - timedelta(days=days) if runs_before else None

    assert retirable(absent(since, runs_before, NOW), NOW, LIMITS) is gone


@pytest.mark.parametrize(
    ("state", "approved", "newest", "verdict"),
    [
        ("needs-approval", False, True, Approval.GRANTED),
        ("needs-approval", False, False, Approval.STALE),
        ("finished", False, False, Approval.STALE),
        ("finished", False, True, Approval.NOT_ASKED),
        ("queued", True, True, Approval.REPEATED),
        ("finished", True, True, Approval.REPEATED),
        ("finished", True, False, Approval.REPEATED),
    ],
)
def test_an_approval_counts_once_and_for_the_newest_run(state, approved, newest, verdict):
    assert approval(state=state, approved=approved, newest=newest) == verdict


@pytest.mark.parametrize(
    ("violations", "confirmed", "set_by_us", "now_private", "private"),
    [
        pytest.param(0, True, None, None, False, id="new and valid"),
        pytest.param(1, True, None, None, True, id="new and invalid"),
        pytest.param(0, False, None, None, True, id="new, sensitivity unknown"),
        pytest.param(0, True, True, True, False, id="was invalid, is valid"),
        pytest.param(0, False, True, False, False, id="a person confirmed and published it"),
        pytest.param(0, True, False, True, True, id="a person made it private"),
        pytest.param(2, True, True, False, True, id="a person published it, but it is invalid"),
    ],
)
def test_who_may_see_a_dataset(violations, confirmed, set_by_us, now_private, private):
    found = visibility(
        violations=violations, confirmed=confirmed, set_by_us=set_by_us, now_private=now_private
    )

    assert found is private
