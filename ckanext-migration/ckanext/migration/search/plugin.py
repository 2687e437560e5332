"""The plugin ``migration_search``: CKAN on Elasticsearch, with no Solr anywhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.search.common import SearchError, SearchQueryError
from flask import has_request_context

from ckanext.migration.cli import migration
from ckanext.migration.interfaces import ICatalogueIndex, outdated, regrouped
from ckanext.migration.search import (
    action,
    auth,
    install,
    many,
    refusals,
    starting,
    trouble,
    views,
)
from ckanext.migration.search.additions import beyond, listing
from ckanext.migration.search.cli import search
from ckanext.migration.search.delivery import commits, writing
from ckanext.migration.search.errors import ParameterError, QuerySyntaxError
from ckanext.migration.search.index import builder, profile
from ckanext.migration.search.query import wording
from ckanext.migration.search.query.fields import Fields
from ckanext.migration.search.reading import alone

_PAGES = frozenset({"dataset.search", "data-need.search", "organization.read", "group.read"})
"""Pages that turn their address into filters (CKAN's ``views.dataset._get_search_details``)."""

install.install()


@tk.blanket.actions(action)
@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views)
@tk.blanket.config_declarations
class MigrationSearchPlugin(p.SingletonPlugin):
    """Switch on with ``ckan.plugins = … migration_search`` and ``solr_url`` set to Elasticsearch."""

    p.implements(p.IConfigurer)
    p.implements(p.IClick)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(ICatalogueIndex)
    p.implements(p.ISignal)

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, Any]:
        """Index datasets again that stand in another entry now, or of which something else has changed."""
        return {regrouped: [alone.again], outdated: [writing.outdated]}

    # IConfigurer

    def update_config(self, config_: Any) -> None:
        """Put the seam in and make the index of a new portal."""
        install.install()
        tk.add_template_directory(config_, "templates")
        commits.watch()
        starting.prepare()
        builder.software()

    # ICatalogueIndex

    def index_datasets(self, ids: Sequence[str]) -> Collection[str]:
        """Note many datasets of one transaction together."""
        return many.note(ids)

    def index_new_dataset(self, dataset: str, context: Any) -> dict[str, Any]:
        """Note a new dataset, and show it."""
        return many.note_one(dataset, context)

    # IMiddleware

    def make_middleware(self, app: Any, config_: Any) -> Any:
        """Say what an error of the search means where a page does not, and plainly when it is away."""
        refusals.register(app)
        trouble.watch(app)
        return app

    # IClick

    def get_commands(self) -> list[Any]:
        """``ckan migration search …``."""
        migration.add_command(search)
        return [migration]

    # IPackageController

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Open the search for the additions; take as words what only looks like a query."""
        words = wording.as_words(str(search_params.get("q") or ""), Fields(profile.properties()))
        if words is not None:
            search_params["q"] = words
        asked = _asked(search_params)
        asked.told["searched_as_words"] = words is not None
        try:
            beyond.start(listing.ADDITIONS, asked, search_params)
        except QuerySyntaxError as fault:
            raise _refused(asked, fault) from None
        return search_params

    def after_dataset_search(
        self,
        search_results: dict[str, Any],
        search_params: dict[str, Any],
    ) -> dict[str, Any]:
        """Hand over what the additions tell, for example the highlights, safe for HTML.

        ``searched_as_words`` tells that the text was not taken as the query it looked like.
        """
        asked = beyond.of(search_params)
        search_results.update(asked.told if asked else {})
        return search_results


def _refused(asked: beyond.Asked, fault: QuerySyntaxError) -> SearchError:
    """Return the error for CKAN; a page is told which of its fields was not understood, and stays."""
    if asked.on_page and isinstance(fault, ParameterError):
        tk.g.migration_refused = {"parameter": fault.parameter, "reason": fault.reason}
        return SearchError(fault.message)
    return SearchQueryError(fault.message)


def _asked(search_params: dict[str, Any]) -> beyond.Asked:
    """Return the reader's language, the caller's own parameters and, on a page, its filters."""
    extras = search_params.get("extras") or {}
    if not has_request_context():
        return beyond.Asked("en", extras)
    page: list[tuple[str, str]] = []
    on_page = tk.request.endpoint in _PAGES
    if on_page:
        page = [
            (name, value)
            for name, value in tk.request.args.items(multi=True)
            if value and name not in ("q", "page", "sort") and not name.startswith(("_", "ext_"))
        ]
    return beyond.Asked(str(tk.h.lang() or "en")[:2], extras, on_page, page)
