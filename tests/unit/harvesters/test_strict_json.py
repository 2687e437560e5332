"""JSON of strangers (section C of the threat model)."""

from __future__ import annotations

import json

import pytest

from migration_harvesters import strict_json
from migration_harvesters.errors import PayloadError


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"[" * 200_000, "deeply"),
        (b"[" * 150 + b"]" * 150, "deeply"),
        (b'{"a": [1, NaN]}', "/a/1: NaN"),
        (b'{"a": -Infinity}', "/a"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too long"),
        (b'{"r": {"private": true, "private": false}}', "twice"),
        (b'{"a": 1', "line 1"),
        (b"", "line 1"),
        (b"\xff\xfe{", "UTF-8"),
        (b'{"a": 1} x', "line 1"),
    ],
    ids=[
        "js04",
        "js04-less",
        "js05-nan",
        "js05-infinity",
        "js05-huge",
        "js05-digits",
        "js06",
        "cut",
        "empty",
        "bytes",
        "rest",
    ],
)
def test_js04_to_js06_what_cannot_be_trusted_is_refused_with_its_place(body, word):
    with pytest.raises(PayloadError) as refused:
        strict_json.loads(body)
    assert word in refused.value.message


def test_js06_a_flaw_costs_only_the_record_that_holds_it():
    rows = strict_json.parse(b'[{"id": "1", "x": NaN}, {"id": "2"}, {"id": "3", "id": "4"}]')
    assert rows[1] == {"id": "2"}
    strict_json.check(rows[1])
    for row in (rows[0], rows[2]):
        with pytest.raises(PayloadError):
            strict_json.check(row)


def test_js08_a_byte_order_mark_is_accepted():
    assert strict_json.loads(b"\xef\xbb\xbf" + '{"a": "é"}'.encode()) == {"a": "é"}


def test_js07_half_characters_can_be_written_again():
    value = strict_json.loads(rb'{"title": "\ud800 \u0000"}')
    assert json.loads(strict_json.canonical(value)) == value


def test_canonical_bytes_do_not_depend_on_the_order_of_keys():
    assert strict_json.canonical({"b": 1, "a": ["é"]}) == strict_json.canonical({"a": ["é"], "b": 1})
