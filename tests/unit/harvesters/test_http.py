"""The client against real sockets, by the case numbers of the threat model (section A)."""

# ruff: noqa: E501, S104 - tables of cases read best one case a line; the addresses are never bound

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from loopback import Server, always, answer, in_turn, serving
from migration_harvesters import addresses, urls
from migration_harvesters.errors import SourceRefused, SourceUnavailable
from migration_harvesters.http import Http, Limits

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def client(**options):
    clock = Clock()
    limits = options.pop("limits", Limits(gap=0))
    options = {
        "allow_private": True,
        "limits": limits,
        "clock": clock,
        "sleep": clock.sleep,
        "now": lambda: NOW,
    } | options
    http = Http(**options)
    return http, clock


def resolving(*answers):
    """A resolver with the given addresses, one tuple per call; it counts its calls."""
    calls: list[str] = []

    def resolve(host, port, **_):
        found = answers[min(len(calls), len(answers) - 1)]
        calls.append(host)
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port),
            )
            for address in found
        ]

    return resolve, calls


INNER_URLS = [
    "http://127.0.0.1:9200/",
    "http://[::1]/",
    "http://localhost",
    "http://0.0.0.0",
    "http://2130706433/",
    "http://0x7f.1",
    "http://127.1",
]


@pytest.mark.parametrize("url", INNER_URLS)
def test_ht01_inner_addresses_are_refused_with_one_message(url):
    http, _ = client(allow_private=False)
    with pytest.raises(SourceRefused) as refused:
        http.get(url)
    assert refused.value.code == "address-refused"
    assert "not one on the open internet" in str(refused.value)


def test_ht01_open_and_closed_ports_cannot_be_told_apart():
    with serving(always(answer(b"x"))) as server:
        http, _ = client(allow_private=False)
        messages = []
        for port in (server.port, 1):
            with pytest.raises(SourceRefused) as refused:
                http.get(f"http://127.0.0.1:{port}/")
            messages.append(str(refused.value))
    assert messages[0] == messages[1]
    assert not server.requests


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1", "::ffff:7f00:1", "2002:7f00:1::", "64:ff9b::7f00:1", "fe80::1%lo", "fec0::1", "100.64.0.1",
        "169.254.169.254", "240.0.0.1", "224.0.0.1", "0.0.0.0", "255.255.255.255", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "192.0.2.1", "198.18.0.1", "192.88.99.1", "::", "::1", "ff02::1", "fc00::1", "2001:db8::1", "2001::1", "5f00::1", "no",
    ],
)  # fmt: skip
def test_ht02_address_is_not_on_the_open_internet(address):
    assert not addresses.allowed(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001:81b::200e"]
)
def test_ht02_addresses_of_the_open_internet_are_allowed(address):
    assert addresses.allowed(address)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "::1", "fd00::5", "::ffff:10.0.0.1", "100.64.3.2"]
)
def test_ht02_an_administrator_may_open_inner_addresses(address):
    assert addresses.allowed(address, allow_private=True)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1", "2002:7f00:1::"])
def test_ht02_some_stay_shut_even_then(address):
    assert not addresses.allowed(address, allow_private=True)


def test_ht03_a_name_is_resolved_once_per_connection():
    resolve, calls = resolving(["93.184.216.34"], ["127.0.0.1"])
    with serving(always(answer(b"secret"))) as server:
        http, _ = client(allow_private=False, resolver=resolve, limits=Limits(gap=0, connect=0.2, attempts=1))
        with pytest.raises(SourceUnavailable):
            http.get(f"http://rebind.example:{server.port}/")
        assert calls == ["rebind.example"]
        with pytest.raises(SourceRefused):
            http.get(f"http://rebind.example:{server.port}/")
    assert not server.requests


def test_ht04_a_redirect_to_an_inner_address_is_refused_and_names_only_the_first_host():
    with serving(always(answer(b"inner"))) as inner:
        location = f"http://localhost:{inner.port}/admin"
        with serving(always(answer(b"", "302 Found", Location=location))) as server:
            http, _ = client()
            with pytest.raises(SourceRefused) as refused:
                http.get(server.url)
    assert not inner.requests
    assert refused.value.code == "address-refused"


@pytest.mark.parametrize(
    "location", ["file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://x/", "//user:pw@127.0.0.1/"]
)
def test_ht04_redirects_to_other_schemes_are_refused(location):
    with serving(always(answer(b"", "301 Moved", Location=location))) as server:
        http, _ = client()
        with pytest.raises(SourceRefused):
            http.get(server.url)
    assert len(server.requests) == 1


def test_ht04_a_redirect_to_itself_ends_after_five_hops():
    with serving(always(answer(b"", "302 Found", Location="/"))) as server:
        http, _ = client()
        with pytest.raises(SourceRefused, match="redirects too often"):
            http.get(server.url)
    assert len(server.requests) == 6


def test_ht05_of_two_addresses_only_the_allowed_one_is_tried():
    resolve, _ = resolving(["10.0.0.1", "169.254.169.254", "127.0.0.1"])
    tried = []

    class Spy(socket.socket):
        def connect(self, address):
            tried.append(address[0])
            raise OSError("no network in this test")

    original, socket.socket = socket.socket, Spy
    try:
        http, _ = client(resolver=resolve, limits=Limits(gap=0, attempts=1))
        with pytest.raises(SourceUnavailable):
            http.get("http://partner.example/")
    finally:
        socket.socket = original
    assert tried == ["10.0.0.1", "127.0.0.1"]


def test_ht06_proxies_of_the_environment_are_not_used(monkeypatch):
    with serving(always(answer(b"proxy"))) as proxy, serving(always(answer(b"partner"))) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        http, _ = client()
        assert http.get(server.url).body == b"partner"
    assert not proxy.requests


def test_ht07_credentials_in_the_address_are_refused_and_not_repeated():
    http, _ = client()
    with pytest.raises(SourceRefused) as refused:
        http.get("http://user:secret@partner.example/")
    assert refused.value.code == "credentials-in-address"
    assert "secret" not in f"{refused.value} {refused.value.detail} {refused.value.remedy}"


@pytest.mark.parametrize(
    "url",
    [
        "gopher://x/", "dict://x/", "jar:http://x!/", "data:,x", "//x/", "httpfoo:/etc/passwd", "/etc/passwd", "./x", "", "http://",
        "http:///x", "http://x:99999/", "http://x y/", "http://[::1/", "http://x/\r\nHost: y", "http://x\\@y/", "http://x/" + "a" * 5000,
    ],
)  # fmt: skip
def test_ht08_only_web_addresses_are_read(url):
    http, _ = client()
    with pytest.raises(SourceRefused):
        http.get(url)


def test_ht09_what_was_sent_for_one_host_is_not_told_to_another():
    with serving(always(answer(b"other"))) as other:
        location = f"http://127.0.0.1:{other.port}/"
        with serving(always(answer(b"", "302 Found", Location=location, Set_Cookie="session=1"))) as server:
            http, _ = client()
            secrets = {
                "Authorization": "key",
                "X-API-Key": "key",
                "X-CKAN-API-Key": "key",
                "Cookie": "session=1",
            }
            http.get(server.url, headers=secrets, accept="text/turtle")
    assert server.requests[0].headers["x-ckan-api-key"] == "key"
    assert not {name.lower() for name in secrets} & set(other.requests[0].headers)
    assert other.requests[0].headers["accept"] == "text/turtle"


def test_ht09_no_cookie_is_kept():
    with serving(always(answer(b"x", Set_Cookie="session=1"))) as server:
        http, _ = client()
        http.get(server.url)
        http.get(server.url)
    assert "cookie" not in server.requests[1].headers


def test_ht12_a_silent_server_is_asked_three_times():
    with serving(lambda connection, request: time.sleep(2)) as server:
        http, clock = client(limits=Limits(gap=0, read=0.1))
        with pytest.raises(SourceUnavailable, match="does not answer in time"):
            http.get(server.url)
    assert len(server.requests) == 3
    assert clock.slept == [1.0, 2.0]


@pytest.mark.parametrize("place", ["headers", "body", "chunk"])
def test_ht13_a_dripping_server_is_cut_off(place):
    head = b"HTTP/1.1 200 OK\r\n"
    start = {
        "headers": head + b"X-Slow: ",
        "body": head + b"Content-Length: 100000\r\n\r\n",
        "chunk": head + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n",
    }[place]

    def drip(connection, request):
        connection.sendall(start)
        for _ in range(1_000):
            time.sleep(0.05)
            connection.sendall(b"x")

    with serving(drip) as server:
        http, _ = client(limits=Limits(gap=0, total=0.4, attempts=1), clock=time.monotonic)
        begun = time.monotonic()
        with pytest.raises(SourceUnavailable, match="too slowly"):
            http.get(server.url)
    assert time.monotonic() - begun < 25  # the partner would take 50


def test_ht13_a_drip_without_length_does_not_pass_for_a_whole_reply():
    def drip(connection, request):
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(b"x")

    with serving(drip) as server:
        http, _ = client(limits=Limits(gap=0, total=0.4, attempts=1), clock=time.monotonic)
        with pytest.raises(SourceUnavailable, match="too slowly"):
            http.get(server.url)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
        b"not http",
        b"",
    ],
    ids=["length", "chunk", "no-last-chunk", "wrong-chunk", "not-gzip", "not-http", "closed"],
)
def test_ht14_ht15_a_reply_that_breaks_off_is_an_error(reply):
    with serving(always(reply)) as server:
        http, _ = client()
        with pytest.raises(SourceUnavailable):
            http.get(server.url)
    assert len(server.requests) == 3


def test_ht15_a_reply_that_broke_off_once_is_asked_for_again():
    with serving(
        in_turn(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", answer(b"the whole"))
    ) as server:
        http, _ = client()
        assert http.get(server.url).body == b"the whole"


def test_ht17_a_compressed_bomb_stops_at_the_limit():
    bomb = gzip.compress(b"\0" * 20_000_000)
    with serving(always(answer(bomb, Content_Encoding="gzip"))) as server:
        http, _ = client(limits=Limits(gap=0, body=1_000_000))
        with pytest.raises(SourceRefused, match="larger than"):
            http.get(server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "compress"])
def test_ht17_packings_that_were_not_asked_for_are_refused(encoding):
    with serving(always(answer(b"x", Content_Encoding=encoding))) as server:
        http, _ = client()
        with pytest.raises(SourceRefused):
            http.get(server.url)


def test_compressed_replies_are_unpacked():
    with serving(always(answer(gzip.compress(b"plain" * 1000), Content_Encoding="gzip"))) as server:
        http, _ = client()
        assert http.get(server.url).body == b"plain" * 1000
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


def test_ht18_a_body_without_length_stops_at_the_limit():
    sent = []

    def pour(connection, request):
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x" * 100_000)
            sent.append(1)

    with serving(pour) as server:
        http, _ = client(limits=Limits(gap=0, body=1_000_000))
        with pytest.raises(SourceRefused, match="larger than"):
            http.get(server.url)
    assert len(sent) < 900


HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


@pytest.mark.parametrize(
    ("value", "slept"),
    [
        ("2", [2.0]),
        ((NOW + timedelta(seconds=90)).strftime(HTTP_DATE), [90.0]),
        ((NOW - timedelta(days=1)).strftime(HTTP_DATE), [0.0]),
        ("-1", [1.0]),
        ("abc", [1.0]),
        ("", [1.0]),
    ],
    ids=["seconds", "date", "past", "negative", "words", "empty"],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_ht19_retry_after_is_kept(status, value, slept):
    with serving(in_turn(answer(b"", status, Retry_After=value), answer(b"here"))) as server:
        http, clock = client()
        assert http.get(server.url).body == b"here"
    assert clock.slept == slept


def test_ht19_too_long_a_wait_ends_the_request_and_says_when_to_come_back():
    with serving(always(answer(b"", "503 Service Unavailable", Retry_After="999999"))) as server:
        http, clock = client()
        with pytest.raises(SourceUnavailable) as later:
            http.get(server.url)
    assert later.value.retry
    assert later.value.retry_after == 999999
    assert clock.slept == []


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_ht20_refused_credentials_are_not_tried_again(status):
    with serving(always(answer(b"no", status))) as server:
        http, _ = client()
        with pytest.raises(SourceRefused) as refused:
            http.get(server.url, headers={"Authorization": "wrong-key"})
    assert refused.value.code == "credentials-refused"
    assert not refused.value.retry
    assert "wrong-key" not in f"{refused.value} {refused.value.detail}"
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "409 Conflict", "304 Not Modified"])
def test_other_statuses_are_refusals(status):
    with serving(always(answer(b"" if status[0] == "3" else b"why", status))) as server:
        http, _ = client()
        with pytest.raises(SourceRefused) as refused:
            http.get(server.url)
    assert refused.value.status == int(status[:3])


def test_ht22_a_gap_is_kept_between_two_requests_to_one_host():
    with serving(always(answer(b"x"))) as server:
        http, clock = client(limits=Limits(gap=0.5))
        for _ in range(3):
            http.get(server.url)
    assert clock.slept == [0.5, 0.5]


@pytest.mark.parametrize("headers", [{"X-Set": "a\r\nHost: evil"}, {"X\r\n": "a"}, {"X": "\nA: b"}])
def test_ht23_header_injection_is_refused(headers):
    with serving(always(answer(b"x"))) as server:
        http, _ = client()
        with pytest.raises(SourceRefused):
            http.get(server.url, headers=headers)
    assert not server.requests


@pytest.mark.parametrize(
    ("spelling", "one"),
    [
        ("HTTP://Partner.Example:80/x", "http://partner.example/x"),
        ("https://partner.example.:443/x?b=1", "https://partner.example/x?b=1"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        (" https://partner.example", "https://partner.example/"),
        ("http://partner.example/a b", "http://partner.example/a%20b"),
    ],
)
def test_ht24_two_spellings_are_one_source(spelling, one):
    assert urls.canonical(spelling) == one


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("javascript:alert(1)", None), ("file:///etc/passwd", None), ("\\\\unc\\share", None), ("http://x/" + "a" * 10_000, None),
        ("data:text/html,x", None), ("no link", None), (None, None), (5, None), ("http://u:p@x/", None),
        ("https://x.org/a b.csv", "https://x.org/a%20b.csv"), ("ftp://x.org/f", "ftp://x.org/f"), ("https://x.org/%C3%A9?q=1#f", "https://x.org/%C3%A9?q=1#f"),
        ("https://x.org/100%", "https://x.org/100%25"), ("https://x.org/é", "https://x.org/%C3%A9"),
    ],
)  # fmt: skip
def test_js13_links_are_web_links_or_nothing(text, link):
    assert urls.web_link(text) == link


def test_query_parameters_and_own_headers_are_sent():
    with serving(always(answer(b"x"))) as server:
        http, _ = client()
        reply = http.get(
            f"{server.url}/api?a=1", params={"q": "*:*", "fq": "é"}, headers={"user-agent": "mine"}
        )
    assert server.requests[0].path == "/api?a=1&q=%2A%3A%2A&fq=%C3%A9"
    assert reply.url.endswith("/api?a=1&q=%2A%3A%2A&fq=%C3%A9")
    assert reply.media_type == ""


def test_a_question_by_post_is_asked_again_and_follows_only_what_keeps_it():
    away, found = answer(b"", "503 Busy"), answer(b"yes")
    with serving(in_turn(away, answer(b"", "307 Other", Location="/there"), found)) as server:
        http, _ = client()
        reply = http.post(server.url, b"<q/>", media_type="application/xml", headers={"X-Key": "k"})
    assert reply.body == b"yes"
    assert [request.line.split()[:2] for request in server.requests] == [
        ["POST", path] for path in ("/", "/", "/there")
    ]
    assert {request.body for request in server.requests} == {b"<q/>"}
    assert {request.headers["content-type"] for request in server.requests} == {"application/xml"}
    assert server.requests[-1].headers["x-key"] == "k"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other"])
def test_ht04_a_redirect_that_would_lose_the_question_is_refused(status):
    with serving(always(answer(b"", status, Location="/there"))) as server:
        http, _ = client()
        with pytest.raises(SourceRefused, match="by POST with a redirect"):
            http.post(server.url, b"<q/>", media_type="application/xml")
    assert len(server.requests) == 1


def test_ht01_a_question_by_post_goes_to_no_inner_address():
    http, _ = client(allow_private=False)
    with pytest.raises(SourceRefused, match="open internet"):
        http.post("http://127.0.0.1:9200/", b"x", media_type="text/plain")


# HT-11: certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for `partner.example` that nobody signed but itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=partner.example", "-addext", "subjectAltName=DNS:partner.example"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
    subprocess.run(make, check=True, capture_output=True)
    return folder


def encrypted(folder, then):
    """The handler `then`, behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    @contextmanager
    def run():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = Server(then, port=listener.getsockname()[1])
            wrapped = context.wrap_socket(listener, server_side=True)
            threading.Thread(target=server.serve, args=(wrapped,), daemon=True).start()
            yield server
            wrapped.shutdown(socket.SHUT_RDWR)

    return run()


def trusting(folder):
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


def test_ht11_a_certificate_that_nobody_vouches_for_is_refused(certificate):
    with encrypted(certificate, always(answer(b"x"))) as server:
        http, _ = client(resolver=resolving(["127.0.0.1"])[0])
        with pytest.raises(SourceRefused) as refused:
            http.get(f"https://partner.example:{server.port}/")
    assert refused.value.code == "certificate-refused"
    assert not server.requests


def test_ht11_a_certificate_of_another_host_is_refused(certificate):
    with encrypted(certificate, always(answer(b"x"))) as server:
        http, _ = client(resolver=resolving(["127.0.0.1"])[0], tls=trusting(certificate))
        with pytest.raises(SourceRefused, match="certificate"):
            http.get(f"https://other.example:{server.port}/")


def test_ht10_from_https_to_http_is_refused(certificate):
    redirect = always(answer(b"", "302 Found", Location="http://partner.example/"))
    with encrypted(certificate, redirect) as server:
        http, _ = client(resolver=resolving(["127.0.0.1"])[0], tls=trusting(certificate))
        with pytest.raises(SourceRefused, match="from https to http"):
            http.get(f"https://partner.example:{server.port}/")
    assert len(server.requests) == 1


def test_https_with_a_good_certificate_is_read(certificate):
    with encrypted(certificate, always(answer(b"whole"))) as server:
        http, _ = client(resolver=resolving(["127.0.0.1"])[0], tls=trusting(certificate))
        assert http.get(f"https://partner.example:{server.port}/").body == b"whole"


def test_ht11_a_connection_closed_half_way_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=lambda: [listener.accept()[0].close() for _ in range(3)], daemon=True).start()
        http, clock = client(resolver=resolving(["127.0.0.1"])[0])
        with pytest.raises(SourceUnavailable):
            http.get(f"https://partner.example:{port}/")
    assert clock.slept == [1.0, 2.0]
