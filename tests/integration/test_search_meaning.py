"""Words in any language, exact names first, a portal's own synonyms."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from registry_site import Site
from search_site import Searching

PLUGINS = "migration migration_search scheming_datasets dcat"
pytestmark = pytest.mark.ckan_config("ckan.plugins", PLUGINS)
NOTES = "Figures of a survey that was made for the purpose of this test, household by household."


def create(site: Site, title: str, language: str = "en", **values: Any) -> str:
    record = {
        "title_translated": {language: title},
        "notes_translated": {language: NOTES},
        "tags_translated": {},
        "migration_theme": ["remittances"],
        "population_group": [],
        "spatial_coverage": ["PER"],
        **values,
    }
    return str(site.create(**record)["name"])


IDPS = (
    *("IDP", "internally displaced", "déplacés internes", "deplaces internes", "desplazados internos"),
    *("النازحون داخليا", "Внутренне перемещённые лица", "境内流离失所者"),
)


def test_a_word_in_any_language_finds_records_in_every_other_sr_15(searching: Searching, site: Site) -> None:
    by_code = create(site, "Baseline round 5", population_group=["idps-location-return"])
    by_label = create(site, "Suivi des déplacés internes", "fr")
    create(site, "Money sent home")
    for words in IDPS:
        assert set(searching.names(q=words)) == {by_code, by_label}, words


def test_country_and_group_in_one_text_without_spaces_sr_14(searching: Searching, site: Site) -> None:
    meant = create(site, "Camp survey", spatial_coverage=["KEN"], population_group=["refugees"])
    create(site, "Camp survey", spatial_coverage=["KEN"])
    create(site, "Camp survey", population_group=["refugees"])
    for words in ("肯尼亚难民", "لاجئين في كينيا", "беженцы в Кении", "the refugees in Kenya"):
        assert searching.names(q=words) == [meant], words


def test_a_region_finds_its_countries(searching: Searching, site: Site) -> None:
    meant = create(site, "Camp survey", spatial_coverage=["KEN"])
    create(site, "Camp survey")
    assert searching.names(q="Afrique orientale") == [meant]


def test_the_exact_title_is_first_in_any_language(searching: Searching, site: Site) -> None:
    for number in range(4):
        create(site, f"Refugees refugees réfugiés {number}", population_group=["refugees"])
    exact = create(
        site,
        "Refugees",
        title_translated={"en": "Refugees", "fr": "Réfugiés: bilan", "ar": "كشف اللاجئين"},
        alternative_title=["RFG-1"],
        identifier="doi:10.1/refugees",
    )
    for words in ("refugees", "REFUGIES bilan", "كشف اللاجئين", "rfg 1", "doi 10 1 refugees", exact):
        assert searching.names(q=words)[0] == exact, words


def test_an_exact_title_opens_no_filter(searching: Searching, site: Site) -> None:
    create(site, "Hidden register", private=True)
    create(site, "Peruvian register")
    assert searching.names(q="Hidden register") == []
    assert searching.names(q="Peruvian register", fq="country:KEN") == []


def test_a_caller_with_fields_of_his_own_gets_what_solr_would_give(searching: Searching, site: Site) -> None:
    create(site, "Baseline round 5", population_group=["idps"])
    assert searching.names(q="déplacés internes", qf="title", mm="100%") == []


def test_synonyms_change_without_indexing(
    searching: Searching, site: Site, tmp_path: Path, ckan_config: dict[str, Any]
) -> None:
    meant = create(site, "Baseline round 5", population_group=["idps"])
    place = tmp_path / "synonyms.txt"
    place.write_text("wanderers, IDP\n", encoding="utf-8")
    assert searching.names(q="wanderers") == []
    ckan_config["ckanext.migration.search.synonyms_file"] = str(place)
    assert searching.names(q="wanderers") == [meant]
    place.write_text("roamers, IDP\n", encoding="utf-8")
    os.utime(place, (1, 1))
    assert searching.names(q="wanderers") == []
    assert searching.names(q="roamers") == [meant]
    place.write_bytes(b"\xff\xfe, IDP")
    assert searching.names(q="déplacés internes") == [meant]
