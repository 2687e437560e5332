"""Addresses, credentials, processes, and what a fault may say (threats SR-12)."""

from __future__ import annotations

import os
from typing import Any

import pytest

pytest.importorskip("ckan")
from ckanext.migration.search import client
from ckanext.migration.search.config import Address
from ckanext.migration.search.errors import IndexUnavailable


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://search", ("http://search:80", None, None)),
        ("https://search/", ("https://search:443", None, None)),
        ("http://search:9200/es/", ("http://search:9200/es", None, None)),
        ("http://a%2Bb:p%40ss@search:9200", ("http://search:9200", "a+b", "p@ss")),
        ("http://[::1]:9200", ("http://[::1]:9200", None, None)),
    ],
)
def test_addresses(url: str, expected: tuple[str, str | None, str | None]) -> None:
    assert client._host(url) == expected


@pytest.mark.parametrize("url", ["", "search:9200", "ftp://search", "http://", "http://search:port"])
def test_what_is_no_address_is_an_outage_not_a_crash(url: str) -> None:
    with pytest.raises(IndexUnavailable):
        client.engine(Address(url=url))


def test_an_address_is_shown_without_credentials() -> None:
    assert client.shown("http://user:secret@search:9200") == "http://search:9200"
    assert "secret" not in repr(
        Address(url="http://user:secret@search:9200", password="secret", api_key="key")
    )


def test_a_fault_names_no_address() -> None:
    engine = client.engine(Address(url="http://user:secret@127.0.0.1:9", timeout=2))
    with pytest.raises(IndexUnavailable) as caught:
        engine.version()
    assert "127.0.0.1" not in str(caught.value) + caught.value.detail
    assert "secret" not in str(caught.value) + caught.value.detail


def test_each_process_has_a_client_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    address = Address(url="http://search:9200")
    first: Any = client.engine(address)._client
    assert client.engine(address)._client is first
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert client.engine(address)._client is not first
