"""The example partners, served over loopback for the tests of this folder."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rdflib import DCAT, RDF, Graph

sys.path.insert(0, str(Path(__file__).parent))

from example_partners import EXAMPLES, RDF_PORTALS, Described, Flaw, from_graph, from_package, get, walk


@pytest.fixture(scope="session")
def partners() -> Iterator[str]:
    import serve  # noqa: PLC0415 - importable once example_partners has been read

    server = serve.make_server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def packages(partners: str) -> list[dict[str, Any]]:
    _, body = get(f"{partners}/portal/displacement/api/3/action/package_search?rows=1000")
    packages: list[dict[str, Any]] = json.loads(body)["result"]["results"]
    return packages


@pytest.fixture(scope="session")
def pages(partners: str) -> dict[str, list[Graph]]:
    """Every page of the three DCAT portals, found by following the links."""
    return {
        name: walk(f"{partners}/portal/{name}/catalog.{RDF_PORTALS[name][0]}", name) for name in RDF_PORTALS
    }


@pytest.fixture(scope="session")
def described(packages: list[dict[str, Any]], pages: dict[str, list[Graph]]) -> list[Described]:
    return [from_package(package) for package in packages] + [
        from_graph(name, graph, subject)
        for name, graphs in pages.items()
        for graph in graphs
        for subject in graph.subjects(RDF.type, DCAT.Dataset)
    ]


@pytest.fixture(scope="session")
def demo() -> dict[str, Any]:
    demo: dict[str, Any] = yaml.safe_load((EXAMPLES / "demo.yaml").read_text(encoding="utf-8"))
    return demo


@pytest.fixture(scope="session")
def flaws() -> list[Flaw]:
    found = []
    for line in (EXAMPLES / "IMPERFECT.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            found.append(Flaw(cells[0], cells[1], cells[3], cells[4]))
    return found
