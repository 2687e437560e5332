"""What the data of a file with HXL hashtags prove, and what they only promise."""

from __future__ import annotations

import pytest

from migration_harvesters import hxl, tables
from migration_harvesters.errors import SourceRefused
from migration_harvesters.mappers import hxl as mapper
from migration_harvesters.sources.hxl import HxlSource

FILE = "https://site.example/files/idp_sites-2023.csv"


def proven(tags, *rows):
    return hxl.proven(tables.of_csv("\n".join([tags, *rows, ""]).encode()))


def test_a_feature_with_one_value_is_only_a_promise():
    tags = "#country+code,#sex,#adm1+name"
    assert proven(tags, "KEN,f,A", "KEN,f,B").features == ["reference-area"]
    assert proven(tags, "KEN,f,A", "KEN,m,A").features == ["sex"]


def test_figures_of_women_men_and_ages_stand_in_columns():
    tags = "#affected+f+age_0_17,#affected+m+age_18_59"
    assert proven(tags, "1,2").features == ["sex", "age"]
    assert proven(tags, "1,").features == []


def test_groups_places_and_time_are_those_of_the_rows():
    found = proven(
        "#country+origin,#country+asylum,#date,#affected+refugees,#adm2",
        "SOM,KEN,2020-05-01,1,X",
        "SSD,UGA,2019,2,Y",
    )
    assert (found.origins, found.destinations) == (["SOM", "SSD"], ["KEN", "UGA"])
    assert found.dates == ["2019", "2020-05-01"]
    assert found.groups == ["refugees"]
    assert (found.level, found.rows) == (2, 2)


def test_a_file_becomes_a_record(config, recorded, read):
    settings = config(
        "hxl", FILE, mapping={"title_translated": "Sites: {@title}", "file.license": "CC-BY-4.0"}
    )
    body = "Country,Area,IDPs\n#country+code,#adm1+name,#affected+idps\nTCD,Lac,5\nTCD,Kanem,6\n"
    reading = read(HxlSource(settings, recorded(body)).listing())
    record = mapper.interpret(reading.items[0], settings).record
    assert reading.listing.complete
    assert record.title() == "Sites: idp sites 2023"
    assert record.fields["disaggregation"] == ["reference-area"]
    assert record.fields["population_group"] == ["idps"]
    assert record.fields["spatial_coverage"] == ["TCD"]
    assert record.fields["number_of_records"] == 2
    assert record.resources[0]["columns"][0] == {"name": "Country", "hxl": "#country+code"}


@pytest.mark.parametrize("body", ["a,b\n1,2\n", "<html></html>", ""])
def test_a_file_without_hashtags_is_refused(config, recorded, read, body):
    assert isinstance(read(HxlSource(config("hxl", FILE), recorded(body)).listing()).error, SourceRefused)
