"""Accessibility, narrow screens, right-to-left, keyboard, scripts switched off, hostile records."""

from __future__ import annotations

from typing import Any

import pytest

from registry_site import Site

PATHS = (
    "/",
    "/dataset",
    "/dataset?q=zebra&country=SDN",
    "/dataset/filter/country",
    "/dataset/{name}",
    "/dataset/{name}/quality",
    "/organization",
)
LANGUAGES = ("en", "fr", "ar")
GRAVE = {"serious", "critical"}
SEARCH_BOX = ".mig-search-page input[name='q']"
WIDE_OPEN = """() => [...document.querySelectorAll('body *')].filter(e => {
    const box = e.getBoundingClientRect();
    const inFlow = getComputedStyle(e).position !== 'absolute';
    return inFlow && box.width && (box.right > innerWidth + 1 || box.left < -1);
}).map(e => e.className).slice(0, 5)"""


def address(path: str, name: str, lang: str = "en") -> str:
    return ("" if lang == "en" else f"/{lang}") + path.format(name=name)


def violations(page: Any) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:200]}"
        for one in found.response["violations"]
        if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_of_a_result_are_turned_by_words(site: Site, window, ckan_config, monkeypatch, lang: str):
    monkeypatch.setitem(ckan_config, "ckan.datasets_per_page", 1)
    for _each in range(3):
        site.create()
    view = window(390)
    assert view.open(address(f"/dataset?organization={site.agency_name}&page=2", "", lang)).status == 200
    assert view.page.locator(".mig-pager a").count() >= 4
    assert violations(view.page) == []
    assert view.page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_grave_barrier_on_any_page(site: Site, window, lang: str):
    name = site.create()["name"]
    view = window()

    for path in PATHS:
        assert view.open(address(path, name, lang)).status == 200
        assert violations(view.page) == [], path


def test_no_grave_barrier_in_the_forms(site: Site, window):
    name = site.create(state="draft")["name"]
    view = window(token=site.editor["token"])

    for path in ("/dataset/new", "/dataset/edit/{name}", "/dataset/{name}/resource/new"):
        assert view.open(address(path, name)).status == 200
        assert violations(view.page) == [], path
    visitor = window()
    visitor.open("/user/login")
    assert violations(visitor.page) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_sticks_out(site: Site, window, lang: str):
    name = site.create()["name"]
    view = window()

    for path in PATHS:
        view.open(address(path, name, lang))
        for width in (320, 390, 1280):
            view.page.set_viewport_size({"width": width, "height": 800})
            wide = view.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, view.page.evaluate(WIDE_OPEN))


def test_facets_are_folded_away_on_a_phone(site: Site, window):
    site.create()
    narrow, wide = window(390), window(1280)

    narrow.open("/dataset")
    wide.open("/dataset")

    assert not narrow.page.locator(".mig-facets-body").is_visible()
    assert wide.page.locator(".mig-facets-body").is_visible()
    narrow.page.locator(".mig-facets > summary").click()
    assert narrow.page.locator(".mig-facet").first.is_visible()


def test_the_drawer_of_filters_moves_nothing_and_closes(site: Site, window):
    site.create()
    view = window(390)
    view.open("/dataset")
    hits = view.page.locator(".mig-results-head")
    before = hits.bounding_box()["y"]

    view.page.locator(".mig-facets > summary").click()
    assert view.page.locator(".mig-facets-body").is_visible()
    assert hits.bounding_box()["y"] <= before
    assert violations(view.page) == []
    view.page.keyboard.press("Escape")
    assert not view.page.locator(".mig-facets-body").is_visible()
    assert view.page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_branch_of_places_opens_by_keyboard(site: Site, window):
    site.create()
    for script in (True, False):
        view = window(script=script)
        view.open("/dataset")
        if not script:
            view.page.locator(".mig-facets").evaluate("e => e.open = true")
        branch = view.page.locator("section[aria-labelledby=facet-country] .mig-facet-branch > summary").first
        child = view.page.locator("section[aria-labelledby=facet-country] .mig-facet-branch a").first
        assert not child.is_visible()
        branch.focus()
        view.page.keyboard.press("Enter")
        assert child.is_visible()


def test_a_value_is_found_by_typing(site: Site, window):
    for code in ("SDN", "TCD", "EGY", "KEN", "FRA", "PER", "JPN", "NZL"):
        site.create(spatial_coverage=[code])
    view = window()
    view.open("/dataset")

    place = view.page.locator("section[aria-labelledby=facet-country]")
    place.locator(".mig-facet-find").fill("sou")
    place.locator(".mig-facet-found a", has_text="Sudan").wait_for()
    assert not place.locator("details > ul").first.is_visible()
    view.page.keyboard.press("Tab")
    view.page.keyboard.press("Tab")
    view.page.keyboard.press("Enter")
    view.page.wait_for_url("**country=*")
    assert view.page.locator(".mig-chip").count() == 1


def test_a_wrong_date_is_named_where_it_stands(site: Site, window):
    view = window(390)
    assert view.open("/dataset?ext_from=2020-13").status == 400
    view.complaints.clear()  # the browser's own note about the status
    assert view.page.locator("#filter-problem").is_visible()
    assert violations(view.page) == []


def test_search_by_keyboard_and_back(site: Site, window):
    site.create()
    view = window()
    view.open("/")

    view.page.locator("#home-search").focus()
    view.page.keyboard.type("displacement")
    view.page.keyboard.press("Enter")
    view.page.wait_for_url("**/dataset/?q=displacement")
    view.page.locator(".mig-facet-value").first.focus()
    view.page.keyboard.press("Enter")
    view.page.wait_for_url("**&organization=*")
    assert view.page.locator(".mig-chip").count() == 2
    view.page.go_back()
    assert view.page.locator(".mig-chip").count() == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_suggestions_by_keyboard(site: Site, window, lang: str):
    name = site.create(title_translated={"en": "Zebra crossing", "fr": "Zèbres", "ar": "زيبرا"})["name"]
    view = window(390 if lang == "ar" else 1280)
    view.open(address("/dataset", name, lang))
    page = view.page
    box = page.locator(SEARCH_BOX)
    typed = {"en": "refug", "fr": "réfug", "ar": "لاجئ"}[lang]

    box.press_sequentially(typed)
    page.locator('.mig-suggest [role="option"]').first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.locator('.mig-suggest-frame [role="status"]').text_content()

    page.keyboard.press("ArrowUp")
    last = page.locator('.mig-suggest [role="option"]').last
    assert last.get_attribute("aria-selected") == "true"
    assert box.get_attribute("aria-activedescendant") == last.get_attribute("id")
    page.keyboard.press("Home")
    first = page.locator('.mig-suggest [role="option"]').first
    assert first.get_attribute("aria-selected") == "true"
    page.keyboard.press("End")
    assert last.get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    assert not page.locator(".mig-suggest").is_visible()
    assert box.input_value() == typed
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**=refugees*")
    assert page.locator(".mig-hit").count() >= 1
    assert page.locator(".mig-chip").count() == 1


def test_who_types_before_the_scripts_are_there_is_not_interrupted(site: Site, window):
    site.create(title_translated={"en": "Zebra crossing"})
    view = window()
    held: list[Any] = []
    view.page.route("**/api/i18n/**", lambda route: held.insert(0, route))
    view.open("/dataset")
    box = view.page.locator(SEARCH_BOX)
    box.press_sequentially("zeb")
    assert box.get_attribute("role") is None

    until(view.page, lambda: bool(held))
    held[0].continue_()

    view.page.locator('.mig-suggest [role="option"]').first.wait_for()
    view.page.keyboard.type("ra")
    assert box.input_value() == "zebra"


def until(page: Any, condition: Any) -> None:
    for _each in range(100):
        if condition():
            return
        page.wait_for_timeout(100)
    pytest.fail("it did not come within ten seconds")


def test_suggestions_keep_filters_and_lead_to_a_dataset_by_touch(site: Site, window):
    site.create(title_translated={"en": "Zebra crossing"})
    view = window()
    view.open(f"/dataset?organization={site.agency_name}")
    box = view.page.locator(SEARCH_BOX)

    box.press_sequentially("zebra")
    view.page.keyboard.press("Enter")
    view.page.wait_for_url("**q=zebra*")
    box.fill("sud")
    view.page.get_by_role("option", name="Sudan", exact=False).first.click()
    view.page.wait_for_url("**country=SDN*")
    assert f"organization={site.agency_name}" in view.page.url
    assert "q=" not in view.page.url
    box.press_sequentially("crossing")
    view.page.get_by_role("option", name="Zebra crossing").first.click()
    view.page.wait_for_url("**/dataset/*")


def test_filters_work_without_a_script(site: Site, window):
    site.create()
    view = window(script=False)
    view.open("/dataset")

    view.page.locator(".mig-facets > summary").evaluate("e => e.parentElement.open = true")
    agency = view.page.locator(f".mig-facet-value[href$='organization={site.agency_name}']")
    view.page.goto(view.address + agency.get_attribute("href"))

    assert view.page.locator(".mig-chip").count() == 1
    assert view.page.locator(".mig-hit").count() == 1


def test_form_leads_to_its_errors(site: Site, window):
    view = window(token=site.editor["token"])
    view.open("/dataset/new")

    view.page.locator("#field-title_translated-en").fill("A title")
    view.page.locator(".mig-steps a[href='#step-coverage']").click()
    view.page.locator("#field-modified").fill("yesterday")
    view.page.locator("button[type=submit][name=save]").first.click()
    view.page.wait_for_load_state("networkidle")

    assert view.page.evaluate("document.activeElement.className") == "mig-errors"
    assert view.page.locator("#field-title_translated-en").input_value() == "A title"
    view.page.locator(".mig-errors a").click()
    assert view.page.evaluate("document.activeElement.id") == "block-modified"


def test_form_is_gone_through_step_by_step_with_the_keyboard(site: Site, window):
    view = window(390, token=site.editor["token"])
    view.open("/dataset/new#block-sensitivity_level")
    view.page.locator("[data-all]").wait_for()  # the script has come
    shown = view.page.locator(".mig-step:visible")
    assert shown.evaluate_all("steps => steps.map(s => s.id)") == ["step-access"]  # a link leads to its step

    view.page.locator(".mig-steps a[href='#step-describe']").focus()
    view.page.keyboard.press("Enter")
    assert shown.evaluate_all("steps => steps.map(s => s.id)") == ["step-describe"]
    assert view.page.evaluate("document.activeElement.id") == "step-describe-title"
    before = view.page.locator("#form-progress").evaluate("bar => bar.value")
    view.page.locator("#field-title_translated-en").focus()
    view.page.keyboard.type("Arrivals by sea")
    assert view.page.locator("#form-progress").evaluate("bar => bar.value") == before + 1
    assert f"{before + 1} of" in view.page.locator("[data-progress]").inner_text()

    turn = view.page.locator("[data-turn='step-content']:visible")
    turn.focus()
    view.page.keyboard.press("Enter")
    assert shown.evaluate_all("steps => steps.map(s => s.id)") == ["step-content"]
    view.page.locator("[data-all]").click()
    assert shown.count() == 6
    assert view.page.input_value("#field-title_translated-en") == "Arrivals by sea"


def test_form_in_chinese_begins_with_chinese_and_its_scripts_start(site: Site, window):
    # CKAN asks for the words of scripts by an address that Chinese, of all languages, does not have.
    view = window(390, token=site.editor["token"])
    view.open("/zh_Hans_CN/dataset/new")

    view.page.locator("[data-all]").wait_for()
    assert view.page.locator(".mig-step:visible").count() == 1
    assert view.page.locator("#block-title_translated input").first.get_attribute("lang") == "zh"
    assert view.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_form_finds_a_country_by_typing(site: Site, window):
    view = window(token=site.editor["token"])
    view.open("/dataset/new#step-coverage")

    view.page.locator("#block-spatial_coverage .select2-selection").click()
    view.page.keyboard.type("sudan")
    view.page.keyboard.press("Enter")

    chosen = view.page.locator("#field-spatial_coverage").evaluate(
        "e => [...e.selectedOptions].map(o => o.value)"
    )
    assert chosen == ["SDN"]


def test_form_gives_another_row(site: Site, window):
    view = window(token=site.editor["token"])
    view.open("/dataset/new")

    view.page.locator("#block-contact [data-add]").click()
    view.page.keyboard.type("Day shift")

    assert view.page.locator("#field-contact-1-name").input_value() == "Day shift"


def test_hostile_record_does_nothing(site: Site, window):
    evil = '<img src="https://evil.example/x" onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>'
    package = site.create(
        title_translated={"en": f"Evil {evil}"},
        notes_translated={
            "en": f"![pixel](https://evil.example.org/y.png) [go](javascript:alert(4)) {evil} and more words"
        },
        tags_translated={"en": [evil]},
        publisher=[{"name": evil}],
        contact=[{"name": evil, "url": "https://agency.example.org/"}],
    )
    view = window()

    for path in (*PATHS, "/dataset?q=evil"):
        view.open(address(path, package["name"]))
    view.open(f"/dataset/{package['name']}/resource/{package['resources'][0]['id']}")


def test_arabic_runs_from_right_to_left(site: Site, window):
    name = site.create(title_translated={"ar": "النزوح في السودان", "en": "Displacement"})["name"]
    view = window()

    for path in PATHS:
        view.open(address(path, name, "ar"))
        assert view.page.locator(".mig-brand").bounding_box()["x"] > 640
        assert view.page.evaluate("getComputedStyle(document.body).direction") == "rtl"
