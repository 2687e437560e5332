"""The example partners: complete, readable by the standards' own parsers, true to their publishers."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from example_partners import EXAMPLES, HOSTS, HYDRA, RDF_PORTALS, Described, Flaw, get
from rdflib import DCAT, DCTERMS, RDF, Graph, URIRef

from migration_schemas import validate_record
from migration_schemas.record import from_package

# What is there


def test_there_are_enough_records_publishers_and_languages(described: list[Described]) -> None:
    assert len(described) >= 84
    assert len({record.publisher for record in described}) >= 10
    languages = Counter(language for record in described for language, _ in record.titles)
    assert {"en", "fr", "es", "ar"} <= languages.keys()
    assert min(languages.values()) >= 5
    assert set(Counter(record.portal for record in described)) == {"displacement", *RDF_PORTALS}


def test_no_two_records_share_a_title_or_an_identifier(described: list[Described]) -> None:
    titles = Counter(title for record in described for title in record.titles)
    assert [title for title, count in titles.items() if count > 1] == []
    names = Counter(record.id for record in described)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_landing_page_is_the_publishers_own(described: list[Described], flaws: list[Flaw]) -> None:
    for record in described:
        address = urlsplit(record.landing_page)
        assert address.scheme in {"http", "https"}, record
        assert address.hostname in HOSTS[record.publisher], record
    assert {record.publisher for record in described} == set(HOSTS)


def test_some_are_by_request_and_some_have_no_file(described: list[Described], packages: list[Any]) -> None:
    assert sum(package["is_requestdata_type"] for package in packages) >= 1
    assert sum(record.resources == 0 for record in described) >= 2


def test_portals_are_small(described: list[Described]) -> None:
    size = sum(file.stat().st_size for file in (EXAMPLES / "portals").rglob("*") if file.is_file())
    assert size < 2_000_000


# CKAN


def test_ckan_envelope_and_paging(partners: str, packages: list[dict[str, Any]]) -> None:
    action = f"{partners}/portal/displacement/api/3/action/"
    seen: list[str] = []
    for start in range(0, len(packages) + 10, 10):
        headers, body = get(f"{action}package_search?rows=10&start={start}&sort=id+asc")
        assert headers["Content-Type"].startswith("application/json")
        reply = json.loads(body)
        assert reply["success"] is True
        assert reply["result"]["count"] == len(packages)
        seen += [package["id"] for package in reply["result"]["results"]]
    assert seen == sorted(package["id"] for package in packages)
    assert json.loads(get(action + "package_list")[1])["result"] == sorted(
        package["name"] for package in packages
    )
    assert json.loads(get(action + "site_read")[1])["result"] is True
    assert json.loads(get(action + "status_show")[1])["result"]["ckan_version"]
    one = json.loads(get(f"{action}package_show?id={packages[0]['name']}")[1])["result"]
    assert one["organization"]["name"] == packages[0]["organization"]["name"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fq=organization:idmc&rows=100", {"idmc"}),
        ("fq=%2Borganization:(%22idmc%22+OR+%22iom-dtm%22)&rows=100", {"idmc", "iom-dtm"}),
        ("q=missing+migrants&rows=100", {"iom-missing-migrants"}),
    ],
)
def test_ckan_filters(partners: str, query: str, expected: set[str]) -> None:
    _, body = get(f"{partners}/portal/displacement/api/3/action/package_search?{query}")
    assert {package["organization"]["name"] for package in json.loads(body)["result"]["results"]} == expected


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ("package_show?id=nothing", 404),
        ("organization_show?id=nothing", 404),
        ("package_create", 400),
        ("package_search?rows=many", 409),
        ("package_search?fq=nonsense:(", 409),
    ],
)
def test_ckan_refuses_in_the_apis_own_envelope(partners: str, call: str, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{partners}/portal/displacement/api/3/action/{call}")
    with refused.value as reply:
        assert reply.code == status
        envelope = json.loads(reply.read())
    assert envelope["success"] is False
    assert envelope["error"]["message"]


# DCAT


@pytest.mark.parametrize("portal", RDF_PORTALS)
def test_dcat_pages_are_complete(pages: dict[str, list[Graph]], portal: str) -> None:
    graphs = pages[portal]
    assert len(graphs) >= 3
    totals = {
        int(str(total)) for graph in graphs for total in graph.objects(None, URIRef(HYDRA + "totalItems"))
    }
    listed = {node for graph in graphs for node in graph.objects(None, DCAT.dataset)}
    datasets = [node for graph in graphs for node in graph.subjects(RDF.type, DCAT.Dataset)]
    assert totals == {len(listed)}
    assert len(datasets) == len(set(datasets))
    assert set(datasets) <= listed


def test_each_stored_rdf_file_parses_alone() -> None:
    files = [file for suffix, _ in RDF_PORTALS.values() for file in EXAMPLES.rglob(f"*.{suffix}")]
    formats = {f".{suffix}": name for suffix, name in RDF_PORTALS.values()}
    assert len(files) >= 28
    for file in files:
        graph = Graph().parse(file, format=formats[file.suffix], publicID="http://127.0.0.1:5050/")
        assert len(graph) > 3, file


def test_the_turtle_portal_speaks_the_registrys_terms(pages: dict[str, list[Graph]]) -> None:
    sensitivity = URIRef("https://w3id.org/dpv#hasSensitivityLevel")
    for graph in pages["protection"]:
        for subject in graph.subjects(RDF.type, DCAT.Dataset):
            assert list(graph.objects(subject, sensitivity)), subject


def test_rdf_xml_says_the_next_page_in_a_header_too(partners: str) -> None:
    headers, body = get(f"{partners}/portal/statistics/catalog.rdf")
    assert headers["Content-Type"].startswith("application/rdf+xml")
    assert headers["Link"] == f'<{partners}/portal/statistics/catalog.rdf?page=2>; rel="next"'
    assert b"http://127.0.0.1:5050" not in body


def test_a_single_turtle_record(partners: str) -> None:
    headers, body = get(f"{partners}/portal/protection/dataset/statelessness-statistics.ttl")
    assert headers["Content-Type"].startswith("text/turtle")
    graph = Graph().parse(data=body, format="turtle")
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert len(list(graph.objects(dataset, DCTERMS.title))) == 3


# HTTP


@pytest.mark.parametrize(
    "path",
    [
        "displacement/api/3/action/package_search",
        "protection/catalog.ttl",
        "statistics/catalog.rdf?page=2",
        "regions/catalog.jsonld",
    ],
)
def test_unchanged_pages_answer_304(partners: str, path: str) -> None:
    address = f"{partners}/portal/{path}"
    headers, _ = get(address)
    for condition in ({"If-None-Match": headers["ETag"]}, {"If-Modified-Since": headers["Last-Modified"]}):
        with pytest.raises(urllib.error.HTTPError) as unchanged:
            get(address, **condition)
        assert unchanged.value.code == 304
        unchanged.value.close()


def test_index_names_every_portal(partners: str) -> None:
    headers, body = get(partners + "/")
    assert headers["Content-Type"].startswith("text/html")
    for name in ("displacement", *RDF_PORTALS):
        assert f'href="/portal/{name}/"'.encode() in body
        assert b"<h1>" in get(f"{partners}/portal/{name}/")[1]


@pytest.mark.parametrize(
    "path",
    [
        "/portal/none/",
        "/nothing",
        "/portal/protection/catalog.ttl?page=99",
        "/portal/protection/dataset/..%2Fx.ttl",
    ],
)
def test_unknown_addresses_answer_404(partners: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        get(partners + path)
    assert missing.value.code == 404
    missing.value.close()


def test_the_command_starts_at_once_and_stops_gracefully() -> None:
    command = [sys.executable, str(EXAMPLES / "serve.py"), "--port", "0"]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert time.monotonic() - began < 30
        assert get(line.split()[-1])[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_taken_port_is_one_sentence(partners: str) -> None:
    port = urlsplit(partners).port
    command = [sys.executable, str(EXAMPLES / "serve.py"), "--port", str(port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 1
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr


# What the demo registers


def test_demo_knows_every_publisher(described: list[Described], demo: dict[str, Any], pages: Any) -> None:
    organizations = {entry["name"] for entry in demo["organizations"]}
    assert len(organizations) == len(demo["organizations"]) >= 10
    named = {record.publisher for record in described if record.portal == "displacement"}
    addresses = {
        str(publisher)
        for graphs in pages.values()
        for graph in graphs
        for dataset in graph.subjects(RDF.type, DCAT.Dataset)
        for publisher in graph.objects(dataset, DCTERMS.publisher)
    }
    known: dict[str, str] = {}
    for source in demo["sources"]:
        assert source["organization"] in organizations
        assert source["protocol"] in {"ckan", "dcat"}
        assert source["allow_private_address"] is True
        known |= source["options"]["publisher_organizations"]
    assert named | addresses == known.keys()
    assert set(known.values()) == organizations


def test_demo_people_can_log_in(demo: dict[str, Any]) -> None:
    organizations = {entry["name"] for entry in demo["organizations"]}
    for user in demo["users"]:
        assert len(user["password"]) >= 8
        assert user["password"].startswith("demo-")
        assert user["email"].endswith("@demo.example.org")
        for role in user.get("roles", []):
            assert role["organization"] in organizations
            assert role["capacity"] in {"admin", "editor", "member"}
    assert [user["name"] for user in demo["users"] if user.get("sysadmin")] == ["admin"]


def test_about_one_record_in_ten_is_imperfect(described: list[Described], flaws: list[Flaw]) -> None:
    assert 0.07 <= len(flaws) / len(described) <= 0.16
    assert {flaw.outcome for flaw in flaws} == {"invalid", "warning", "unreadable", "valid"}
    ids = {(record.portal, record.id) for record in described}
    listed_only = [flaw for flaw in flaws if (flaw.portal, flaw.record) not in ids]
    assert [flaw.record for flaw in listed_only] == ["eurostat-dublin-requests"]


def test_needs_of_the_demo_can_be_published_by_agencies_of_the_demo(demo: dict[str, Any]) -> None:
    organizations = {entry["name"] for entry in demo["organizations"]}
    for need in demo["needs"]:
        assert need["owner_org"] in organizations
        answers = [
            address.replace("{site}", "https://registry.example.org")
            for address in need.get("answered_by", ())
        ]
        report = validate_record(from_package({**need, "type": "data-need", "answered_by": answers}))
        # who needs the data is the agency, which the registry fills in
        assert [finding.rule for finding in report.findings] == ["need-publisher-recommended"], need["name"]
