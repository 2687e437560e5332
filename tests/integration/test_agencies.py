"""An agency says who it is once: form, page, RDF of its datasets, facet, and back from RDF (R-B-c)."""

from __future__ import annotations

import pytest
import rdflib
from ckan import model
from ckan.plugins import toolkit as tk
from rdflib import DCTERMS, FOAF, OWL

from ckanext.migration.search.delivery import outbox
from migration_schemas import rdf
from registry_site import Site

ROR = "https://ror.org/03yrm5c26"
SAID = {"kind": "national-statistical-office", "ror": "03yrm5c26", "iati": "xm-dac-47066"}


def test_r_b_c_an_agency_is_identified_once_for_all_its_datasets(site: Site, app) -> None:
    package = site.create()
    address = f"/organization/edit/{site.agency_name}"
    page = app.get(address, headers=site.headers()).body
    for part in ("kind", "ror", "iati", "homepage"):
        assert f'name="{part}"' in page
    form = {"save": "", "title": "Agency A", "name": site.agency_name, "homepage": "https://a.example.org/"}

    wrong = app.post(address, headers=site.headers(), data={**form, **SAID, "ror": "03yrm5c27"})
    assert "03yrm5c27" in wrong.body
    assert "is not a ROR identifier" in wrong.body
    app.post(address, headers=site.headers(), data={**form, **SAID})

    agency = site.call("organization_show", id=site.agency)
    assert (agency["ror"], agency["iati"]) == (ROR, "XM-DAC-47066")
    assert agency["extras"] == []
    shown = app.get(f"/organization/{site.agency_name}").body
    assert f'href="{ROR}"' in shown
    assert "National statistical office" in shown

    text = app.get(f"/dataset/{package['name']}.ttl").body
    graph = rdflib.Graph().parse(data=text, format="turtle")
    [publisher] = graph.objects(None, DCTERMS.publisher)
    assert str(graph.value(publisher, OWL.sameAs)) == ROR
    assert str(graph.value(publisher, DCTERMS.identifier)) == "XM-DAC-47066"
    assert str(graph.value(publisher, FOAF.homepage)) == "https://a.example.org/"
    [subject] = rdf.subjects(graph)
    back = rdf.read(graph, subject).fields["publisher"]
    assert back == [{**package["publisher"][0], **SAID, "ror": ROR, "iati": "XM-DAC-47066",
                     "homepage": "https://a.example.org/"}]  # fmt: skip
    assert site.call("package_show", id=package["id"])["publisher"] == package["publisher"]


def test_r_b_c_the_facet_follows_what_the_agency_says(site: Site) -> None:
    package = site.create()
    site.call("organization_patch", id=site.agency, kind="academia")

    rows = model.Session.execute(outbox.OUTBOX.select().where(outbox.OUTBOX.c.dataset_id == package["id"]))
    assert [row.operation for row in rows] == [outbox.REFRESH]
    site.create(title_translated={"en": "Another"})
    found = site.call("package_search", fq=f'owner_org:"{site.agency}" +publisher_kind:academia')
    assert found["count"] == 1


def test_only_who_may_edit_an_agency_identifies_it(site: Site) -> None:
    with pytest.raises(tk.NotAuthorized):
        site.call("organization_patch", site.stranger["name"], id=site.agency, kind="academia")


@pytest.mark.ckan_config(
    "ckan.plugins", "migration migration_search scheming_datasets scheming_organizations dcat"
)
@pytest.mark.ckan_config("scheming.organization_schemas", "ckanext.scheming:org_with_dept_id.json")
def test_a_portal_may_have_a_form_of_its_own_for_organisations(site: Site, app) -> None:
    form = app.get("/organization/new", headers=site.headers()).body
    assert 'name="department_id"' in form
