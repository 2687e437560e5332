"""Period, place, world, box, corridor and facets, in a small world whose answers are known."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from ckan.lib.search.common import SearchQueryError

import fixture_world
from ckanext.migration import facets
from ckanext.migration.search import connection
from ckanext.migration.search.additions import choices
from migration_schemas import record, validate_record
from registry_site import Site

PLUGINS = "migration migration_search scheming_datasets dcat"
pytestmark = [
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.usefixtures("with_request_context"),
]
WORLD = ["f03", "f06", "f09"]


class Clock(datetime):
    """The engine's request is made at the world's own time."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.fromisoformat(fixture_world.NOW).astimezone(tz or UTC)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, with_plugins: None, non_clean_db: None, monkeypatch: pytest.MonkeyPatch
) -> Site:
    """Make the world once; tests that change it put it back or clean it away."""
    made = fixture_world.standing(request)
    for module in (connection, choices):
        monkeypatch.setattr(module, "datetime", Clock)
    return made


def found(world: Site, user: str = "", **asked: Any) -> list[str]:
    answer = world.call("package_search", user, rows=50, **asked)
    assert answer["count"] == len(answer["results"])
    return sorted(each["name"] for each in answer["results"])


def counts(world: Site, facet: str, user: str = "", **asked: Any) -> dict[str, int]:
    return world.call("package_search", user, rows=0, **{"facet.field": [facet], "facet.limit": -1, **asked})[
        "facets"
    ][facet]


def test_r_1_1_m_facets_of_the_world(world: Site) -> None:
    assert len(found(world)) == 11
    assert len(found(world, world.editor["name"], include_private=True)) == 12
    agencies = counts(world, "organization")
    assert agencies.pop("iom") == 3
    assert agencies.pop("unhcr") == 2
    assert set(agencies.values()) == {1}
    assert counts(world, "publisher_kind") == {"un-entity": 9, "state": 1, "academia": 1}
    assert counts(world, "access_rights") == {"PUBLIC": 7, "RESTRICTED": 2, "NON_PUBLIC": 2}
    assert counts(world, "statistic_type") == {
        "stock": 4, "flow": 2, "microdata": 1, "administrative": 1,
        "indicator": 1, "financial": 1, "projection": 1,
    }  # fmt: skip
    assert counts(world, "language") == {"en": 9, "fr": 2}
    split = counts(world, "disaggregation")
    assert (split["sex"], split["age"]) == (8, 6)
    assert len(found(world, ext_any_of={"disaggregation": ["sex", "age"]})) == 6
    assert found(world, fq="-disaggregation:[* TO *]") == ["f09", "f11"]
    # late by the world's own rule is delinquent by HDX's
    assert counts(world, "update_state") == {"fresh": 5, "delinquent": 3, "not-applicable": 3}
    assert counts(world, "informs") == {"01": 1, "10": 1, "20": 1}


def test_r_1_1_o_a_period_is_found_by_overlap(world: Site) -> None:
    in_2024 = ["f01", "f02", "f04", "f06", "f09", "f10"]
    assert found(world, ext_from="2024", ext_to="2024") == in_2024
    assert found(world, ext_from="2024-11-01", ext_to="2024-11-30") == ["f02", "f04", "f09", "f10"]
    assert found(world, ext_to="1999-12") == ["f06"]
    assert found(world, ext_from="2024-12-31") == ["f02", "f04", "f09", "f10"]
    assert found(world, ext_from="2025") == []
    assert found(world, world.editor["name"], include_private=True, ext_from="2025") == ["f12"]


def test_r_1_1_o_a_country_with_and_without_the_world(world: Site) -> None:
    for asked in ({"ext_place": "NER"}, {"ext_any_of": {"country": ["NER"]}}):
        assert found(world, **asked) == ["f02", "f07"]
        assert found(world, **asked, ext_world="in") == sorted(["f02", "f07", *WORLD])
        assert found(world, **asked, ext_world="out") == ["f02", "f07"]
    assert found(world, ext_world="out") == ["f01", "f02", "f04", "f05", "f07", "f08", "f10", "f11"]
    assert found(world, ext_place="001") == WORLD
    assert found(world, ext_place=["KEN", "CRI"]) == ["f04", "f05", "f10"]


def test_r_s4_a_a_region_holds_what_is_inside(world: Site) -> None:
    assert found(world, ext_place="011") == ["f02", "f07", "f11"]
    places = counts(world, "country")
    assert (places["011"], places["002"], places["NER"], places["001"]) == (3, 6, 2, 3)
    for place, count in places.items():
        assert len(found(world, ext_any_of={"country": [place]})) == count
        assert len(found(world, fq=f'country:"{place}"')) == count


def test_counts_of_places_with_the_world_are_what_a_click_brings(world: Site) -> None:
    chosen: dict[str, list[str]]
    for chosen in ({}, {"country": ["NER"]}, {"country": ["014"]}, {"language": ["en"]}):
        asked = {"facet.field": ["country"], "facet.limit": -1, "ext_any_of": chosen, "ext_world": "in"}
        answer = world.call("package_search", "", rows=0, **asked)
        told = (answer.get("choices") or {}).get("country")
        places = answer["facets"]["country"]
        assert len(places) > 200
        for place in ("NER", "KEN", "002", "001", "FRA", "CRI"):
            values = [*chosen.get("country", []), place]
            after = len(found(world, ext_any_of={**chosen, "country": values}, ext_world="in"))
            expected = answer["count"] + told["added"].get(place, 0) if told else places[place]
            assert after == (answer["count"] if place in chosen.get("country", []) else expected)


def test_r_k_g_the_metadata_check_counts_what_a_fresh_check_finds(world: Site) -> None:
    fresh: Counter[str] = Counter()
    for name in found(world):
        package = world.call("package_show", world.editor["name"], id=name)
        report = validate_record(record.from_package(package))
        good = "recommendations" if report.warnings else "conforms"
        fresh[good if report.conforms else "violations"] += 1
    assert counts(world, "conformance") == dict(fresh)


BOXES = [
    ("2,13,3,14", ["f02", "f07", "f11"]),  # Niamey: Niger's extent and Burkina Faso's
    ("13,20,14,21", ["f02", "f07"]),
    ("36.7,-1.4,36.9,-1.2", ["f04", "f05"]),
    ("170,-25,-170,-10", []),
    ("20,-40,-150,40", ["f01", "f04", "f05", "f08"]),  # eastwards over the 180th meridian
    ("-90,5,60,30", ["f01", "f02", "f04", "f05", "f07", "f08", "f10", "f11"]),
]


def test_r_1_1_o_a_box_finds_the_countries_that_it_touches(world: Site) -> None:
    for box, names in BOXES:
        assert found(world, ext_bbox=box) == names
        assert found(world, ext_bbox=box, ext_world="in") == sorted([*names, *WORLD])


def test_r_n7_b_only_stored_pairs_are_corridors(world: Site) -> None:
    assert found(world, ext_origin="NER", ext_destination="LBY") == ["f02"]
    assert found(world, ext_origin="NGA", ext_destination="DZA") == []
    assert found(world, ext_origin="NIC", ext_destination="CRI") == ["f10"]
    assert found(world, ext_origin="LBY", ext_destination="NER") == []
    assert found(world, ext_origin="NGA", ext_destination="LBY", ext_transit="NER") == ["f02"]
    assert found(world, ext_origin="NER", ext_destination="LBY", ext_transit="NER") == []
    assert found(world, ext_origin="011", ext_destination="015") == ["f02"]
    assert found(world, ext_destination="013") == ["f10"]
    assert found(world, ext_transit="NER") == ["f02"]


def test_the_ends_of_corridors_are_told_for_the_pairs_that_fit(world: Site) -> None:
    told = world.call("package_search", "", rows=0, ext_corridors="tell")["corridors"]
    assert told["origin"] == {"NER": 1, "NGA": 1, "NIC": 1, "PAN": 1}
    assert told["destination"] == {"LBY": 1, "DZA": 1, "CRI": 1}
    assert told["transit"] == {"NER": 1}
    fitting = world.call("package_search", "", rows=0, ext_corridors="tell", ext_origin="NGA")["corridors"]
    assert fitting["destination"] == {"LBY": 1}
    assert fitting["origin"] == {"NER": 1, "NGA": 1}
    under = {"ext_corridors": "tell", "ext_any_of": {"country": ["CRI"]}}
    assert world.call("package_search", "", rows=0, **under)["corridors"]["origin"] == {"NIC": 1, "PAN": 1}


def test_lk_02_a_hidden_record_leaves_no_trace_in_filters(world: Site) -> None:
    world.call(
        "package_patch", world.editor["name"], id="f12", corridors=[{"origin": "ETH", "destination": "SAU"}]
    )
    asked = {"include_private": True, "ext_corridors": "tell"}
    told = world.call("package_search", "", rows=0, **asked)["corridors"]
    assert "ETH" not in told["origin"]
    assert "SAU" not in told["destination"]
    assert found(world, ext_origin="ETH", include_private=True) == []
    assert found(world, ext_place="ETH", include_private=True) == []
    assert "ETH" not in counts(world, "country", include_private=True)
    assert found(world, world.editor["name"], ext_origin="ETH", include_private=True) == ["f12"]
    world.call("package_patch", world.editor["name"], id="f12", corridors=[])


def test_r_1_1_m_each_count_is_the_total_after_the_click(world: Site) -> None:
    filled = 0
    for facet in facets.titles():
        values = counts(world, facet)
        filled += bool(values)
        for value, count in values.items():
            after = world.call("package_search", "", rows=0, ext_any_of={facet: [value]})["count"]
            assert after == count, (facet, value)
    assert filled >= 12


WRONG = [
    ("ext_from", "0000"),
    ("ext_from", "now-1y"),
    ("ext_from", "2020-13"),
    ("ext_to", "2023-02-29"),
    ("ext_to", "2020||/y"),
    ("ext_to", "٢٠٢٠"),
    ("ext_from", "20201"),
    ("ext_to", ["2020", "2021"]),
    ("ext_bbox", "999,0,1,1"),
    ("ext_bbox", "NaN,0,1,1"),
    ("ext_bbox", "0,0,inf,1"),
    ("ext_bbox", "0,0,1"),
    ("ext_bbox", "0,2,1,1"),
    ("ext_bbox", "0,0,1,91"),
    ("ext_bbox", "a,b,c,d"),
    ("ext_place", "ZZZ"),
    ("ext_place", "*"),
    ("ext_world", "maybe"),
    ("ext_origin", "NER OR LBY"),
    ("ext_destination", ["NER", "LBY"]),
    ("ext_transit", "??"),
    ("ext_corridors", "all"),
]


def test_sr_11_what_is_not_understood_is_refused_by_its_name(world: Site) -> None:
    for name, value in WRONG:
        with pytest.raises(SearchQueryError, match=f"The parameter {name} "):
            world.call("package_search", "", **{name: value})
    with pytest.raises(SearchQueryError, match="The parameter ext_to ends before ext_from begins"):
        world.call("package_search", "", ext_from="2024", ext_to="2023")


def test_several_periods_and_open_ends(empty_site: Site) -> None:
    empty_site.create(name="gap", temporal_coverage=[{"start": "2001", "end": "2003"}, {"start": "2010-06"}])
    empty_site.create(name="until", temporal_coverage=[{"end": "2002-02"}])
    empty_site.create(name="never", without=("temporal_coverage",))
    assert found(empty_site, ext_from="2004", ext_to="2010-05-31") == []
    assert found(empty_site, ext_from="2010-06", ext_to="2010-06") == ["gap"]
    assert found(empty_site, ext_from="2030") == ["gap"]
    assert found(empty_site, ext_from="2002-02-28", ext_to="2002-02-28") == ["gap", "until"]
    assert found(empty_site, ext_to="1500") == ["until"]


def test_a_box_finds_a_region_and_a_country_named_beside_the_world(empty_site: Site) -> None:
    empty_site.create(name="region", spatial_coverage=["011"])
    empty_site.create(name="both", spatial_coverage=["001", "NER"])
    empty_site.create(name="world", spatial_coverage=["001"])
    empty_site.create(name="over", spatial_coverage=["FJI"])
    assert found(empty_site, ext_bbox="13,20,14,21") == ["both", "region"]
    assert found(empty_site, ext_bbox="13,20,14,21", ext_world="in") == ["both", "region", "world"]
    assert found(empty_site, ext_bbox="179.5,-18,-179.5,-17") == ["over"]
    assert found(empty_site, ext_place="NER", ext_world="in") == ["both", "region", "world"]
