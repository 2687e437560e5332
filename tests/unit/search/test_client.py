"""Addresses, credentials, processes, and what a fault may say (threats SR-12)."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import elastic_transport
import elasticsearch
import pytest

import loopback

pytest.importorskip("ckan")
from ckanext.migration.search import client, transport
from ckanext.migration.search.config import Address
from ckanext.migration.search.errors import IndexUnavailable, IndexUntrusted, SearchFault


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
    assert transport._parts(url) == expected


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
    first = client.engine(address)
    assert client.engine(address) is first
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert client.engine(address) is not first


def test_a_file_of_certificates_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(IndexUntrusted, match="certificate authority cannot be read") as caught:
        client.engine(Address(url="https://search:9200", ca_certs=str(tmp_path / "none.pem")))
    assert "ca_certs" in caught.value.remedy


def refusal(status: int, kind: str = "", *, root: str = "") -> SearchFault:
    meta = elastic_transport.ApiResponseMeta(
        status,
        "1.1",
        elastic_transport.HttpHeaders(),
        0.1,
        elastic_transport.NodeConfig("http", "search", 9200),
    )
    body = {"error": {"type": kind, "root_cause": [{"type": root or kind}]}} if kind else "<html>"
    return transport._refusal(elasticsearch.ApiError("said", meta, body))


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, "parsing_exception", "search-syntax"),
        (401, "security_exception", "search-forbidden"),
        (403, "security_exception", "search-forbidden"),
        (403, "cluster_block_exception", "search-unavailable"),
        (404, "index_not_found_exception", "search-index-missing"),
        (404, "", "search-unavailable"),
        (413, "", "search-too-large"),
        (429, "cluster_block_exception", "search-unavailable"),
        (429, "circuit_breaking_exception", "search-busy"),
        (429, "es_rejected_execution_exception", "search-busy"),
        (503, "search_phase_execution_exception", "search-unavailable"),
        (502, "", "search-unavailable"),
    ],
)
def test_each_refusal_of_the_engine_is_told_apart(status: int, kind: str, code: str) -> None:
    found = refusal(status, kind)
    assert found.code == code
    assert "said" not in found.message
    assert "search:9200" not in found.message + found.detail


def test_too_many_clauses_are_the_query_s_fault() -> None:
    assert (
        refusal(400, "search_phase_execution_exception", root="too_many_nested_clauses").code
        == "search-syntax"
    )


def test_a_node_that_is_gone_is_passed_over() -> None:
    told = json.dumps({"version": {"number": "8.19.13"}})
    head = "HTTP/1.1 200 OK\r\nX-Elastic-Product: Elasticsearch\r\nContent-Type: application/json\r\n"

    def answer(connection: socket.socket, _request: loopback.Request) -> None:
        connection.sendall(f"{head}Content-Length: {len(told)}\r\nConnection: close\r\n\r\n{told}".encode())

    with loopback.serving(answer) as server:
        gone, here = "http://127.0.0.1:9", server.url
        for address in (
            Address(url=gone, nodes=(here,), timeout=2),
            Address(url=here, nodes=(gone,), timeout=2),
        ):
            engine = client.engine(address)
            assert [engine.version() for _ in range(6)] == ["8.19.13"] * 6
        with pytest.raises(IndexUnavailable):
            client.engine(Address(url=gone, nodes=("http://127.0.0.1:10",), timeout=2)).version()


def test_half_of_a_pair_in_an_answer_is_read() -> None:
    assert transport._AnswerSerializer().loads(b'{"title": "\\ud83d", "n": 1.5}') == {
        "title": "\ud83d",
        "n": 1.5,
    }
    with pytest.raises(elastic_transport.SerializationError):
        transport._AnswerSerializer().loads(b'{"title": ')


def test_scores_are_those_of_the_order() -> None:
    hits = [{"_score": None, "sort": [2.5, "b"]}, {"_score": None, "sort": [1.0, "a"]}]
    body = {"sort": [{"_score": {"order": "desc"}}, {"id": "asc"}]}
    answer = client._scored(body, {"hits": {"hits": hits}})
    assert [hit["_score"] for hit in answer["hits"]["hits"]] == [2.5, 1.0]
    other = {"hits": {"hits": [{"_score": 3.0, "sort": ["a"]}]}}
    assert (
        client._scored({"sort": [{"id": "asc"}], "track_scores": True}, other)["hits"]["hits"][0]["_score"]
        == 3.0
    )
