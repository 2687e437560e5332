"""Records in bulk: ten rows, two wrong, eight private drafts and two messages (R-2.3-b)."""

from __future__ import annotations

import base64
import io
from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
import openpyxl
import pytest
from bs4 import BeautifulSoup

from registry_site import Site

HEAD = "identifier,title_translated.en,spatial_coverage,issued,resources.url"


def table(word: str, *, wrong: tuple[int, ...] = (), title: str = "Arrivals") -> bytes:
    rows = [
        f"{word}-{number},{title} {number},{'Atlantis' if number in wrong else 'Syria'},31/12/2023,"
        f"https://agency.example.org/{number}.csv"
        for number in range(1, 11)
    ]
    return "\n".join([HEAD, *rows]).encode()


def send(site: Site, data: bytes, user: str | None = None, **more: Any) -> dict[str, Any]:
    content = base64.b64encode(data).decode()
    given = {"organization": site.agency_name, "content": content, **more}
    return site.call("migration_bulk_upload", user, **given)


def found(site: Site, word: str, number: int) -> list[dict[str, Any]]:
    identifier = f"{word}-{number}"
    return site.call("migration_dataset_find", identifiers=[identifier])["found"].get(identifier, [])


def test_ten_rows_two_wrong_eight_drafts_and_two_messages(site: Site) -> None:
    word = uuid4().hex[:8]
    data = table(word, wrong=(3, 7))

    checked = send(site, data)
    assert checked["counts"] == {"created": 8, "wrong": 2}
    assert checked["dry_run"] is True
    assert found(site, word, 1) == []

    stored = send(site, data, dry_run=False)
    assert stored["counts"] == {"created": 8, "wrong": 2}
    told = [
        (one["row"], one["column"], one["label"], one["value"])
        for record in stored["records"]
        for one in record["problems"]
        if one["kind"] == "error"
    ]
    assert told == [(4, "C", "Geographic coverage", "Atlantis"), (8, "C", "Geographic coverage", "Atlantis")]
    (draft,) = found(site, word, 1)
    package = site.call("package_show", id=draft["id"])
    assert (package["state"], package["private"], package["owner_org"]) == ("draft", True, site.agency)
    assert (package["spatial_coverage"], package["issued"]) == (["SYR"], "2023-12-31")
    assert package["resources"][0]["format"] == "CSV"
    assert found(site, word, 3) == []

    again = send(site, data, dry_run=False)
    assert again["counts"] == {"unchanged": 8, "wrong": 2}
    assert site.call("package_show", id=draft["id"])["metadata_modified"] == package["metadata_modified"]

    changed = send(site, table(word, wrong=(3, 7), title="Departures"), dry_run=False)
    assert changed["counts"] == {"updated": 8, "wrong": 2}
    now = site.call("package_show", id=draft["id"])
    assert now["title"] == "Departures 1"
    assert now["resources"][0]["id"] == package["resources"][0]["id"]


def test_what_is_published_is_never_changed_by_a_spreadsheet(site: Site) -> None:
    word = uuid4().hex[:8]
    public = site.create(identifier=f"{word}-1")

    answer = send(site, table(word), dry_run=False)

    assert answer["counts"] == {"published": 1, "created": 9}
    assert site.call("package_show", id=public["id"])["title"] == public["title"]


def test_who_may_not_create_for_the_agency_is_refused(site: Site, app: Any) -> None:
    word = uuid4().hex[:8]
    for user in (site.stranger["name"], ""):
        for dry_run in (True, False):
            with pytest.raises(tk.NotAuthorized):
                send(site, table(word), user, dry_run=dry_run)
    place = f"/organization/{site.agency_name}/bulk"
    assert app.get(place, headers=site.headers(site.stranger)).status_code == 403
    answer = app.post(place, data={"store": "1"}, headers=site.headers(site.stranger))
    assert answer.status_code == 403
    body = {"organization": site.agency_name, "content": base64.b64encode(table(word)).decode()}
    assert app.post("/api/3/action/migration_bulk_upload", json=body).status_code == 403
    assert found(site, word, 1) == []
    page = app.get(f"/organization/{site.agency_name}", headers=site.headers(site.stranger))
    assert "/bulk" not in page.body


def test_a_bad_file_is_one_message(site: Site) -> None:
    for data in (b"PK\x03\x04", b"a,b\n1,2", b"x" * 3_000_000):
        with pytest.raises(tk.ValidationError):
            send(site, data)
    for wrong in ({"content": "%%%"}, {"content": ""}):
        with pytest.raises(tk.ValidationError):
            site.call("migration_bulk_upload", organization=site.agency_name, **wrong)
    with pytest.raises(tk.ObjectNotFound):
        site.call("migration_bulk_upload", organization="no-such-agency", content="eA==")


def test_the_page_hands_out_the_template_checks_and_stores(site: Site, app: Any) -> None:
    word = uuid4().hex[:8]
    place = f"/organization/{site.agency_name}/bulk"
    page = BeautifulSoup(app.get(place, headers=site.headers()).body, "html.parser")
    address = page.select_one(".mig-bulk a[hreflang=fr]")["href"]
    file = app.get(address)
    assert openpyxl.load_workbook(io.BytesIO(file.data)).sheetnames[0] == "Notices"
    assert app.get("/migration/template-de.xlsx").status_code == 404

    sent = {"file": (io.BytesIO(table(word, wrong=(3,))), "rows.csv")}
    checked = BeautifulSoup(
        app.post(place, data=sent, headers=site.headers(), content_type="multipart/form-data").body,
        "html.parser",
    )
    assert "Store 9 drafts" in checked.get_text(" ", strip=True)
    assert "C4" in checked.select_one(".mig-findings-bad .mig-cell").get_text()
    hidden = {one["name"]: one["value"] for one in checked.select(".mig-bulk form input[type=hidden][value]")}

    stored = app.post(
        place,
        data={"content": hidden["content"], "name": hidden["name"], "store": "1"},
        headers=site.headers(),
    )
    assert "Stored." in stored.body
    assert len(found(site, word, 1)) == 1
    empty = app.post(place, data={}, headers=site.headers())
    assert empty.status_code == 400
