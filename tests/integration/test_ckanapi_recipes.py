"""The recipes of docs/operations/copying.md, each run as it stands, by a shell, over real HTTP."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories

from live_site import served
from registry_site import Site, complete

PAGE = Path(__file__).parents[2] / "docs" / "operations" / "copying.md"
RECIPES = dict(
    re.findall(r"^## (.+?)\n(?:(?!^## ).)*?^```sh\n(.+?)^```", PAGE.read_text("utf-8"), re.M | re.S)
)


@contextmanager
def another_portal(package: dict[str, Any]) -> Iterator[str]:
    """Serve one record as another portal shows it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps({"success": True, "result": package}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.slow
def test_every_recipe_does_what_it_says(site: Site, app: Any, tmp_path: Path) -> None:
    name = f"recipe-{uuid4().hex[:8]}"
    record = {**complete(), "name": name, "owner_org": site.agency_name}
    (tmp_path / "record.json").write_text(json.dumps(record), encoding="utf-8")
    # ckanapi loads all of CKAN where it finds it, for seconds each time; a partner's machine has none.
    without = tmp_path / "without" / "ckan"
    without.mkdir(parents=True)
    (without / "__init__.py").write_text(
        "raise ImportError('as on a machine without CKAN')", encoding="utf-8"
    )
    asked = {
        "PYTHONPATH": str(without.parent),
        "TOKEN": site.editor["token"],
        "AGENCY": site.agency_name,
        "NAME": name,
    }
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    administrator = factories.SysadminWithToken()
    done: set[str] = set()

    def run(title: str, **more: str) -> str:
        done.add(title)
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", RECIPES[title]],
            cwd=tmp_path,
            env={**os.environ, **asked, "PATH": path, **more},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
        return ran.stdout

    with served(app) as url:
        asked["TARGET"] = url
        run("Create one record from a file")
        run("Change one field")
        shown = site.call("package_show", id=name)
        assert shown["frequency"] == "ANNUAL"
        assert "with violations 0" in run("Check a record of a portal on your machine")
        run("Dump all public records")
        dumped = [json.loads(line) for line in (tmp_path / "public.jsonl").read_text("utf-8").splitlines()]
        assert shown["id"] in {one["id"] for one in dumped}
        run("Dump everything of an agency")
        site.call("package_patch", id=name, frequency="WEEKLY")
        for _ in range(2):
            run("Load a dump")
            assert site.call("package_show", id=name)["frequency"] == "ANNUAL"
        context = {**site.context(), "ignore_auth": True}
        tk.get_action("dataset_purge")(context, {"id": name})
        with another_portal(shown) as source:
            run("Copy one record to another portal", SOURCE=source, TOKEN=administrator["token"])
        copied = site.call("package_show", id=name)
        assert copied["id"] == shown["id"]
        assert copied["title_translated"] == shown["title_translated"]
    assert done == set(RECIPES)
