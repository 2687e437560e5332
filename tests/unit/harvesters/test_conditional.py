"""A list is asked for on a condition only where an unchanged answer proves that all of it is unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from migration_harvesters.conditional import Condition, Conditional, NotModified
from migration_harvesters.errors import SourceRefused
from migration_harvesters.replies import Reply

URL = "https://partner.example/catalogue"
ETAG = {"etag": '"one"'}
MONDAY = "Mon, 23 Nov 2026 08:00:00 GMT"


class Partner:
    """Answers with the same headers, and with 304 to whoever asks with a condition."""

    def __init__(self, **headers: str) -> None:
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.asked: list[dict[str, str]] = []
        self.lies = False

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        self.asked.append(dict(headers or {}))
        if self.lies or "If-None-Match" in self.asked[-1] or "If-Modified-Since" in self.asked[-1]:
            raise SourceRefused("The partner answers with status 304.", status=304)
        return Reply(200, url, self.headers, b"[]")


def read(asks: Conditional, known: Condition | None = None, *urls: str, **more: Any) -> Condition | None:
    asks.begin(known)
    for url in urls or (URL,):
        asks.get(url, **more)
    return asks.condition


def test_an_unchanged_list_is_not_read_again():
    partner = Partner(etag='"one"')
    asks = Conditional(partner)
    known = read(asks, headers={"Authorization": "key"})
    with pytest.raises(NotModified):
        read(asks, known, headers={"Authorization": "key"})

    assert partner.asked == [{"Authorization": "key"}, {"Authorization": "key", "If-None-Match": '"one"'}]


def test_a_list_of_several_pages_has_no_condition():
    assert read(Conditional(Partner(etag='"one"')), None, URL, f"{URL}?page=2") is None


@pytest.mark.parametrize("other", [{"params": {"rows": "10"}}, {"accept": "text/turtle"}])
def test_another_question_is_asked_without_the_condition(other):
    partner = Partner(etag='"one"')
    asks = Conditional(partner)
    known = read(asks)

    assert read(asks, known, **other) is not None
    assert partner.asked[-1] == {}


def test_a_later_request_is_never_conditional():
    partner = Partner(etag='"one"')
    asks = Conditional(partner)
    known = read(asks)
    read(asks, known, f"{URL}/other", URL)

    assert partner.asked == [{}, {}, {}]


@pytest.mark.parametrize(
    ("headers", "provable"),
    [
        ({}, False),
        ({"last_modified": MONDAY, "date": "Mon, 23 Nov 2026 08:01:00 GMT"}, True),
        ({"last_modified": MONDAY, "date": "Mon, 23 Nov 2026 08:00:59 GMT"}, False),
        ({"last_modified": MONDAY}, False),
        ({"last_modified": "yesterday", "date": MONDAY}, False),
        ({"etag": 'W/"one"'}, True),
        ({"etag": '"' + "x" * 2000 + '"'}, False),
        ({"etag": '"one"\r\nX-Other: 1'}, False),
        ({"etag": '"é"'}, False),
    ],
)
def test_what_proves_a_version(headers, provable):
    found = read(Conditional(Partner(**headers)))

    assert (found is not None) == provable


def test_304_to_a_question_without_a_condition_is_a_refusal():
    partner = Partner(etag='"one"')
    partner.lies = True
    with pytest.raises(SourceRefused):
        read(Conditional(partner))


def test_a_condition_is_stored_and_read_back():
    found = read(Conditional(Partner(**ETAG)))
    assert found is not None
    assert Condition(**found.as_dict()) == found
