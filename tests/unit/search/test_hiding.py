"""Which changes of a document take something out of somebody's sight."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.migration.search.delivery import hiding

OLD: dict[str, Any] = {
    "id": "1",
    "title": "Rivers",
    "capacity": "private",
    "state": "active",
    "owner_org": "a",
    "permission_labels": ["member-a", "creator-u"],
    "sensitivity_level": "low",
    "contact_name": "Zebedee",
    "x": {"village": "Zzyzx"},
}
PUBLIC = {**OLD, "capacity": "public", "permission_labels": ["public"]}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Lakes"},
        {"notes": "Of Africa."},
        {"x": {"village": "Zzyzx", "town": "Zzyzx"}},
        {"x": {"village": "Elsewhere"}},
        {"permission_labels": ["creator-u", "collaborator-1", "member-a"]},
        {"indexed_ts": "2026-01-01T00:00:00Z"},
    ],
)
def test_other_words_and_more_readers_hide_nothing(change: dict[str, Any]) -> None:
    assert not hiding.hides(OLD, {**OLD, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"state": "draft"},
        {"state": "deleted"},
        {"owner_org": "b"},
        {"owner_org": None},
        {"permission_labels": ["member-a"]},
        {"permission_labels": "creator-u"},
        {"sensitivity_level": "high"},
        {"x": {}},
        {"x": None},
    ],
)
def test_lk_20_fewer_readers_or_fields_hide_something(change: dict[str, Any]) -> None:
    assert hiding.hides(OLD, {**OLD, **change})


def test_lk_20_a_dataset_that_becomes_private_or_loses_a_field_hides_something() -> None:
    assert hiding.hides(PUBLIC, OLD)
    assert hiding.hides(PUBLIC, {name: value for name, value in PUBLIC.items() if name != "contact_name"})
