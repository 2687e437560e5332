"""Another distribution brings a protocol: by its entry points alone, and without a line of ours changed."""

from __future__ import annotations

from pathlib import Path

import pytest

import replay
from migration_harvesters import options, registry
from migration_harvesters.errors import PartnerConfigError, SourceRefused
from partners import harvest

HERE = Path(__file__).resolve().parents[1]
GUIDE = HERE.parent / "docs/quickstart/protocol.md"
LIST = b"# our datasets\na-1 | Refugees in Anyland | Kenya | https://portal.example/a-1.csv\n# end\n"


@pytest.fixture
def installed(monkeypatch):
    """As after `pip install`: a module and its metadata on the path."""
    monkeypatch.syspath_prepend(HERE / "outside")
    registry._points.cache_clear()
    registry._load.cache_clear()
    yield
    registry._points.cache_clear()
    registry._load.cache_clear()


def test_without_the_package_the_protocol_is_unknown():
    assert "plain_text" not in registry.protocols()
    with pytest.raises(PartnerConfigError, match="plain_text"):
        registry.source("plain_text")


@pytest.mark.usefixtures("installed")
def test_its_partners_are_harvested():
    assert {"plain_text", "ckan"} <= set(registry.protocols())
    with replay.serving(replay.pages({"/list.txt": replay.Answer(LIST, "text/plain")})) as portal:
        found = harvest(portal, "plain_text", portal.url + "/list.txt")
    found.account()
    assert found.listing.complete
    record = found.records["a-1"]
    assert record.title() == "Refugees in Anyland"
    assert record.fields["spatial_coverage"] == ["KEN"]
    assert record.resources[0]["format"] == "CSV"


@pytest.mark.usefixtures("installed")
def test_it_keeps_what_every_protocol_keeps():
    cut = replay.pages({"/list.txt": replay.Answer(LIST[:60], "text/plain")})
    with replay.serving(cut) as portal, pytest.raises(SourceRefused):
        harvest(portal, "plain_text", portal.url + "/list.txt")


@pytest.mark.usefixtures("installed")
def test_its_options_are_declared_and_checked():
    known = options.declared(registry.source("plain_text"))
    assert options.check(known, {"comment": ";"}) == {"comment": ";"}
    with pytest.raises(PartnerConfigError):
        options.check(known, {"other": 1})


def test_the_guide_shows_this_very_file():
    assert (HERE / "outside/plain_text_lists.py").read_text("utf-8").strip() in GUIDE.read_text("utf-8")
