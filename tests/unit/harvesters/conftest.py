"""Portals and readers for the tests of sources and mappers."""

from __future__ import annotations

import json

import pytest

from migration_harvesters import strict_json
from migration_harvesters.errors import HarvestError
from migration_harvesters.records import RawRecord, RemoteRef, SourceConfig
from migration_harvesters.replies import Reply


class Recorded:
    """Stands in the place of the client where only the order and the content of replies matter."""

    def __init__(self, *replies, default=None):
        self.replies = list(replies)
        self.default = default
        self.asked = []

    def post(self, url, body, *, media_type, params=None, accept=None, headers=None):
        return self.get(url, params={**(params or {}), "body": body.decode()})

    def get(self, url, *, params=None, accept=None, headers=None):
        self.asked.append((url, dict(params or {})))
        reply = self.replies.pop(0) if self.replies else self.default
        if isinstance(reply, Exception):
            raise reply
        if callable(reply):
            reply = reply(url, dict(params or {}))
        body, names = reply if isinstance(reply, tuple) else (reply, {})
        body = (
            body
            if isinstance(body, bytes)
            else body.encode()
            if isinstance(body, str)
            else json.dumps(body).encode()
        )
        return Reply(200, url, names, body)


class Read:
    """A listing, walked through to its end or to its error."""

    def __init__(self, listing):
        self.listing = listing
        self.pages, self.error = [], None
        try:
            for page in listing:
                self.pages.append(page)
        except HarvestError as error:
            self.error = error

    @property
    def items(self):
        return [item for page in self.pages for item in page.items]

    @property
    def ids(self):
        return [item.ref.id for item in self.items]

    @property
    def failures(self):
        return [(failure.remote_id, failure.error.code) for page in self.pages for failure in page.failures]

    @property
    def said(self):
        return " ".join(problem.message for problem in self.listing.problems)


@pytest.fixture
def recorded():
    return Recorded


@pytest.fixture
def read():
    return Read


@pytest.fixture
def config():
    def make(protocol="ckan", url="https://portal.example/", **options):
        return SourceConfig(url=url, protocol=protocol, options=options)

    return make


@pytest.fixture
def raw_package():
    def make(**package):
        ref = RemoteRef(package.setdefault("id", "id-1"), None, "https://portal.example/dataset/one")
        return RawRecord(ref, "ckan", strict_json.canonical(package))

    return make
