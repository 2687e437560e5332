"""The root plugin: dataset type, forms, publishing rule, pages, RDF. Sub-plugins build on it."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import click
from ckan import model
from ckan.lib.plugins import DefaultTranslation

import migration_vocabularies
from ckanext.migration import config as settings
from ckanext.migration import csrf, facets, headers
from ckanext.migration.cli import migration
from ckanext.migration.dcat import catalogue, negotiation
from ckanext.migration.logic import (
    action,
    agencies,
    comparing,
    conditions,
    drafts,
    former,
    forms,
    gaps,
    needs,
    publishing,
    rules,
    terms,
)
from ckanext.migration.pages import drafts as draft_pages
from ckanext.migration.pages import moved
from migration_schemas.kinds import NEED

# Defaults that do not fit: another RDF profile, a third-party image host, too few values for the countries.
REPLACED = {
    "ckan.gravatar_default": ("identicon", "disabled"),
    "ckanext.dcat.rdf.profiles": ("euro_dcat_ap_3", "migration"),
    "search.facets.limit": (50, 300),
    "ckan.search.default_package_sort": (
        "score desc, metadata_modified desc",
        "score desc, modified desc, metadata_modified desc",
    ),
    "ckan.dataset.create_on_ui_requires_resources": (None, True),
}

FLASK_FORM = 500_000
FORM_REST = 512 * 1024
"""What a form may carry in bytes beside a pasted record."""


def actions() -> dict[str, Any]:
    """Return the actions of the root plugin and of its feed."""
    modules = (action, agencies, comparing, conditions, drafts, gaps, needs, rules, terms)
    found = {name: getattr(module, name) for module in modules for name in module.__all__}
    return found | {
        "dcat_catalog_show": catalogue.dcat_catalog_show,
        "dcat_dataset_show": catalogue.dcat_dataset_show,
    }


@tk.blanket.helpers
@tk.blanket.actions(actions)
@tk.blanket.auth_functions
@tk.blanket.validators
@tk.blanket.blueprints
@tk.blanket.config_declarations
class MigrationPlugin(agencies.AgencyForm, DefaultTranslation, p.SingletonPlugin):
    """Switch on with ``ckan.plugins = migration … scheming_datasets dcat``."""

    p.implements(p.IConfigurer)
    p.implements(p.IClick)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IGroupForm, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IDomainObjectModification)
    p.implements(p.IResourceController, inherit=True)
    p.implements(p.ITranslation)
    p.implements(p.IMiddleware, inherit=True)

    # IConfigurer

    def update_config(self, config: Any) -> None:
        """Add templates and assets, and replace defaults of the neighbours that do not fit."""
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "migration")
        for key, (shipped, ours) in REPLACED.items():
            if config.get(key) == shipped:
                config[key] = ours
        if folder := settings.vocabularies_folder():
            migration_vocabularies.extend(folder)

    # IMiddleware

    def make_middleware(self, app: Any, config: Any) -> Any:
        """Negotiate the variant of an address, and add security headers to every reply."""
        # Whole records are pasted into a form; Flask takes half a megabyte of text in a form by itself.
        if app.config.get("MAX_FORM_MEMORY_SIZE") in {None, FLASK_FORM}:
            app.config["MAX_FORM_MEMORY_SIZE"] = settings.validate_bytes() + FORM_REST
        # after CKAN's own preparation, before its check of the CSRF token
        app.before_request_funcs.setdefault(None, []).insert(1, draft_pages.before_request)
        app.before_request(csrf.before_request)
        app.before_request(negotiation.before_request)
        app.after_request(negotiation.after_request)
        app.after_request(moved.after_request)
        app.after_request(headers.secure)
        app.after_request(headers.refused)
        return app

    # IClick

    def get_commands(self) -> list[click.Command]:
        """``ckan migration``: the sub-plugins add their own groups to the same object."""
        return [migration]

    # IFacets

    def dataset_facets(self, facets_dict: Any, package_type: str) -> Any:
        """Return the facets of the discovery page, in the order in which they are shown."""
        return facets.of_needs() if package_type == NEED else facets.titles()

    def organization_facets(self, facets_dict: Any, organization_type: str, package_type: str | None) -> Any:
        """Return the same facets inside one agency, without the agency itself."""
        return facets.titles(without=("organization",))

    # IPackageController

    def after_dataset_create(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """Say in the web interface what could still be better."""
        publishing.announce_warnings(context, pkg_dict)

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """Keep the name that a dataset had; say in the web interface what could still be better."""
        before = (context.get(publishing.STORED) or {}).get("name")
        if before and before != pkg_dict["name"]:
            former.renamed(pkg_dict["id"], before, pkg_dict["name"])
        publishing.announce_warnings(context, pkg_dict)

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Leave needs out where datasets are searched."""
        return needs.set_aside(search_params)

    # IDomainObjectModification

    def notify(self, entity: Any, operation: Any) -> None:
        """Forget former names and agreed terms of a dataset that is purged, in the same transaction."""
        if isinstance(entity, model.Package) and operation == model.DomainObjectOperation.deleted:
            former.forget(entity.id)
            conditions.forget(entity.id)

    # IResourceController

    def before_resource_create(self, context: Any, resource: dict[str, Any]) -> None:
        """Say on the page that nothing was entered, instead of keeping an empty row."""
        if publishing.is_page() and forms.is_blank(resource):
            raise tk.ValidationError(
                {"url": [tk._("Nothing was entered. Give an address, or leave this page.")]}
            )
