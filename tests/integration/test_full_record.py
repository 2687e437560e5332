"""A record with a value in every field comes back equal from the API; who sees what of it (R-1.1-b)."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from migration_schemas import Record, load, record
from registry_site import Site

FULL = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / "data" / "full_dataset.yaml").read_text(encoding="utf-8")
)


def made(site: Site, **changes: Any) -> tuple[Record, dict[str, Any]]:
    fields = {**copy.deepcopy(FULL["fields"]), **changes}
    one = Record(fields, tuple(copy.deepcopy(FULL["resources"])))
    if changes.get("sensitivity_level"):
        for entry in one.resources:
            entry.pop("download_url", None)
    package = record.to_package(one)
    return one, site.call("package_create", **package, owner_org=site.agency)


def test_every_field_comes_back_equal(site: Site) -> None:
    one, package = made(site)
    shown = record.from_package(site.call("package_show", id=package["id"]))
    assert dict(shown.fields) == dict(one.fields)
    assert [dict(entry) for entry in shown.resources] == [dict(entry) for entry in one.resources]
    site.call("package_patch", id=package["id"], version="1.2")
    again = record.from_package(site.call("package_show", id=package["id"]))
    assert again.content_hash() == Record({**one.fields, "version": "1.2"}, one.resources).content_hash()


def test_every_public_field_is_on_a_page(site: Site, app: Any) -> None:
    _, package = made(site)
    page = app.get(f"/dataset/{package['name']}").body
    for text in (
        "Round",
        "P0D",
        "Fund for data",
        "YE24",
        "Response rate",
        "Humanitarian needs overview, 2025",
        "Internal displacement baseline assessment, round 0 (version 1.1) [dataset]",
    ):
        assert text in page, text
    for text in ("intranet.example.org", "Travel history", "4500000", "0.012"):
        assert text not in page, text
    resource = app.get(f"/dataset/{package['name']}/resource/{package['resources'][0]['id']}").body
    for text in ("#adm2+code", "Displacement interface", "SHA-256"):
        assert text in resource, text


@pytest.mark.parametrize("level", ["high", "severe"])
def test_lk20_what_points_at_people_is_not_in_a_sensitive_record_for_others(
    site: Site, app: Any, level: str
) -> None:
    _, package = made(site, sensitivity_level=level)
    for address in (
        f"/api/3/action/package_show?id={package['name']}",
        f"/api/3/action/package_search?q=name:{package['name']}",
        f"/dataset/{package['name']}",
        f"/dataset/{package['name']}.ttl",
        f"/dataset/{package['name']}.jsonld",
        f"/dataset.csv?q=name:{package['name']}",
    ):
        answer = app.get(address)
        assert answer.status_code == 200
        for text in ("YE24", "Displacement data team", "Table by district", "intranet.example.org"):
            assert text not in answer.body, (address, text)
    seen = site.call("package_show", id=package["id"])
    assert seen["places"] == FULL["fields"]["places"]
    assert seen["contact"][0]["name"] == "Displacement data team"


def test_every_field_is_in_the_form(site: Site, app: Any) -> None:
    page = app.get("/dataset/new", headers=site.headers()).body
    for field in load().fields:
        assert f"block-{field.name}" in page or f"field-{field.name}" in page, field.name


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("minimum_stay", "a while"),
        ("disclosure_risk", "1.5"),
        ("disclosure_risk", "much"),
        ("number_of_records", "-1"),
        ("places", [{"box": "1 2 3"}]),
    ],
)
def test_wrong_values_are_named_at_their_field(site: Site, field: str, wrong: Any) -> None:
    import ckan.plugins.toolkit as tk  # noqa: PLC0415 - as in the other tests of errors

    with pytest.raises(tk.ValidationError) as refused:
        made(site, **{field: wrong})
    assert field in refused.value.error_dict
