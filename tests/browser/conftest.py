"""A real browser on a real server: pages as people get them."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from kept_plugins import KEEPER
from registry_site import Site, site

__all__ = ["site"]

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine: install it, or name it in CHROMIUM")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Served:
    """A server of one address for all tests, which each give it their application."""

    def __init__(self) -> None:
        self.application: Any = None
        self.server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def _answer(self, environ: Any, start: Any) -> Any:
        return self.application(environ, start)


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    made = Served()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()


@pytest.fixture
def with_plugins(ckan_config: Any, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the plugins when the address is known; it is part of what they are kept for."""
    monkeypatch.setitem(ckan_config, "ckan.site_url", served.address)
    KEEPER.plugins(ckan_config)


@pytest.fixture
def portal(site: Site, make_app: Any, served: Served) -> str:
    """The address of the registry, served from this process."""
    served.application = make_app().flask_app
    return served.address


class Watched:
    """A page that notes what it must not do: complain, ask other servers, open dialogs."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.complaints.append(f"foreign: {request.url}")

    def open(self, path: str) -> Any:
        return self.page.goto(self.address + path)


@pytest.fixture
def window(chromium: Any, portal: str) -> Iterator[Any]:
    """Open windows of a width, watched; all must have behaved in the end."""
    contexts: list[Any] = []
    pages: list[Watched] = []

    def opened(width: int = 1280, token: str | None = None, script: bool = True) -> Watched:
        headers = {"Authorization": token} if token else {}
        context = chromium.new_context(
            viewport={"width": width, "height": 860}, java_script_enabled=script, extra_http_headers=headers
        )
        contexts.append(context)
        pages.append(Watched(context.new_page(), portal))
        return pages[-1]

    yield opened
    complaints = [complaint for page in pages for complaint in page.complaints]
    for context in contexts:
        context.close()
    assert complaints == []
