"""Home, discovery, dataset and quality pages as a reader gets them."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup

from ckanext.migration.pages.discovery import passage
from registry_site import Site

EVIL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "{{7*7}} ${7*7}",
    "\u2028</title><script>alert(1)</script>",
)
ADDRESSES = (
    "/",
    "/dataset",
    "/dataset?q=zebra",
    "/dataset/{name}",
    "/dataset/{name}/quality",
    "/organization",
    "/about",
)


def soup(reply: Any) -> BeautifulSoup:
    assert reply.status_code == 200
    return BeautifulSoup(reply.body, "html.parser")


def test_hits_answer_the_four_questions(empty_site: Site, app):
    empty_site.create(title_translated={"en": "Tracking of displacement"})

    hit = soup(app.get("/dataset?q=displacement")).select_one(".mig-hit")

    assert hit.select_one("mark").text.lower().startswith("displace")
    words = hit.get_text(" ", strip=True)
    for expected in ("Agency A", "Key informant", "2023–2026", "Public", "July 2, 2026"):
        assert expected in words


def test_filters_are_chips_in_the_address(empty_site: Site, app):
    empty_site.create()
    empty_site.create(spatial_coverage=["TCD"], migration_theme=["labour-migration"])

    page = soup(app.get("/dataset?country=SDN&migration_theme=internal-displacement&q=displacement"))

    chips = page.select(".mig-chip")
    assert [chip.get_text(" ", strip=True).split(" remove")[0] for chip in chips] == [
        "Words: displacement",
        "Place: Sudan",
        "Theme: Internal displacement",
    ]
    assert "country=" not in chips[1]["href"]
    assert "migration_theme=" in chips[1]["href"]
    assert page.select_one(".mig-clear")["href"].rstrip("/").endswith("/dataset")
    assert page.select_one(".mig-result-count")["aria-live"] == "polite"
    assert len(page.select(".mig-hit")) == 1


def test_facets_speak_the_language_of_the_interface(empty_site: Site, app):
    empty_site.create()

    page = soup(app.get("/fr/dataset"))

    facets = {facet.h2.text: facet.get_text(" ", strip=True) for facet in page.select(".mig-facet")}
    assert "Soudan" in facets["Lieu"]
    assert "Déplacement interne" in facets["Thème"]


@pytest.mark.parametrize(("words", "lang"), [("Soudan", "fr"), ("السودان", "ar"), ("Судан", "ru")])
def test_labels_of_terms_find_records_in_other_languages(empty_site: Site, app, words: str, lang: str):
    empty_site.create()

    assert len(soup(app.get("/dataset", query_string={"q": words})).select(".mig-hit")) == 1


def test_empty_result_says_what_to_let_go(empty_site: Site, app):
    empty_site.create()

    page = soup(app.get("/dataset?country=SDN&access_rights=RESTRICTED"))

    tries = page.select(".mig-tries a")
    assert [link.text for link in tries] == ["Without “Restricted” (Access)"]
    assert page.select_one(".mig-tries .mig-count").text == "1"
    assert soup(app.get(tries[0]["href"])).select(".mig-hit")


def test_counts_and_hits_leave_out_what_the_reader_may_not_see(empty_site: Site, app):
    empty_site.create()
    empty_site.create(private=True, spatial_coverage=["TCD"])

    home, list_ = soup(app.get("/")), soup(app.get("/dataset"))

    assert home.select_one(".mig-counts dd").text == "1"
    assert "Chad" not in list_.text
    assert len(list_.select(".mig-hit")) == 1
    assert "TCD" not in str(soup(app.get("/dataset?country=TCD")).select(".mig-hit"))


def test_dataset_page_reads_well(site: Site, app):
    package = site.create(
        access_rights="RESTRICTED",
        access_mode="on-request",
        access_procedure_translated={"en": "Write to the data team and say what for."},
        resources=[],
    )

    page = soup(app.get(f"/dataset/{package['name']}"))

    facts = {row.dt.text: row.dd.get_text(" ", strip=True) for row in page.select(".mig-keyfacts > div")}
    assert facts["Source"] == "Agency A"
    assert facts["Places"] == "Sudan"
    assert facts["Period"] == "April 15, 2023 to June 30, 2026"
    assert "Write to the data team" in page.select_one("#get-the-data").text
    assert package["identifier"] in page.select_one("#citation").text
    alternates = {link["type"] for link in page.select("link[rel=alternate]")}
    assert {"text/turtle", "application/rdf+xml", "application/ld+json"} <= alternates
    assert len(page.select("h1")) == 1
    assert len(page.select("main")) == 1


def test_r_x2_a_the_summary_comes_first_and_the_warning_is_seen(site: Site, app):
    package = site.create(
        summary_translated={"en": "How many people had to leave."},
        misuse_translated={"en": "Rounds must not be added up."},
    )
    whole = soup(app.get(f"/dataset/{package['name']}")).select_one(".mig-dataset-main").text
    assert (
        0 <= whole.index("How many people") < whole.index("Not to be used for") < whole.index("Get the data")
    )

    with pytest.raises(tk.ValidationError) as refused:
        site.create(summary_translated={"en": "long " * 121})
    with pytest.raises(tk.ValidationError) as outside:  # R-S1-a
        site.create(migration_theme=["migation flows"])
    assert "Migration flows" in str(outside.value.error_dict["migration_theme"])
    assert "at most 600 characters" in str(refused.value.error_dict["summary_translated"])


def test_r_2_2_c_each_finding_links_to_the_guidance_of_its_rule(site: Site, app):
    name = site.create(disaggregation=None)["name"]
    links = [link["href"] for link in soup(app.get(f"/fr/dataset/{name}/quality")).select(".mig-rule-link")]
    assert "/fr/migration/rule/disaggregation-recommended" in links
    page = soup(app.get("/fr/migration/rule/contact-email-value")).main.text
    assert "Courriel" in page
    assert "data at agency" in page
    assert app.get("/migration/rule/nothing", status=404)
    assert len(soup(app.get("/migration/rule/")).select(".mig-rule-list li")) == len(
        tk.get_action("migration_rule_list")({}, {})
    )


def test_text_in_another_language_says_so(site: Site, app):
    package = site.create(
        title_translated={"ar": "النزوح"}, notes_translated={"ar": "وصف مجموعة البيانات " * 3}
    )

    title = soup(app.get(f"/dataset/{package['name']}")).h1

    assert (title["lang"], title["dir"]) == ("ar", "auto")


def test_arabic_interface_runs_from_right_to_left(site: Site, app):
    html = soup(app.get("/ar/dataset")).html

    assert (html["lang"], html["dir"].strip()) == ("ar", "rtl")


@pytest.mark.parametrize(
    ("lang", "direction", "missing"),
    [("ar", "rtl", "معلومة موصى بها لكنها غير مذكورة."), ("zh_Hans_CN", "ltr", "建议填写，但未填写。")],
)
def test_what_the_profile_says_is_said_in_the_language_of_the_page(site: Site, app, lang, direction, missing):
    name = site.create(disaggregation=None)["name"]
    page = soup(app.get(f"/{lang}/dataset/{name}/quality"))

    found = [item.select_one("span.mig-along") for item in page.select(".mig-findings li")]
    assert found
    assert {(span["lang"], span["dir"]) for span in found} == {(lang[:2], direction)}
    assert missing in {span.text for span in found}  # without the label, which stands before it


def test_times_stand_in_the_order_of_the_language(app):
    with app.flask_app.test_request_context("/", environ_overrides={"CKAN_LANG": "fr"}):
        assert tk.h.render_datetime("2026-03-01T14:05:09") == "1 mars 2026"
        assert tk.h.render_datetime("2026-03-01T14:05:09", with_hours=True) == "1 mars 2026, 14:05 (UTC)"
        assert tk.h.render_datetime("2026-03-01T14:05:09", "%d/%m") == "01/03"
        assert tk.h.render_datetime("not a time") == ""


def test_fields_for_agencies_are_not_shown_to_the_public(site: Site, app):
    package = site.create(
        personal_data_status=["anonymised"],
        legal_basis=["public-interest"],
        disclosure_control=["aggregation"],
    )

    assert "Legal basis" not in soup(app.get(f"/dataset/{package['name']}")).text
    assert "Legal basis" in soup(app.get(f"/dataset/{package['name']}", headers=site.headers())).text


def test_quality_page_says_what_to_repair(site: Site, app):
    package = site.create(without=("sensitivity_level", "frequency"), private=True)

    page = soup(app.get(f"/dataset/{package['name']}/quality", headers=site.headers()))

    repair = page.select_one(".mig-findings-bad")
    assert repair.a["href"].endswith("#block-sensitivity_level")
    assert "Update frequency" in page.select_one(".mig-findings-soon").text
    assert "Title" in page.select_one(".mig-good").text
    report = app.get(f"/dataset/{package['name']}/quality.ttl", headers=site.headers())
    assert "ValidationReport" in report.body
    assert (
        app.get(f"/dataset/{package['name']}/quality.json", headers=site.headers()).json["conforms"] is False
    )


@pytest.mark.parametrize("evil", EVIL)
def test_markup_in_a_record_stays_text(empty_site: Site, app, evil: str):
    package = empty_site.create(
        title_translated={"en": f"Displacement {evil}"},
        notes_translated={"en": f"Displacement of many people, with {evil} in the middle of the text."},
        tags_translated={"en": [evil]},
        alternative_title=[evil],
        publisher=[{"name": evil}],
        contact=[{"name": evil, "url": "https://agency.example.org/"}],
        provenance_translated={"en": evil},
        resources=[
            {
                "url": "https://agency.example.org/",
                "name": evil,
                "description": evil,
                "format": "CSV",
                "license": "CC-BY-4.0",
            }
        ],
    )

    resource = package["resources"][0]["id"]
    for address in (*ADDRESSES, "/dataset?q=displacement", f"/dataset/{{name}}/resource/{resource}"):
        page = soup(app.get(address.format(name=package["name"])))
        scripts = [
            tag
            for tag in page.select("script")
            if not tag.get("src") and tag.get("type") != "application/ld+json"
        ]
        assert scripts == []
        assert page.select("svg, math, mglyph, main img, [onerror], [onload], [onclick]") == []
        assert not [
            link
            for link in page.select("[href]")
            if link["href"].strip().lower().startswith(("javascript", "data:"))
        ]
        assert (
            "49" not in page.select_one("main, [role=main]").text.replace(package["id"], "")
            or "{{7*7}}" not in evil
        )


@pytest.mark.parametrize(
    "marked",
    [
        "<b>x</b>",
        "a <mark>b</mark> <script>alert(1)</script>",
        "&lt;script&gt; <mark>x</mark>",
        "<mark onload=x>y</mark>",
    ],
)
def test_passages_carry_no_markup_but_the_marks(marked: str):
    tags = BeautifulSoup(str(passage(marked)), "html.parser").find_all(True)

    assert all(tag.name == "mark" and not tag.attrs for tag in tags)


@pytest.mark.parametrize(
    "address", [*ADDRESSES, "/user/login", "/no-such-page", "/api/action/package_list", "/catalog.ttl"]
)
def test_every_reply_carries_the_security_headers(site: Site, app, address: str):
    reply = app.get(address.format(name=site.create()["name"]))

    policy = reply.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"]


def test_pages_name_no_foreign_origin(site: Site, app):
    package = site.create()

    for address in ADDRESSES:
        page = soup(app.get(address.format(name=package["name"])))
        loaded = [
            tag.get("src") or tag.get("href")
            for tag in page.select("script[src], img[src], link[rel=stylesheet], link[rel=icon]")
        ]
        own = str(tk.config["ckan.site_url"])
        assert [url for url in loaded if not url.startswith(("/", own))] == []


def test_latest_is_what_the_agency_changed_last_not_what_we_stored_last(empty_site: Site, app):
    for name, changed in (("newest", "2026-10"), ("oldest", "2019"), ("between", "2026-03-02")):
        empty_site.create(name=name, modified=changed)
    undated = empty_site.create(name="undated", without=("modified",))

    for address in ("/dataset", "/dataset?sort=modified desc, metadata_modified desc"):
        hits = soup(app.get(address)).select(".mig-hit h2 a, .mig-hit h3 a")
        found = [hit["href"].rsplit("/", 1)[-1] for hit in hits]
        assert found == ["newest", "between", "oldest", undated["name"]]
