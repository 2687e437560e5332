"""An engine that we may not trust, or that does not trust us: said plainly, nothing lost, no secret told.

Each is mended while the portal runs, and what was saved meanwhile is found (threats FI-10).
"""

from __future__ import annotations

import base64
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib.search.common import SearchError, SolrConnectionError

import certificates
from certificates import Certificate
from ckanext.migration.search import config, doctor, privileges
from ckanext.migration.search.errors import IndexForbidden, IndexUnavailable, IndexUntrusted, SearchFault
from ckanext.migration.search.index import guard
from fault_site import PREFIX, FaultSite, fault_engine, faulty
from search_checker import until
from search_site import ALONE, dataset

__all__ = ["fault_engine", "faulty"]

pytestmark = [ALONE, pytest.mark.slow, pytest.mark.timeout(600)]

_SETTING = "ckanext.migration.search."


@dataclass(frozen=True)
class Trouble:
    """What is done to the site, and what must come of it."""

    do: Callable[[FaultSite, pytest.MonkeyPatch], None]
    fault: type[SearchFault]
    said: str
    searches: bool = False
    delivers: bool = False


def other_authority(site: FaultSite, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(tk.config, f"{_SETTING}ca_certs", str(certificates.authority(site.folder / "other").file))


def presenting(**how: Any) -> Callable[[FaultSite, pytest.MonkeyPatch], None]:
    def do(site: FaultSite, _patch: pytest.MonkeyPatch) -> None:
        assert site.engine.authority is not None
        present(site, site.engine.authority.issue("another", **how))

    return do


def present(site: FaultSite, certificate: Certificate) -> None:
    """Let the engine show another certificate, and wait until it does."""
    site.engine.certify(certificate)
    shown = ssl.PEM_cert_to_DER_cert(certificate.file.read_text("ascii"))
    address = ("127.0.0.1", site.engine.port)
    until(lambda: ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(address)) == shown, 30)
    site.line.hang_up()


def wrong_key(_site: FaultSite, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(tk.config, f"{_SETTING}api_key", base64.b64encode(b"nobody:secret-of-nobody").decode())


def lacking(privilege: str) -> Callable[[FaultSite, pytest.MonkeyPatch], None]:
    def do(site: FaultSite, patch: pytest.MonkeyPatch) -> None:
        cluster = [each for each in privileges.CLUSTER if each != privilege]
        index = [each for each in privileges.INDEX if each != privilege]
        key = site.engine.api_key(cluster, [{"names": [f"{PREFIX}-*"], "privileges": index}])
        patch.setitem(tk.config, f"{_SETTING}api_key", key)

    return do


TROUBLES = {
    "authority": Trouble(other_authority, IndexUntrusted, "unable to get local issuer|self.signed"),
    "expired": Trouble(presenting(days=-1), IndexUntrusted, "certificate has expired"),
    "other host": Trouble(presenting(host="DNS:elsewhere.example.org"), IndexUntrusted, "mismatch"),
    "key": Trouble(wrong_key, IndexForbidden, "does not accept this portal's account"),
    "manage": Trouble(lacking("manage"), IndexForbidden, "the index privilege manage is missing"),
    "read": Trouble(lacking("read"), IndexForbidden, "the index privilege read is missing", delivers=True),
    "write": Trouble(lacking("write"), IndexForbidden, "the index privilege write is missing", searches=True),
    "monitor": Trouble(
        lacking("monitor"),
        IndexForbidden,
        "the cluster privilege monitor is missing",
        searches=True,
        delivers=True,
    ),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_refused_is_said_plainly_and_loses_nothing(
    faulty: FaultSite, app: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    trouble = TROUBLES[name]
    caplog.set_level(logging.DEBUG)
    dataset(name="before")
    assert faulty.searching.names(q="*:*") == ["before"]
    assert faulty.engine.certificate is not None
    told: list[str] = []
    with monkeypatch.context() as patch:
        trouble.do(faulty, patch)
        forget()
        dataset(name="meanwhile")  # the save succeeds whatever happens
        assert bool(faulty.searching.rows()) is not trouble.delivers
        page = app.get("/dataset/", status=None)
        told.append(page.text)
        if trouble.searches:
            assert page.status_code == 200
        else:
            assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
            assert "Search is not available at the moment" in page.text
            assert "privilege" not in page.text
            with pytest.raises((SolrConnectionError, SearchError)) as raised:
                faulty.searching.find(q="*:*")
            told.append(str(raised.value))
        found = findings(faulty)
        faults = [each for each in found if each.level == doctor.FAULT]
        assert faults
        told += [each.line() for each in found]
        assert all(each.remedy for each in faults)
        fault = suffered(faulty)
        assert type(fault) is trouble.fault
        assert matches(trouble.said, fault.message), fault.message
        if name not in {*privileges.CLUSTER, *privileges.INDEX}:
            assert matches(trouble.said, " ".join(each.found for each in faults))
        else:
            assert f"missing: {name}" in {each.found for each in faults if each.subject == "privileges"}
        key = str(tk.config[f"{_SETTING}api_key"])
    present(faulty, faulty.engine.certificate)
    forget()
    faulty.searching.drain()
    assert faulty.searching.rows() == []
    assert sorted(faulty.searching.names(q="*:*")) == ["before", "meanwhile"]
    own = faulty.settings[f"{_SETTING}api_key"]
    for secret in (key, own, base64.b64decode(own).decode().split(":")[1], faulty.engine.password):
        assert not [text for text in (*told, caplog.text) if secret in text]


def forget() -> None:
    guard.readable.forget()
    guard.writable.forget()


def findings(site: FaultSite) -> list[doctor.Finding]:
    where = config.address()
    return doctor.examine(
        doctor.Patient(site.searching.database, site.searching.engine, config.alias(), where)
    )


def suffered(site: FaultSite) -> IndexUnavailable:
    """Return what the engine's refusal is to us, of the first thing that it refuses."""
    engine, alias = site.searching.engine, config.alias()
    for ask in (
        engine.version,
        lambda: engine.search(alias, {"query": {"match_all": {}}}),
        lambda: engine.metas(alias),
        site.searching.drain,
    ):
        try:
            ask()
        except IndexUnavailable as fault:
            return fault
    raise AssertionError("nothing was refused")


def matches(pattern: str, text: str) -> bool:
    return any(part in text for part in pattern.split("|"))
