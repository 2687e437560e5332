"""Datasets read together tell the same as each by itself (P5), and what cannot is left to CKAN."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
from ckan import logic, model
from ckan.tests import factories, helpers

from ckanext.migration import shared
from ckanext.migration.search import client, config, many
from ckanext.migration.search.reading import reader, showing, together
from registry_site import Site, complete
from search_site import ALONE, dataset


class Hooked(p.SingletonPlugin):
    """A plugin with every hook that the index knows."""

    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IResourceController, inherit=True)

    def after_dataset_show(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        pkg_dict["shown_by"] = context["package"].name

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return {**pkg_dict, "hooked": f"{pkg_dict['name']} {len(pkg_dict['res_name'])}"}

    def before_resource_show(self, resource_dict: dict[str, Any]) -> None:
        resource_dict["seen"] = "yes"


@pytest.fixture
def hooked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    original = p.PluginImplementations.__iter__
    plugin = Hooked()

    def implementations(self: Any) -> Iterator[Any]:
        yield from original(self)
        if self.interface in (p.IPackageController, p.IResourceController):
            yield plugin

    monkeypatch.setattr(p.PluginImplementations, "__iter__", implementations)
    return


def both(ids: list[str]) -> dict[str, Any]:
    """Read both ways, compare, and return the documents."""
    model.Session.remove()
    found = together.possible().documents(ids)
    model.Session.remove()
    alone = reader.ALONE.read(ids)
    assert alone.unreadable == {}
    assert set(found) == set(ids)
    for each in ids:
        assert reader.told(found[each]) == reader.told(alone.documents[each])
    return found


@ALONE
@pytest.mark.usefixtures("searching")
def test_p5_plain_datasets_tell_the_same() -> None:
    agency, group = factories.Organization(), factories.Group(title="Zebra")
    vocabulary = factories.Vocabulary(name="colours", tags=[{"name": "red"}])
    resources: list[dict[str, Any]] = [
        {"url": "example.org/no-scheme", "name": "One", "format": "csv", "own": {"any": ["thing"]}},
        {"url": "https://example.org/two", "description": "Two"},
    ]
    made = [
        dataset(
            name="full",
            title=" Rivers ",
            license_id="cc-by",
            owner_org=agency["id"],
            private=True,
            groups=[{"id": group["id"]}, {"id": factories.Group(title="Ant")["id"]}],
            tags=[{"name": "wet"}, {"name": "deep"}, {"name": "red", "vocabulary_id": vocabulary["id"]}],
            extras=[{"key": "spot", "value": "here"}, {"key": "found_date", "value": "2020-01-02"}],
            resources=resources,
        )["id"],
        dataset(name="bare", title="")["id"],
        dataset(name="draft", state="draft", license_id="no-such-licence")["id"],
    ]
    found = both(made)
    assert len(found[made[0]]["groups"]) == 2
    assert found[made[0]]["vocab_colours"] == ["red"]
    assert found[made[0]]["capacity"] == "private"


@ALONE
@pytest.mark.usefixtures("searching", "hooked")
def test_p5_hooks_of_plugins_are_honoured() -> None:
    made = dataset(name="full", resources=[{"url": "https://example.org/a", "name": "One"}])["id"]
    document = both([made])[made]
    assert document["x"]["hooked"] == "full 1"
    assert '"shown_by": "full"' in document["validated_data_dict"]
    assert '"seen": "yes"' in document["data_dict"]


def test_p5_datasets_of_the_profile_tell_the_same(empty_site: Site) -> None:
    made = [empty_site.create()["id"], empty_site.create(contact=[], language=None, private=True)["id"]]
    found = both(made)
    assert found[made[0]]["migration_theme"] == ["internal-displacement", "forced-displacement"]


@ALONE
@pytest.mark.usefixtures("searching")
def test_relationships_are_left_to_ckan() -> None:
    one, two = dataset(name="one"), dataset(name="two")
    helpers.call_action("package_relationship_create", subject="one", object="two", type="depends_on")
    model.Session.remove()
    assert together.possible().documents([one["id"], two["id"]]) == {}
    both_ways = reader.Reader(together.possible()).read([one["id"]]), reader.ALONE.read([one["id"]])
    assert both_ways[0].unreadable == both_ways[1].unreadable
    assert reader.told(both_ways[0].documents.get(one["id"])) == reader.told(
        both_ways[1].documents.get(one["id"])
    )


@ALONE
@pytest.mark.usefixtures("searching")
def test_a_difference_is_noticed_and_everything_is_read_by_ckan(monkeypatch: pytest.MonkeyPatch) -> None:
    made = dataset(name="one", title="Rivers")
    assert reader.proven().together is not None
    original = together.rows.dictionary

    def wrong(*arguments: Any) -> dict[str, Any]:
        return {**original(*arguments), "title": "Lakes"}

    monkeypatch.setattr(together.rows, "dictionary", wrong)
    found = reader.proven()
    assert found.together is None
    assert found.why == f"dataset {made['id']} is shown differently"
    assert found.read([made["id"]]).documents[made["id"]]["title"] == "Rivers"  # type: ignore[index]


@ALONE
@pytest.mark.usefixtures("searching")
def test_a_plugin_that_changes_how_datasets_are_shown_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    def package_show(_context: Any, _data: Any) -> Any:
        raise AssertionError

    package_show.__module__ = "ckanext.foreign.logic"
    with monkeypatch.context() as patch:
        patch.setattr(together.logic, "get_action", lambda _name: package_show)
        with pytest.raises(showing.Unusual, match=r"ckanext\.foreign\.logic changes package_show"):
            together.possible()


@ALONE
@pytest.mark.usefixtures("searching")
def test_every_type_is_sampled() -> None:
    many = [dataset(name=f"many-{number}")["id"] for number in range(reader.SAMPLES + 5)]
    model.Session.query(model.Package).filter_by(id=many[0]).update({"type": "rare"})
    model.Session.commit()
    found = reader.sample()
    assert many[0] in found
    assert len(found) == reader.SAMPLES + 1


def test_a_new_dataset_is_read_once_for_the_index_and_for_the_answer(
    site: Site, hooked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _sample in range(many.SAMPLES):
        site.create()
    context: Any = {**site.context(), "ignore_auth": True}
    with monkeypatch.context() as patch:
        patch.setattr(logic, "package_show_default_and_custom_schemas", None)
        answer = site.create()
        told = {**complete(), "owner_org": site.agency}
        made = tk.get_action("package_create")({**site.context(), "return_id_only": True}, told)
    assert model.Package.get(made).state == "active"
    assert logic.package_show_default_and_custom_schemas(context, answer["id"])[1] == answer
    body = {"query": {"term": {"id": answer["id"]}}, "_source": True}
    (hit,) = client.engine(config.address()).search(config.alias(), body)["hits"]["hits"]
    alone = reader.ALONE.read([answer["id"]]).documents[answer["id"]]
    assert reader.told(hit["_source"]) == reader.told(alone)


def test_a_new_dataset_is_left_to_ckan_where_another_plugin_has_a_say(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "changed_by", lambda action: "another" if action == "package_show" else None)
    monkeypatch.setattr(many, "note_one", None)
    answer = site.create()
    assert answer["name"] == site.call("package_show", id=answer["id"])["name"]
