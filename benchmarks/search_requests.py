"""Search: `package_search` and the results page against the bare request to Elasticsearch, in one run.

For each query the body that CKAN's search sends is caught first. Then the action, the page and the
plain HTTP request with the very same body take turns, and who begins changes. The run stops
unless action and request find the same datasets in the same order, the same total and the same facet values;
of the page only its status is looked at.

    python benchmarks/search_requests.py CKAN_INI [number of queries]

CKAN_INI names a site filled with `search_catalogue.py`. Everybody searches as a visitor without a name.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
import search_catalogue
from ckan import model
from ckan.cli.cli import CtxObject

FACETS = ("organization", "country", "migration_theme", "frequency", "res_format", "license_id")
TARGETS = {"action": 1.5, "page": 3.0}
ROWS = 20
WARM = 20


class Bare:
    """Elasticsearch over one kept connection, without any client library."""

    def __init__(self, address: str, index: str) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        self._path = f"{parts.path.rstrip('/')}/{index}/_search"

    def search(self, body: bytes) -> dict[str, Any]:
        """Post a request, read and decode the answer."""
        self._connection.request("POST", self._path, body, {"Content-Type": "application/json"})
        return dict(json.loads(self._connection.getresponse().read()))


@contextmanager
def caught() -> Iterator[list[dict[str, Any]]]:
    """Keep the bodies that this process sends to the engine."""
    from ckanext.migration.search import client  # noqa: PLC0415 - needs CKAN's configuration

    bodies: list[dict[str, Any]] = []
    original = client.Engine.search

    def search(self: Any, index: str | None, body: Any) -> Any:
        bodies.append(dict(body))
        return original(self, index, body)

    client.Engine.search = search
    try:
        yield bodies
    finally:
        client.Engine.search = original


def queries(number: int) -> list[str]:
    """One to three words, the same ones in every run."""
    rng = random.Random(search_catalogue.SEED + 1)  # noqa: S311 - the same words for everybody
    known = f"{search_catalogue.ENGLISH} {search_catalogue.FRENCH}".split()
    return [" ".join(rng.sample(known, rng.choice((1, 1, 2, 2, 3)))) for _ in range(number)]


def action(text: str) -> dict[str, Any]:
    """Search as the API does for a visitor."""
    asked = {"q": text, "rows": ROWS, "facet.field": list(FACETS), "facet.limit": 50}
    return dict(tk.get_action("package_search")({"user": "", "ignore_auth": False}, asked))


def equal(found: dict[str, Any], bare: dict[str, Any]) -> None:
    """Stop unless both answers tell the same."""
    hits = bare["hits"]
    assert found["count"] == hits["total"]["value"], (found["count"], hits["total"])
    ids = [each["id"] for each in found["results"]]
    # CKAN asks for one hit more than it shows, to know whether there is a next page
    assert ids == [each["_source"]["id"] for each in hits["hits"]][:ROWS]
    # not equal: of several languages the action shows the reader's
    marked = {hit["_source"]["id"] for hit in hits["hits"] if "<mark>" in str(hit.get("highlight"))}
    assert set(found["highlighting"]) <= marked
    for position, name in enumerate(FACETS):
        buckets = bare["aggregations"][f"f{position}"]["buckets"]
        counted = {str(each["key"]): each["doc_count"] for each in buckets}
        assert found["facets"][name] == counted, name


def clock(work: Callable[[], Any]) -> tuple[float, Any]:
    """Take the time of a piece of work, in milliseconds."""
    begun = time.perf_counter()
    answer = work()
    return (time.perf_counter() - begun) * 1000, answer


def percentile(times: list[float], part: float) -> float:
    """Return the time within which a part of all requests came back."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def compare(
    work: Callable[[str], Any], bare: Bare, texts: list[str], *, check: bool
) -> tuple[list[float], list[float]]:
    """Let both sides take turns over all queries."""
    ours, theirs = [], []
    for turn, text in enumerate(texts):
        with caught() as bodies:
            work(text)
        assert len(bodies) == 1, f"{len(bodies)} requests for one search"
        body = json.dumps(bodies[0]).encode()
        sides = [(ours, lambda text=text: work(text)), (theirs, lambda body=body: bare.search(body))]
        answers = {}
        for times, side in sides if turn % 2 else sides[::-1]:
            taken, answers[id(times)] = clock(side)
            if turn >= WARM:
                times.append(taken)
        if check:
            equal(answers[id(ours)], answers[id(theirs)])
        model.Session.remove()
    return ours, theirs


def main() -> None:
    """Run both comparisons and print the ratios."""
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    logging.disable(logging.WARNING)
    site = CtxObject(sys.argv[1])
    from ckanext.migration.search import config  # noqa: PLC0415 - needs CKAN's configuration

    bare = Bare(tk.config["solr_url"], config.alias())
    texts = queries(number + WARM)
    pages = site.app._wsgi_app.test_client()

    def page(text: str) -> None:
        answer = pages.get("/dataset/", query_string={"q": text})
        assert answer.status_code == 200, answer.status

    with site.app._wsgi_app.test_request_context():
        found = {"action": compare(action, bare, texts, check=True)}
    found["page"] = compare(page, bare, texts[: WARM + number // 4], check=False)
    print(
        f"{number} searches, same datasets, totals and facets; {len(found['page'][0])} pages, not compared;"
    )
    print(f"load {os.getloadavg()[0]:.1f}")
    print(f"{'':8}{'':5}{'CKAN ms':>10}{'engine ms':>12}{'ratio':>8}{'target':>8}")
    for name, (ours, theirs) in found.items():
        for part in (0.5, 0.99):
            one, other = percentile(ours, part), percentile(theirs, part)
            label = f"p{part * 100:.0f}"
            print(f"{name:8}{label:5}{one:10.1f}{other:12.1f}{one / other:7.2f}x{TARGETS[name]:7.1f}x")


if __name__ == "__main__":
    main()
