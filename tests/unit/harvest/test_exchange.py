"""Sources as YAML: what is written is read back; what is wrong with a file is said by name (CF-01, CF-02)."""

from __future__ import annotations

import pytest

from ckanext.migration.harvest import exchange

SOURCE = {
    "id": "1",
    "name": "hdx",
    "title": "HDX – données",
    "url": "https://data.humdata.org",
    "protocol": "ckan",
    "organization": {"id": "an-id", "name": "ocha", "title": "OCHA"},
    "options": {"tags": ["displacement"], "default_sensitivity": "low"},
    "credential": "HARVEST_KEY_HDX",
    "allow_private": False,
    "state": "active",
    "last_run": {"id": "r"},
}


def test_what_is_written_is_read_back():
    text = exchange.dump([SOURCE])

    read = exchange.load(text)

    assert set(read) == {"hdx"}
    assert exchange.different(SOURCE, read["hdx"]) == []
    assert "HDX – données" in text
    assert "last_run" not in text


def test_what_a_file_wants_otherwise_is_named():
    wanted = {"title": "Other", "organization": "an-id", "url": SOURCE["url"], "options": {}}

    assert exchange.different(SOURCE, wanted) == ["title", "options"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "not YAML"),
        ("- a", "needs “sources:”"),
        ("sources: [a]", "needs “sources:”"),
        ("sources: {hdx: ckan}", "hdx: expected settings"),
        ("sources: {hdx: {password: x}}", "hdx: there is no setting password"),
    ],
)
def test_cf_01_what_is_wrong_with_a_file_is_said(text, words):
    with pytest.raises(ValueError, match=words):
        exchange.load(text)
