"""Code lists as pages, as RDF, by action and from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan.cli.cli import ckan
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS

import migration_vocabularies as vocabularies
from migration_vocabularies import loader
from registry_site import Site

HEADER = (
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> ."
    " @prefix owl: <http://www.w3.org/2002/07/owl#> ."
)
LIST = (
    HEADER
    + " <cv/{0}> a skos:ConceptScheme ; owl:versionInfo '2.0.0' ; skos:prefLabel 'Regional plan'@en ."
    + " <cv/{0}/1> a skos:Concept ; dct:identifier '1' ; skos:prefLabel 'First aim'@en ."
)


@pytest.fixture
def own_lists(tmp_path: Path, ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    folder = tmp_path / "lists"
    monkeypatch.setitem(ckan_config, "ckanext.migration.vocabularies_folder", str(folder))
    vocabularies.extend(folder)
    yield folder
    loader._further.remove(folder)
    vocabularies.forget()


def page(app: Any, address: str, status: int = 200) -> BeautifulSoup:
    reply = app.get(address)
    assert reply.status_code == status
    return BeautifulSoup(reply.body, "html.parser")


def test_a_term_has_a_page_with_its_names_neighbours_and_datasets(empty_site: Site, app: Any) -> None:
    empty_site.create()
    empty_site.create(private=True)

    shown = page(app, "/fr/migration/vocabulary/migration-theme/internal-displacement")

    assert shown.select_one("h1").text == "Déplacement interne"
    text = shown.get_text(" ", strip=True)
    for expected in ("النزوح الداخلي", "Внутреннее перемещение", "境内流离失所", "déplacés internes"):
        assert expected in text
    assert "1 jeu de données" in text  # the private one is not counted
    broader = shown.find("a", string="Déplacement forcé")
    assert broader["href"].endswith("/migration-theme/forced-displacement")


def test_a_list_shows_its_terms_as_a_tree(app: Any) -> None:
    shown = page(app, "/migration/vocabulary/country")
    depth = {item["id"]: item["class"] for item in shown.select(".mig-term-tree li")}
    assert depth["term-001"] == ["mig-term-0"]
    assert depth["term-SDN"] == ["mig-term-3"]
    assert len(depth) == len(vocabularies.get("country"))
    assert page(app, "/migration/vocabulary/").find("a", string="Update frequency")


@pytest.mark.parametrize(
    ("address", "accept"),
    [
        ("/migration/vocabulary/strategy/D.1.1.ttl", None),
        ("/migration/vocabulary/strategy/D.1.1", "text/turtle"),
        ("/migration/vocabulary/strategy.ttl", None),
    ],
)
def test_machines_get_rdf_by_suffix_or_by_accept(app: Any, address: str, accept: str | None) -> None:
    reply = app.get(address, headers={"Accept": accept} if accept else {})
    assert reply.headers["Content-Type"].startswith("text/turtle")
    assert "Accept" in reply.headers["Vary"]
    graph = Graph().parse(data=reply.body, format="turtle")
    strategy = vocabularies.get("strategy")
    deliverable = URIRef(strategy["D.1.1"].iri)
    assert (deliverable, SKOS.prefLabel, Literal(strategy["D.1.1"].labels["en"], "en")) in graph
    assert (deliverable, SKOS.broader, URIRef(strategy["O1"].iri)) in graph


def test_a_code_with_a_dot_is_a_term_and_no_suffix(app: Any) -> None:
    assert "D.1.1" in page(app, "/migration/vocabulary/strategy/D.1.1").get_text()


@pytest.mark.parametrize(
    "address",
    [
        "/migration/vocabulary/nothing",
        "/migration/vocabulary/nothing.ttl",
        "/migration/vocabulary/country/XXX",
        "/migration/vocabulary/country/SDN.exe",
        "/migration/vocabulary/..%2Fcountry",
        "/migration/vocabulary/%00",
    ],
)
def test_what_is_not_there_is_not_found(app: Any, address: str) -> None:
    assert app.get(address).status_code == 404


@pytest.mark.usefixtures("with_plugins")
def test_anybody_may_ask_what_a_word_means_and_nothing_is_guessed() -> None:
    ask = tk.get_action("migration_concept_match")
    context = {"user": "", "ignore_auth": False}
    found = ask(dict(context), {"vocabulary": "country", "text": "السودان", "lang": "en"})
    assert found["match"] == {
        "code": "SDN",
        "iri": vocabularies.get("country")["SDN"].iri,
        "label": "Sudan",
        "confidence": 1.0,
        "how": "label",
    }
    nothing = ask(dict(context), {"vocabulary": "country", "text": "Atlantis"})
    assert nothing == {"match": None, "candidates": []}
    with pytest.raises(tk.ObjectNotFound):
        ask(dict(context), {"vocabulary": "nothing", "text": "x"})
    with pytest.raises(tk.ValidationError):
        ask(dict(context), {"vocabulary": "country"})
    listed = tk.get_action("migration_vocabulary_list")(dict(context), {"lang": "fr"})
    assert {each["name"]: each["title"] for each in listed}["licence"] == "Licence"


def test_commands_list_and_check_what_is_there(cli: Any) -> None:
    listed = json.loads(cli.invoke(ckan, ["migration", "vocab", "list", "--json"]).stdout)
    assert {each["name"] for each in listed} == set(vocabularies.names())
    checked = cli.invoke(ckan, ["migration", "vocab", "check"])
    assert checked.exit_code == 0, checked.output
    assert "0 with mistakes" in checked.output


def test_a_portal_loads_a_list_of_its_own(own_lists: Path, tmp_path: Path, cli: Any) -> None:
    def load(name: str, text: str, *options: str) -> Any:
        file = tmp_path / f"{name}.ttl"
        file.write_text(text, encoding="utf-8")
        return cli.invoke(ckan, ["migration", "vocab", "load", str(file), *options])

    assert load("regional-plan", LIST.format("regional-plan")).exit_code == 0
    assert vocabularies.get("regional-plan")["1"].labels["en"] == "First aim"
    again = load("regional-plan", LIST.format("regional-plan"))
    assert again.exit_code == 2
    assert "--replace" in again.output
    assert load("regional-plan", LIST.format("regional-plan"), "--replace").exit_code == 0
    assert load("country", LIST.format("country")).exit_code == 2
    assert load("broken", "<a> <b").exit_code == 1
    assert load("elsewhere", LIST.format("another-name")).exit_code == 1
    assert sorted(file.name for file in own_lists.iterdir()) == ["regional-plan.ttl"]


def test_without_a_folder_nothing_is_loaded(tmp_path: Path, cli: Any) -> None:
    file = tmp_path / "regional-plan.ttl"
    file.write_text(LIST.format("regional-plan"), encoding="utf-8")
    told = cli.invoke(ckan, ["migration", "vocab", "load", str(file)])
    assert told.exit_code == 2
    assert "vocabularies_folder" in told.output
